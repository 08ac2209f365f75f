"""What a cache remembers: entries by id, by exact prompt and by nearness within a scope, and their answer groups."""

import hashlib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from operator import attrgetter

from playground.cache.decision import Answer
from playground.cache.features import NEIGHBOURS, raised
from playground.cache.index import Index, Row
from playground.cache.journal import Judged


@dataclass(slots=True)
class Entry:
    """A prompt that was answered. `group` is 0 and `slot` -1 until it is in a group and similar prompts find it."""

    id: int
    scope: str
    prompt: str
    answer: Answer
    used: float
    expires: float | None
    vector: Row | None
    group: int = 0
    slot: int = -1


@dataclass(slots=True)
class Group:
    """Entries that share an answer, and its record: labels right and wrong, and the sum of their surprises (y - p).

    A group is vetoed while the last word of a person on it was "wrong". `harmless` are the alarms (`features`) in spite
    of which its answer was right the last time.
    """

    answer: Answer
    size: int = 0
    right: int = 0
    wrong: int = 0
    surprise: float = 0.0
    vetoed: bool = False
    harmless: frozenset[str] = frozenset()

    @property
    def record(self) -> float:
        """How much better (+) or worse (-) than predicted: sum (y - p) / (n + 2), which few labels cannot move far."""
        return self.surprise / (self.right + self.wrong + 2)


def key(scope: str, prompt: str) -> int:
    """What an exact repeat has in common: a hash of scope and prompt (NFC, without outer white space)."""
    text = f"{scope}\0{unicodedata.normalize('NFC', prompt).strip()}"
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest())


class Memory:
    """Entries and groups. Not locked: whoever shares one locks around it."""

    def __init__(self, dim: int, clock: Callable[[], float]) -> None:
        self._dim = dim
        self._clock = clock
        self.entries: dict[int, Entry] = {}
        self.groups: dict[int, Group] = {}
        self._exact: dict[int, int] = {}
        self._scopes: dict[str, tuple[Index, list[int]]] = {}

    def live(self, entry: Entry) -> bool:
        """Whether an entry has not expired."""
        return entry.expires is None or self._clock() < entry.expires

    def exact(self, scope: str, prompt: str) -> Entry | None:
        """The newest live entry with this very prompt."""
        found = self.entries.get(self._exact.get(key(scope, prompt), 0))
        return found if found is not None and self.live(found) else None

    def nearest(self, scope: str, vector: Row) -> list[tuple[Entry, float]]:
        """The nearest live entries of a scope that are in a group, with their cosines, nearest first."""
        if scope not in self._scopes:
            return []
        index, owners = self._scopes[scope]
        slots, cosines = index.nearest(vector, NEIGHBOURS)
        found = ((self.entries[owners[slot]], float(cosine)) for slot, cosine in zip(slots, cosines, strict=True))
        return [(entry, cosine) for entry, cosine in found if self.live(entry)]

    def add(self, entry: Entry) -> bool:
        """Remember an entry; False when it was known already."""
        if entry.id in self.entries:
            return False
        self.entries[entry.id] = entry
        self._exact[key(entry.scope, entry.prompt)] = entry.id
        return True

    def join(self, id_: int, group: int) -> bool:
        """Put an entry into a group, a new one when it is its own; False when it is in one already or is gone."""
        entry = self.entries.get(id_)
        if entry is None or entry.group:
            return False
        entry.group = group
        self.groups.setdefault(group, Group(entry.answer)).size += 1
        if entry.vector is not None:
            index, owners = self._scopes.setdefault(entry.scope, (Index(self._dim), []))
            entry.slot, entry.vector = index.add(entry.vector), None
            owners[entry.slot : entry.slot + 1] = [id_]
        return True

    def forget(self, ids: Iterable[int]) -> tuple[int, ...]:
        """Drop entries, and groups with their last one; returns those that were there."""
        gone = tuple(id_ for id_ in dict.fromkeys(ids) if id_ in self.entries)
        for id_ in gone:
            self._drop(self.entries.pop(id_))
        return gone

    def _drop(self, entry: Entry) -> None:
        name = key(entry.scope, entry.prompt)
        if self._exact.get(name) == entry.id:
            del self._exact[name]
        if entry.slot >= 0:
            index, _ = self._scopes[entry.scope]
            index.remove(entry.slot)
            if not len(index):
                del self._scopes[entry.scope]
        if entry.group in self.groups:
            group = self.groups[entry.group]
            group.size -= 1
            if not group.size:
                del self.groups[entry.group]

    def record(self, label: Judged) -> None:
        """Write a label into the record of its group, if that is still there."""
        group = self.groups.get(label.group)
        if group is None:
            return
        group.right += label.right
        group.wrong += not label.right
        group.surprise += label.surprise
        alarms = raised(label.features)
        group.harmless = group.harmless | alarms if label.right else group.harmless - alarms
        if label.person:
            group.vetoed = not label.right

    def of_scope(self, scope: str) -> Iterator[int]:
        """The entries of a scope."""
        return (entry.id for entry in self.entries.values() if entry.scope == scope)

    def first_out(self, entries: Sequence[Entry], size: int) -> list[int]:
        """Whom of all entries to evict: whatever has expired, then the least recently used until `size` are left."""
        now = self._clock()
        expired = {entry.id for entry in entries if entry.expires is not None and entry.expires <= now}
        excess = len(entries) - len(expired) - size
        if excess <= 0:
            return list(expired)
        left = (entry for entry in entries if entry.id not in expired)
        return [*expired, *(entry.id for entry in nsmallest(excess, left, key=attrgetter("used")))]
