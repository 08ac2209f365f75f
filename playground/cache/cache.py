"""Cache: the semantic cache of a process, for whoever looks at it and manages it; the engine takes its `road`."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.cache import demo, portable
from playground.cache.books import Books, Open
from playground.cache.coding import of_receipt
from playground.cache.embedder import Embedder
from playground.cache.learning import Advise, Learning
from playground.cache.receipt import Receipt, Saved
from playground.cache.reply import unpack
from playground.cache.road import Road
from playground.cache.rules import Rules
from playground.cache.shelf import Deed, Evidence, Line, Shelf, Tally, Wanted
from playground.cache.tally import Counts
from playground.cache.visit import Visit
from playground.cache.watch import Watch
from playground.call import Call, Provider
from playground.errors import BadRequestError, NotFoundError
from playground.record import RunRecord


@dataclass(frozen=True, slots=True)
class BookState:
    """One core: `own`, or the `demo`'s."""

    name: str
    embedder: str
    watch: Watch
    entries: int
    groups: int


@dataclass(frozen=True, slots=True)
class State:
    """A namespace's cache. `counts` are requests by status, `saved` what they did not take, `bytes` what is stored.

    `pending` are fresh answers that nobody has judged yet.
    """

    counts: Mapping[str, int]
    saved: Saved
    entries: int
    groups: int
    bytes: int
    pending: int
    books: tuple[BookState, ...]
    demo: bool


@dataclass(frozen=True, slots=True)
class Hour:
    """A piece of the past: `start` in Unix seconds, `watch` as it was at the end, by name of the book."""

    start: int
    counts: Mapping[str, int]
    saved: Saved
    watch: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Detail:
    """One entry: its whole answer, the others of its group, and what is known of the group's answer."""

    line: Line
    answer: str
    members: tuple[Line, ...]
    evidence: tuple[Evidence, ...]


class Cache:
    """Everything is of one namespace. Raises PlaygroundError, InternalServerError where the store fails."""

    def __init__(
        self,
        shelf: Shelf,
        embedder: Embedder,
        rules: Rules,
        advise: Advise,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._shelf = shelf
        self._books = Books(shelf, embedder, rules, clock, demo.load)
        self._counts = Counts(clock)
        self.learning = Learning(self._books, self._counts, advise)
        self.road = Road(self._books, self._counts, self.learning)

    def peek(self, provider: Provider, visit: Visit, call: Call) -> Receipt:
        """What a prompt would get, and why; nothing is counted and nothing moves."""
        stand = self.road.consider(provider, visit, call, peek=True)
        found = self.road.worth(stand)
        return stand.receipt() if found is None else found[1]

    def state(self, namespace: str) -> State:
        """How the cache stands."""
        books = self._open(namespace)
        ids = [each.book.id for each in books]
        size = self._shelf.size(ids)
        with self._counts.book:
            counts, saved = _summed([*self._shelf.tallies(ids, 0, np.inf), *self._counts.waiting(set(ids))])
        states = tuple(self._state(each) for each in books)
        return State(
            counts, saved, size.entries, size.groups, size.bytes, size.pending, states, self._books.has_demo(namespace)
        )

    def history(self, namespace: str, since: float, until: float, step: int = 1) -> list[Hour]:
        """Counts and watches in pieces of `step` hours that have requests, oldest first; times are Unix seconds."""
        books = {each.id: each.name for each in self._books.ids(namespace)}
        pieces: dict[int, list[Tally]] = {}
        with self._counts.book:
            tallies = [*self._shelf.tallies(list(books), since, until), *self._counts.waiting(set(books))]
        for tally in tallies:
            pieces.setdefault(tally.hour // step * step, []).append(tally)
        watches: dict[int, dict[str, Any]] = {}
        for book, hour, watch in self._shelf.watches(list(books), since, until):
            watches.setdefault(hour // step * step, {})[books[book]] = watch
        return [Hour(hour * 3600, *_summed(found), watches.get(hour, {})) for hour, found in sorted(pieces.items())]

    def entries(self, namespace: str, **wanted: Any) -> list[Line]:
        """Stored prompts, newest first; `wanted` are the fields of `Wanted`."""
        return self._shelf.find(self._ids(namespace), Wanted(**wanted))

    def entry(self, namespace: str, entry: int) -> Detail:
        """One of them with its evidence. Raises NotFoundError."""
        ids = self._ids(namespace)
        line = self._line(ids, entry)
        members = self._shelf.find(ids, Wanted(group=line.group, limit=200)) if line.group else []
        evidence = self._shelf.evidence(ids, group=line.group or entry)
        stored = self._shelf.answer(line.group or entry) or self._shelf.answer(entry)
        text = unpack(stored).text if stored else ""
        return Detail(line, text, tuple(members), tuple(evidence))

    def vectors(self, namespace: str, limit: int = 2000) -> tuple[list[Line], NDArray[np.float32]]:
        """The newest entries that have a vector, and their vectors, (n, d)."""
        ids = self._ids(namespace)
        rows = dict(self._shelf.vectors(ids, limit))
        lines = [line for line in self._shelf.find(ids, Wanted(limit=limit)) if line.entry in rows]
        vectors = [np.frombuffer(rows[line.entry], "<f4") for line in lines]
        return lines, np.array(vectors, np.float32).reshape(len(lines), self._books.embedder.dim)

    def forget(self, namespace: str, entries: Iterable[int]) -> int:
        """Delete entries; with one whose answer a group shares goes the group. Returns how many are gone."""
        gone, named = 0, list(entries)
        for opened in self._open(namespace):
            mine = {line.entry for id_ in named for line in self._with_group(opened, id_)}
            changes = opened.core.forget(mine)
            self._books.write(opened, changes)
            gone += len(mine) if changes else 0
        return gone

    def clear(self, namespace: str) -> int:
        """Delete everything, what was learned too; returns how many entries that were."""
        books = self._books.ids(namespace)
        count = self._shelf.size([each.id for each in books]).entries
        if self._books.has_demo(namespace):
            self.clear_demo(namespace)
        self._books.drop(namespace, "own")
        return count

    def verdict(self, record: RunRecord, right: bool, prompt: int = 0) -> str:
        """Learn from a person's word on an answer of a run that came from the cache; says what changed.

        Raises BadRequestError for an answer that came from the model.
        """
        receipt = record.cache[prompt] if 0 <= prompt < len(record.cache) else {}
        decision = of_receipt(receipt)
        if decision is None or not decision.serve:
            raise BadRequestError("this answer came from the model, not from the cache: there is nothing to say of it")
        opened = self._books.open(record.namespace, "demo" if receipt["demo"] else "own")
        group = decision.candidates[0].group
        said = self._shelf.evidence([opened.book.id], decision=decision.id)
        if any(each.by == PERSON and each.right is right for each in said):
            return "This was said before, and is known."
        changes = opened.core.verdict(decision, right)
        evidence = Evidence(
            decision.id, opened.book.id, group, decision.candidates[0].entry, right, PERSON, self._books.clock()
        )
        self._shelf.write(Deed(opened.book.id, changes, evidence=(evidence,)))
        if right:
            return "Noted as right; it counts as evidence."
        if decision.status == "exact":
            return "Noted as wrong: this stored answer is deleted, and the model is asked the next time."
        return "Noted as wrong: this answer is not reused for similar prompts any more."

    def mark(self, namespace: str, entry: int, right: bool) -> str:
        """Call a stored answer right, which is noted, or wrong: then it and its group go. Says what changed."""
        line = self._line(self._ids(namespace), entry)
        if not right:
            gone = [
                each.entry for each in self._shelf.find(self._ids(namespace), Wanted(group=line.group, limit=10**6))
            ]
            count = self.forget(namespace, gone if line.group else [entry])
            return f"Called wrong: {count:,} stored prompt{'s' * (count != 1)} with this answer deleted."
        book = self._books.open(namespace, line.book).book.id
        said = Evidence(entry, book, line.group or entry, entry, right, PERSON, self._books.clock(), line.prompt)
        self._shelf.write(Deed(book, evidence=(said,)))
        return "Called right, and noted."

    def judged(self, namespace: str, receipts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Receipts with what judges, or a person, have said since."""
        return [self._with_verdicts(namespace, each) for each in receipts]

    def export(self, namespace: str) -> Iterator[bytes]:
        """Everything of its own that a namespace has stored and learned from, as JSON lines; not the examples."""
        return portable.export(self._shelf, self._books.open(namespace, "own"))

    def load(self, namespace: str, lines: Iterable[bytes]) -> int:
        """Take in what `export` gave; returns how many entries were new. Raises BadRequestError naming the line."""
        return portable.load(self._books, self._books.open(namespace, "own"), lines)

    def load_demo(self, namespace: str) -> int:
        """Put the bundled examples there; returns how many entries they are."""
        return demo.load(self._books, namespace)

    def clear_demo(self, namespace: str) -> None:
        """Take the bundled examples away, with what was learned beside them; they come back by `load_demo` only."""
        demo.clear(self._books, namespace)

    def rules(self, namespace: str) -> Rules:
        """What holds for a namespace."""
        return self._books.rules.given(self._shelf.rules(namespace))

    def set_rules(self, namespace: str, **own: Any) -> Rules:
        """Set `judges` or `guarantee` of a namespace; what is not given stays. Raises BadRequestError."""
        return self._books.set_rules(namespace, own)

    def close(self) -> None:
        """Write what was counted and close the store; what is not learned yet waits there."""
        self.learning.close()
        self._shelf.close()

    def _open(self, namespace: str) -> list[Open]:
        return [self._books.open(namespace, each.name) for each in self._books.ids(namespace)]

    def _ids(self, namespace: str) -> list[int]:
        return [each.id for each in self._books.ids(namespace)]

    def _line(self, ids: Sequence[int], entry: int) -> Line:
        found = self._shelf.find(ids, Wanted(entry=entry))
        if not found:
            raise NotFoundError(f"the cache has no entry `{entry}`", details={"resource": "entry", "id": str(entry)})
        return found[0]

    def _with_group(self, opened: Open, entry: int) -> list[Line]:
        """An entry, and those that get its answer."""
        ids = [opened.book.id]
        return self._shelf.find(ids, Wanted(entry=entry)) + self._shelf.find(ids, Wanted(group=entry, limit=10**6))

    def _state(self, opened: Open) -> BookState:
        size = self._shelf.size([opened.book.id])
        return BookState(opened.book.name, opened.book.embedder, opened.core.watch(), size.entries, size.groups)

    def _with_verdicts(self, namespace: str, receipt: Mapping[str, Any]) -> dict[str, Any]:
        if not receipt.get("decision"):
            return dict(receipt)
        found = self._shelf.evidence(self._ids(namespace), decision=int(receipt["decision"]))
        shown = [
            {name: value for name, value in asdict(each).items() if name in _TOLD}
            | {"entry": str(each.entry), "group": str(each.group)}
            for each in found
        ]
        return dict(receipt) | {"judge": shown}


PERSON = "a person"
_TOLD = ("right", "by", "similarity", "chance", "run", "cost", "at", "note")


def _summed(tallies: Iterable[Tally]) -> tuple[dict[str, int], Saved]:
    counts: Counter[str] = Counter()
    saved = Saved(cost=0.0)
    for each in tallies:
        counts[each.status] += each.requests
        saved = Saved(saved.tokens + each.tokens, (saved.cost or 0.0) + each.cost, saved.ms + each.ms)
    return dict(counts), saved
