"""Allowance: how many requests each API key has left, a bucket of tokens that fills evenly."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

WINDOW = 60
"""Seconds in which an empty bucket fills."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a key stands after a request. `full_in` and `wait` are seconds; `wait` is 0 when it was allowed."""

    limit: int
    remaining: int
    full_in: float
    wait: float

    def headers(self) -> dict[str, str]:
        """`X-RateLimit-*`: requests a window, requests left, Unix time when all are back, the window in seconds."""
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(math.ceil(time.time() + self.full_in)),
            "X-RateLimit-Window": str(WINDOW),
        }


@dataclass
class Allowance:
    """`limit` requests a minute for each key without a limit of its own, in bursts of as many. Used from one thread."""

    limit: float
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, key: str, own: float | None = None) -> Standing | None:
        """Count one request of a key, whose `own` limit holds where it has one; None when there is no limit (0)."""
        limit = self.limit if own is None else own
        if limit <= 0:
            return None
        now, size, rate = self.clock(), max(limit, 1.0), limit / WINDOW
        level, seen = self._buckets.get(key, (size, now))
        level = min(size, level + (now - seen) * rate)
        wait = 0.0 if level >= 1 else (1 - level) / rate
        if not wait:
            level -= 1
        self._buckets[key] = (level, now)
        return Standing(int(size), int(level), (size - level) / rate, wait)
