"""Single flight: of equal requests that are under way at the same time, one asks the provider and all read along."""

import threading
from collections.abc import Callable, Iterator

from playground.call import Chunk, Stop
from playground.errors import CancelledError

Ask = Callable[[Stop], Iterator[Chunk]]
"""Asks the provider; ends early once the stop is set."""


class Flight:
    """One call to a provider, driven by a thread of its own, so that whoever leaves takes nobody along.

    It goes on while anybody reads and is stopped when the last reader leaves.
    """

    def __init__(self) -> None:
        self._chunks: list[Chunk] = []
        self._news = threading.Condition()
        self._readers = 1
        self._ended = False
        self._error: Exception | None = None
        self._stop = Stop()

    def begin(self, ask: Ask, land: Callable[[bool], None]) -> None:
        """Start the thread; `land` is called when the call has ended, well or not, before the readers see the end."""
        threading.Thread(target=self._fly, args=(ask, land), name="cache-call", daemon=True).start()

    def board(self) -> bool:
        """One more reader; False when the call was stopped already."""
        with self._news:
            if not self._readers:
                return False
            self._readers += 1
            return True

    def cancel(self) -> None:
        """End it without having asked anybody."""
        self._end(CancelledError("the call was not needed"))

    def read(self, stop: Stop, *before: Chunk) -> Iterator[Chunk]:
        """Every chunk from the first on, after those of `before`; once, by who was given the flight or has boarded it.

        Raises what the call raised, and CancelledError once `stop` is set.
        """
        withdraw = stop.on_set(self._tell)
        seen = 0
        try:
            yield from before
            while True:
                chunks, ended = self._after(seen, stop)
                if stop.is_set():
                    raise CancelledError("the run was stopped")
                yield from chunks
                seen += len(chunks)
                if ended:
                    break
        finally:
            withdraw()
            self._leave()
        if self._error is not None:
            raise self._error

    def _after(self, seen: int, stop: Stop) -> tuple[list[Chunk], bool]:
        with self._news:
            self._news.wait_for(lambda: len(self._chunks) > seen or self._ended or stop.is_set())
            return self._chunks[seen:], self._ended

    def _fly(self, ask: Ask, land: Callable[[bool], None]) -> None:
        error: Exception | None = None
        try:
            for chunk in ask(self._stop):
                with self._news:
                    self._chunks.append(chunk)
                    self._news.notify_all()
        except Exception as caught:  # noqa: BLE001 - raised where it is read
            error = caught
        try:
            land(error is None)
        finally:
            self._end(error)

    def _end(self, error: Exception | None) -> None:
        with self._news:
            self._ended, self._error = True, error
            self._news.notify_all()

    def _tell(self) -> None:
        with self._news:
            self._news.notify_all()

    def _leave(self) -> None:
        with self._news:
            self._readers -= 1
            last = not self._readers and not self._ended
        if last:
            self._stop.set()


class Flights:
    """The calls that are under way, by what they ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[tuple[str, str], Flight] = {}

    def join(self, key: tuple[str, str]) -> tuple[Flight, bool]:
        """The flight of a request, and whether it is new: then the caller has to `begin` it, landing by `land`."""
        with self._lock:
            found = self._under_way.get(key)
            if found is not None and found.board():
                return found, False
            made = self._under_way[key] = Flight()
            return made, True

    def land(self, key: tuple[str, str], flight: Flight) -> None:
        """Nobody joins it from now on."""
        with self._lock:
            if self._under_way.get(key) is flight:
                del self._under_way[key]
