"""Books: the cores of this process, one for each namespace, loaded from the shelf and kept in step with it."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from playground.cache.core import Core, make
from playground.cache.embedder import Embedder
from playground.cache.journal import Changes
from playground.cache.rules import Rules
from playground.cache.scope import DEMO
from playground.cache.shelf import Book, Deed, Kept, Shelf

AT_ONCE = 64
"""Cores in memory; whichever was not used for longest is put back, for the shelf has all of it."""


@dataclass(slots=True)
class Open:
    """A book whose core is in memory; `number` is the last change of the shelf that it knows of."""

    book: Book
    core: Core
    rules: Rules
    number: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Books:
    """Any thread may use it."""

    def __init__(
        self,
        shelf: Shelf,
        embedder: Embedder,
        rules: Rules,
        clock: Callable[[], float] = time.time,
        examples: "Callable[[Books, str], int] | None" = None,
    ) -> None:
        self.shelf = shelf
        self.embedder = embedder
        self.rules = rules
        self.clock = clock
        self._examples = examples
        self._lock = threading.Lock()
        self._open: OrderedDict[tuple[str, str], Open] = OrderedDict()
        self._loading: dict[tuple[str, str], threading.Lock] = {}
        self._bringing = threading.Lock()

    def of(self, namespace: str, scope: str = "") -> Open:
        """The book that a scope's answers are in: the demo's while it is there and the scope is its, else the own."""
        return self.open(namespace, "demo" if scope.endswith(DEMO) and self._with_demo(namespace) else "own")

    def open(self, namespace: str, name: str) -> Open:
        """A book by name, loaded when it is first asked for: by one thread, while others go on with other books."""
        key = (namespace, name)
        with self._lock:
            found = self._open.get(key)
            if found is not None:
                self._open.move_to_end(key)
                return found
            loading = self._loading.setdefault(key, threading.Lock())
        with loading:
            return self._open.get(key) or self._keep(key, self._load(*key))

    def by_id(self, book: int) -> Open | None:
        """A book by id; None when it is gone, or of another embedder."""
        found = next((each for each in self.shelf.books() if each.id == book), None)
        if found is None or found.embedder != self.embedder.name:
            return None
        return self.open(found.namespace, found.name)

    def now_open(self) -> list[Open]:
        """Those in memory."""
        with self._lock:
            return list(self._open.values())

    def has_demo(self, namespace: str) -> bool:
        """Whether a namespace has the bundled examples."""
        return self.shelf.rules(namespace).get("demo") is True

    def ids(self, namespace: str) -> list[Book]:
        """A namespace's books for this embedder."""
        return [each for each in self.shelf.books(namespace) if each.embedder == self.embedder.name]

    def write(self, opened: Open, changes: Changes, kept: dict[int, Kept] | None = None) -> None:
        """Make a core's changes durable."""
        if changes:
            self.shelf.write(Deed(opened.book.id, changes, kept or {}))

    def follow(self, opened: Open) -> None:
        """Take in what other servers wrote; what this one wrote is known and changes nothing."""
        with opened.lock:
            news = self.shelf.since(opened.book.id, opened.number)
            if news is None:
                self.close(opened.book.namespace, opened.book.name)
                return
            changes, opened.number = news
            opened.core.apply(changes)

    def close(self, namespace: str, name: str) -> None:
        """Put a core back; the next use loads it again."""
        with self._lock:
            self._open.pop((namespace, name), None)

    def drop(self, namespace: str, name: str) -> None:
        """Forget a book with all that it has learned, for all embedders."""
        for book in self.shelf.books(namespace):
            if book.name == name:
                self.shelf.drop(book.id)
        self.close(namespace, name)

    def set_rules(self, namespace: str, own: dict[str, object]) -> Rules:
        """Keep what a namespace sets for itself, beside what it set before. Raises BadRequestError."""
        kept = self.shelf.rules(namespace) | own
        rules = self.rules.given(kept)
        self.shelf.set_rules(namespace, kept)
        for opened in self.now_open():
            if opened.book.namespace == namespace:
                opened.rules, opened.core.guarantee = rules, rules.guarantee
        return rules

    def _with_demo(self, namespace: str) -> bool:
        """`has_demo`; the first who asks in the namespace of people brings the examples, once."""
        with self._bringing:
            first = namespace == "default" and not self.has_demo(namespace)
            if first and self._examples is not None and "demo" not in self.shelf.rules(namespace):
                self._examples(self, namespace)
            return self.has_demo(namespace)

    def _load(self, namespace: str, name: str) -> Open:
        book = self.shelf.book(namespace, name, self.embedder.name)
        rules = self.rules.given(self.shelf.rules(book.namespace))
        core = make(self.embedder.dim, delta=rules.delta, guarantee=rules.guarantee, clock=self.clock)
        changes, number = self.shelf.everything(book.id)
        core.apply(changes)
        return Open(book, core, rules, number)

    def _keep(self, key: tuple[str, str], opened: Open) -> Open:
        with self._lock:
            self._open[key] = opened
            self._loading.pop(key, None)
            while len(self._open) > AT_ONCE:
                self._open.popitem(last=False)
        return opened
