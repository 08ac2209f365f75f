"""Tally: what became of requests, counted in memory and written down now and then."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from playground.cache.receipt import Receipt
from playground.cache.shelf import Tally


class Counts:
    """Any thread may count. Who writes down what it takes, or adds what is written to what waits, holds `book`."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.book = threading.Lock()
        self._lock = threading.Lock()
        self._tallies: dict[tuple[int, int, str], Tally] = {}
        self._hits: Counter[int] = Counter()

    def add(self, book: int, receipt: Receipt) -> None:
        """Count one request."""
        key = (book, int(self._clock() // 3600), receipt.status)
        saved = receipt.saved
        with self._lock:
            known = self._tallies.get(key, Tally(*key))
            self._tallies[key] = replace(
                known,
                requests=known.requests + 1,
                tokens=known.tokens + saved.tokens,
                cost=known.cost + (saved.cost or 0.0),
                ms=known.ms + saved.ms,
            )
            if receipt.served and receipt.entry:
                self._hits[int(receipt.entry)] += 1

    def take(self) -> tuple[list[Tally], dict[int, int]]:
        """What was counted since the last time: by book, hour and status, and hits by entry."""
        with self._lock:
            tallies, self._tallies = list(self._tallies.values()), {}
            hits, self._hits = dict(self._hits), Counter()
        return tallies, hits

    def waiting(self, books: set[int]) -> list[Tally]:
        """What was counted of these books and is not written down yet."""
        with self._lock:
            return [each for each in self._tallies.values() if each.book in books]
