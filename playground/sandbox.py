"""The sandbox: files of strangers are opened in processes of their own, with an end to their time and memory.

A file that crashes a decoder, or holds it for ever, or fills the memory takes a worker with it, which is replaced; the
server only sees that the file could not be read. Workers stay warm between jobs and know nothing of the environment.
"""

import atexit
import contextlib
import os
import queue
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

from playground.call import Stop
from playground.errors import BadRequestError, CancelledError, InternalServerError, PayloadTooLargeError
from playground.sandbox_worker import MEMORY, receive, send

WORKERS = max(2, min(4, os.cpu_count() or 2))
CPU = {"inspect": 10, "sound": 60, "preview": 15, "pixels": 20}
"""Seconds of CPU that each job may take; three times as long by the clock."""

_LOOK = 0.5  # seconds between looks at `stop` while all workers are busy
_KEPT = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR", "TEMP")
_ERRORS = {error.type: error for error in (BadRequestError, PayloadTooLargeError)}


def environment() -> dict[str, str]:
    """What a worker knows of the environment: how to start and where modules are, and no key."""
    root = str(Path(__file__).parent.parent)
    found = {name: os.environ[name] for name in _KEPT if name in os.environ}
    found["PYTHONPATH"] = os.pathsep.join(filter(None, [root, found.get("PYTHONPATH")]))
    return found


class Worker:
    """One process, one job at a time. It ends by `end` or with this process, whichever is first."""

    def __init__(self, memory: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "playground.sandbox_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
        )
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._replies = cast("IO[bytes]", self._process.stdout)
        self._memory = memory
        self._ready = False

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can take a job."""
        return self._process.poll() is None

    def ask(self, head: dict[str, Any], data: bytes, seconds: float, stop: Stop) -> tuple[dict[str, Any], bytes] | None:
        """One job there and its result back; None when the process ended instead, by a limit or by `stop`.

        Raises InternalServerError when it did not even begin.
        """
        self.begin()
        timer = threading.Timer(seconds, self._process.kill)
        timer.daemon = True
        timer.start()
        withdraw = stop.on_set(self._process.kill)
        try:
            send(self._requests, head, data)
            return receive(self._replies)
        except OSError:
            return None
        finally:
            withdraw()
            timer.cancel()

    def begin(self) -> None:
        """Wait until it is ready. Raises InternalServerError when it does not start."""
        if self._ready:
            return
        with contextlib.suppress(OSError):
            send(self._requests, {"memory": self._memory})
            self._ready = receive(self._replies) is not None
        if not self._ready:
            raise InternalServerError("the process that opens files does not start; see whether memory is short")

    def end(self) -> None:
        """End the process and give back its pipes."""
        self._process.kill()
        self._replies.close()
        with contextlib.suppress(OSError):  # bytes still to be flushed to a process that is gone
            self._requests.close()
        self._process.wait()


class Sandbox:
    """Up to `WORKERS` processes, started when first needed. Any thread may ask."""

    def __init__(self, memory: int = MEMORY, cpu: dict[str, int] | None = None) -> None:
        self._memory = memory
        self._cpu = cpu or CPU
        self._places: queue.LifoQueue[Worker | None] = queue.LifoQueue()  # the worker used last is the warmest
        for _ in range(WORKERS):
            self._places.put(None)

    def ask(self, job: str, data: bytes, stop: Stop | None = None, **wants: Any) -> tuple[dict[str, Any], bytes]:
        """Do one of `decoding.JOBS` with a file; what it found.

        Raises BadRequestError and PayloadTooLargeError, whose sentences begin with `the file`, and CancelledError when
        `stop` is set meanwhile.
        """
        stop = stop or Stop()
        cpu = self._cpu[job]
        worker = self._free(stop)
        try:
            if worker is None or not worker.alive:
                worker = self._renewed(worker)
            reply = worker.ask({"job": job, "cpu": cpu, "wants": wants}, data, cpu * 3.0, stop)
            if reply is None:
                worker.end()
        except BaseException:
            if worker is not None:
                worker.end()
            worker = None
            raise
        finally:
            self._places.put(worker)
        if stop.is_set():
            raise CancelledError("the run was stopped")
        return _result(reply)

    def _free(self, stop: Stop) -> Worker | None:
        """A worker that has nothing to do, or the place for a new one; waits for it, but not beyond `stop`."""
        while not stop.is_set():
            with contextlib.suppress(queue.Empty):
                return self._places.get(timeout=_LOOK)
        raise CancelledError("the run was stopped")

    def _renewed(self, old: Worker | None) -> Worker:
        if old is not None:
            old.end()
        return Worker(self._memory)

    def warm(self) -> None:
        """Start one worker, so that the first file need not wait for it."""
        worker = self._places.get()
        try:
            if worker is None or not worker.alive:
                worker = self._renewed(worker)
            worker.begin()
        finally:
            self._places.put(worker)

    def close(self) -> None:
        """End the workers that are idle; the others end with this process."""
        with contextlib.suppress(queue.Empty):
            while True:
                worker = self._places.get_nowait()
                if worker is not None:
                    worker.end()


def _result(reply: tuple[dict[str, Any], bytes] | None) -> tuple[dict[str, Any], bytes]:
    if reply is None or reply[0].get("error") == "MemoryError":
        raise BadRequestError(
            "the file cannot be opened within the time and memory a file may take; send a simpler one"
        )
    facts, found = reply
    if "error" in facts:
        raise _ERRORS[facts["error"]](facts["message"])
    return facts, found


@cache
def shared() -> Sandbox:
    """The process-wide sandbox."""
    sandbox = Sandbox()
    atexit.register(sandbox.close)
    return sandbox
