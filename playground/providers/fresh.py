"""A value that is made when it is asked for, and made again when it is too old."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from playground.errors import PlaygroundError

T = TypeVar("T")


class Fresh(Generic[T]):
    """What `make` returned at most `seconds` ago, or the PlaygroundError it raised. Whoever comes meanwhile waits."""

    def __init__(self, seconds: float, make: Callable[[], T]) -> None:
        self._seconds = seconds
        self._make = make
        self._lock = threading.Lock()
        self._until = 0.0
        self._value: T | PlaygroundError

    def __call__(self) -> T:
        """The value. Raises what `make` raised."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._value = self._made()
                self._until = time.monotonic() + self._seconds
            value = self._value
        if isinstance(value, PlaygroundError):
            raise value.with_traceback(None)
        return value

    def anew(self) -> T:
        """The value, made now however young the last one is. Raises what `make` raised."""
        with self._lock:
            self._until = 0.0
        return self()

    def _made(self) -> T | PlaygroundError:
        try:
            return self._make()
        except PlaygroundError as error:
            return error
