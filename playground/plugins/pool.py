"""The processes of one plugin: started when calls need them, warm between calls, each with one call at a time.

A call that comes while all are busy waits, for as long as others get answers.
"""

import contextlib
import os
import queue
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from playground.call import Stop
from playground.errors import CancelledError, PlaygroundError
from playground.plugins.failures import busy, failed, unstarted
from playground.plugins.health import Health, Journal, ProcessFacts, State
from playground.plugins.process import EndedError, Limits, Process
from playground.plugins.source import Source

_LOOK = 0.25  # seconds between looks at `stop` while all processes are busy


class Pool:
    """One plugin as it stands in its files now. Any thread may ask."""

    def __init__(self, id: str, source: Source, coded: tuple[str, ...], limits: Limits, journal: Journal) -> None:  # noqa: A002
        self._id = id
        self._source = source
        self._coded = coded
        self._limits = limits
        self._journal = journal
        self._lock = threading.Lock()
        self._living: list[Process] = []
        self._places: queue.LifoQueue[Process | None] = queue.LifoQueue()  # the process used last is the warmest
        for _ in range(limits.processes):
            self._places.put(None)
        self._good = time.monotonic()
        self._bad: tuple[float, PlaygroundError] | None = None
        self._closed = self._loaded = False
        self.schemas: Mapping[str, Any] = {}

    def ask(self, message: bytes, stop: Stop) -> dict[str, Any]:
        """The answer to one request. Raises PlaygroundError."""
        with self._place(stop) as process:
            began = time.perf_counter()
            reply = self._heard(process, message, stop)
            if "result" not in reply:
                raise self._failed(reply.get("failure", {"kind": "protocol"}), process)
            self._journal.answered((time.perf_counter() - began) * 1000)
            self._good = time.monotonic()
            result: dict[str, Any] = reply["result"]
            return result

    def warm(self, stop: Stop) -> None:
        """Start a process, so that the first call need not wait for it. Raises PlaygroundError."""
        with self._place(stop):
            pass

    def health(self) -> Health:
        """How it is doing now."""
        with self._lock:
            processes = [each.facts() for each in self._living if each.alive]
            output = self._living[-1].output if self._living else ""
        return self._journal.health(self._state(processes), processes, output)

    def _state(self, processes: list[ProcessFacts]) -> State:
        for state in ("busy", "ready", "starting"):
            if any(each.state == state for each in processes):
                return state
        return "idle" if self._journal.healthy else "failing"

    def retire(self) -> None:
        """End the idle processes; those that are busy end after their call, those of late callers too."""
        self._closed = True
        free = 0
        with contextlib.suppress(queue.Empty):
            while True:
                self._end(self._places.get_nowait())
                free += 1
        for _ in range(free):
            self._places.put(None)

    def close(self) -> None:
        """End all processes, whatever they are doing."""
        self._closed = True
        with self._lock:
            living = list(self._living)
        for process in living:
            process.kill()
        self.retire()

    @contextmanager
    def _place(self, stop: Stop) -> Iterator[Process]:
        """A process with nothing to do, for as long as it is needed."""
        process = self._free(stop)
        try:
            if process is None or not process.alive:
                self._end(process)
                process = None
                process = self._started(stop)
            yield process
        finally:
            if process is not None and (self._closed or not process.alive):
                self._end(process)
                process = None
            self._places.put(process)

    def _free(self, stop: Stop) -> Process | None:
        """A process that has nothing to do, or the place for a new one; waits, but not beyond `stop`."""
        came = time.monotonic()
        while not stop.is_set():
            with contextlib.suppress(queue.Empty):
                found = self._places.get(timeout=_LOOK)
                if found is None and self._bad is not None and self._bad[0] > came:
                    self._places.put(None)
                    raise self._bad[1]  # it could not be loaded while this call waited: nor could it now
                return found
            patience = 2 * self._limits.seconds + (0 if self._loaded else self._limits.start)
            if time.monotonic() - max(came, self._good) > patience:
                raise busy(self._id, patience)
        raise CancelledError("the run was stopped")

    def _started(self, stop: Stop) -> Process:
        began = time.perf_counter()
        try:
            process = Process(self._source, self._limits)
        except OSError as error:
            raise unstarted(self._id, error) from error
        with self._lock:
            self._living.append(process)
        try:
            reply = process.begin(self._coded, stop)
        except EndedError as error:
            raise self._lost(error, process, self._limits.start) from None
        if "ready" not in reply:
            unfit = self._failed(reply.get("failure", {"kind": "protocol"}), process)
            self._bad = (time.monotonic(), unfit)
            raise unfit
        self._journal.started((time.perf_counter() - began) * 1000)
        if not self._loaded:
            self.schemas, self._loaded, self._good = reply["ready"], True, time.monotonic()
        return process

    def _heard(self, process: Process, message: bytes, stop: Stop) -> dict[str, Any]:
        try:
            return process.ask(message, stop)
        except EndedError as error:
            raise self._lost(error, process, self._limits.seconds) from None

    def _lost(self, error: EndedError, process: Process, seconds: float) -> PlaygroundError:
        if error.kind == "stopped":
            self._end(process)
            return CancelledError("the run was stopped")
        return self._failed({"kind": error.kind, "message": error.how, "seconds": seconds}, process, ended=True)

    def _failed(self, failure: Mapping[str, Any], process: Process, *, ended: bool = False) -> PlaygroundError:
        """The error for the caller; the rest is for the journal. A process that is not to be trusted any more ends."""
        if ended or failure.get("kind") in ("load", "memory", "exit", "protocol"):
            self._end(process)
        message = str(failure.get("message", "")).replace(
            f"{self._source.path}{os.sep}", ""
        )  # nobody's but the server's
        error = failed(self._id, {**failure, "message": message}, self._limits)
        kind, traceback = str(failure.get("kind", "raised")), str(failure.get("traceback", ""))
        self._journal.failed(kind, error.message, traceback, process.output)
        return error

    def _end(self, process: Process | None) -> None:
        if process is None:
            return
        process.end()
        with self._lock, contextlib.suppress(ValueError):
            self._living.remove(process)
