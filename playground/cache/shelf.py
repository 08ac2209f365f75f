"""What the cache needs of a store: the rows, and the protocol that SQLite and other databases fulfil."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from playground.cache.journal import Changes


@dataclass(frozen=True, slots=True)
class Book:
    """One core's memory: of a namespace, for one embedder. `name` is `own`, or `demo` for the bundled examples."""

    id: int
    namespace: str
    name: str
    embedder: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands beside a `Remembered`: the whole answer as bytes, and what lists and searches show of it."""

    provider: str
    model: str
    excerpt: str
    answer: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pending:
    """A fresh answer that nobody has compared with stored ones yet; `decision` is the id of the decision about it.

    `text` is what is to be learned, as JSON; `run` may be empty. `made` is when it was written, in Unix seconds; what
    is not written yet has none.
    """

    decision: int
    book: int
    entry: int
    run: str
    text: str = field(repr=False)
    made: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """One comparison of a fresh answer with a stored one, for people; `right` None: nobody could say.

    `prompt` is the fresh one, `group` and `entry` the stored answer's. `by` is `equal`, `similar`, a model or
    `a person`; `run` is the judge's own, `cost` its dollars.
    """

    decision: int
    book: int
    group: int
    entry: int
    right: bool | None
    by: str
    at: float
    prompt: str = ""
    similarity: float | None = None
    chance: float | None = None
    run: str = ""
    cost: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A stored entry in a list. Times are Unix seconds; `right` and `wrong` count the verdicts on its group."""

    entry: int
    group: int | None
    book: str
    scope: str
    prompt: str
    answer: str
    provider: str
    model: str
    created: float
    expires: float | None
    hits: int
    bytes: int
    right: int
    wrong: int

    @property
    def demo(self) -> bool:
        """Whether it came with the bundled examples."""
        return self.book == "demo"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are meant: `text` stands in the prompt or the answer, `before` is the last entry's id of a page."""

    text: str = ""
    scope: str | None = None
    provider: str | None = None
    model: str | None = None
    group: int | None = None
    entry: int | None = None
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Tally:
    """Requests of one status in one hour (since 1970) and what they did not take."""

    book: int
    hour: int
    status: str
    requests: int = 0
    tokens: int = 0
    cost: float = 0.0
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Size:
    """How much a book holds."""

    entries: int
    groups: int
    bytes: int
    pending: int


@dataclass(frozen=True, slots=True)
class Deed:
    """What is written together or not at all: what a core returned, and what belongs to it."""

    book: int
    changes: Changes = ()
    kept: Mapping[int, Kept] = field(default_factory=dict)
    pending: tuple[Pending, ...] = ()
    done: tuple[int, ...] = ()
    evidence: tuple[Evidence, ...] = ()


class Shelf(Protocol):
    """A store of caches. Any thread may use it, and other processes too. Raises PlaygroundError.

    What is written is durable when the call returns and has a number that grows from write to write, so that another
    server on the same store can ask for what came after the last number it has seen.
    """

    def book(self, namespace: str, name: str, embedder: str) -> Book:
        """A book, made where there is none."""

    def books(self, namespace: str | None = None) -> list[Book]:
        """The books there are."""

    def write(self, deed: Deed) -> None:
        """Write a deed."""

    def everything(self, book: int) -> tuple[Changes, int]:
        """What brings an empty core to where the book stands, and the number to go on from."""

    def since(self, book: int, number: int) -> tuple[Changes, int] | None:
        """What was written after `number`, by whomever; None when that cannot be told any more."""

    def answer(self, entry: int) -> bytes | None:
        """A stored answer; None when it is gone."""

    def pending(self, limit: int, after: Pending | None = None) -> list[Pending]:
        """What waits to be compared, oldest first: at most `limit` of it, behind the last of an earlier look."""

    def count(
        self, tallies: Iterable[Tally], used: Mapping[int, int], watches: Mapping[int, Mapping[str, Any]]
    ) -> None:
        """Add to the hours' counts and to the hits of entries; `watches` replaces what was known in this hour."""

    def drop(self, book: int) -> None:
        """Forget a book with everything in it."""

    def find(self, books: Sequence[int], wanted: Wanted) -> list[Line]:
        """Entries, newest first."""

    def vectors(self, books: Sequence[int], limit: int) -> list[tuple[int, bytes]]:
        """Entries and their vectors, newest first."""

    def evidence(
        self, books: Sequence[int], *, group: int | None = None, decision: int | None = None
    ) -> list[Evidence]:
        """Comparisons with a group's answer, or of one decision, newest first."""

    def size(self, books: Sequence[int]) -> Size:
        """How much there is."""

    def tallies(self, books: Sequence[int], since: float, until: float) -> list[Tally]:
        """The hours' counts, oldest first; `since` and `until` are Unix seconds."""

    def watches(self, books: Sequence[int], since: float, until: float) -> list[tuple[int, int, dict[str, Any]]]:
        """(book, hour, watch), oldest first."""

    def rules(self, namespace: str) -> dict[str, Any]:
        """What was set for a namespace."""

    def set_rules(self, namespace: str, rules: Mapping[str, Any]) -> None:
        """Keep what was set for a namespace."""

    def close(self) -> None:
        """Finish what was begun; later uses are refused."""
