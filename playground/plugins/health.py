"""How a plugin is doing: its processes, its calls and their times, and its last failure with the plugin's traceback."""

import os
import statistics
import threading
import time
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

State = Literal["refused", "idle", "starting", "ready", "busy", "failing"]
"""`refused`: cannot be asked, see `Plugin.refusal`. `idle`: no process yet, or no more; the next call starts one.
`failing`: the last call failed and no process is left of it.
"""
REMEMBERED = 512
"""Calls whose times are remembered."""
_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong last. `at` is Unix seconds; `kind` is `raised`, `load`, `answer`, `memory`, `exit`, `crash`,
    `timeout` or `protocol`; `message` the sentence that the caller got; `traceback` the plugin's own, `output` the end
    of what its process printed. The last two are for people at the pages and never leave by the API.
    """

    at: float
    kind: str
    message: str
    traceback: str = ""
    output: str = ""


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """One living process of a plugin; `memory` is resident bytes, None where the system does not say."""

    pid: int
    state: Literal["starting", "ready", "busy"]
    started: float
    calls: int
    memory: int | None


@dataclass(frozen=True, slots=True)
class Health:
    """All of it, at one moment. Times are milliseconds over the last calls that succeeded, None before the first:
    `p50`, `p95`, `last`, and `start` for the last start of a process until it was ready.
    """

    state: State
    processes: tuple[ProcessFacts, ...] = ()
    calls: int = 0
    failures: int = 0
    starts: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    last_ms: float | None = None
    start_ms: float | None = None
    failure: Failure | None = None
    output: str = field(default="", repr=False)

    @property
    def pid(self) -> int | None:
        """The process that has answered most; None where there is none."""
        return max(self.processes, key=lambda each: each.calls).pid if self.processes else None

    @property
    def memory(self) -> int | None:
        """Resident bytes of all its processes together; None where there is none, or the system does not say."""
        known = [each.memory for each in self.processes if each.memory is not None]
        return sum(known) if known else None


class Journal:
    """The calls of one plugin, added up. Any thread may write and read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._times: deque[float] = deque(maxlen=REMEMBERED)
        self._calls = self._failures = self._starts = 0
        self._start_ms: float | None = None
        self._last: float | None = None
        self.failure: Failure | None = None
        self.healthy = True

    def started(self, ms: float) -> None:
        """A process got ready."""
        with self._lock:
            self._starts += 1
            self._start_ms = ms

    def answered(self, ms: float) -> None:
        """A call succeeded."""
        with self._lock:
            self._calls += 1
            self._times.append(ms)
            self._last, self.healthy = ms, True

    def failed(self, kind: str, message: str, traceback: str = "", output: str = "") -> None:
        """A call failed."""
        with self._lock:
            self._calls += 1
            self._failures += 1
            self.failure, self.healthy = Failure(time.time(), kind, message, traceback, output), False

    def health(self, state: State, processes: Iterable[ProcessFacts], output: str) -> Health:
        """What can be told now."""
        with self._lock:
            times = sorted(self._times)
            return Health(
                state,
                tuple(processes),
                self._calls,
                self._failures,
                self._starts,
                statistics.median(times) if times else None,
                times[min(len(times) - 1, int(len(times) * 0.95))] if times else None,
                self._last,
                self._start_ms,
                self.failure,
                output,
            )


def resident(pid: int) -> int | None:
    """Resident bytes of a process, where the system says so in `/proc`."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return None
