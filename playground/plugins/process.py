"""One process of a plugin, from the side of the server: started, asked one thing at a time, ended with its children."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Any, Literal, cast

from playground.call import Stop
from playground.plugins.health import ProcessFacts, resident
from playground.plugins.pipe import BrokenError, parsed, receive, send, written
from playground.plugins.source import Source
from playground.sandbox import environment

OUTPUT = 16_000
"""Bytes that are kept of what a process prints: the last ones."""
_KEPT = ("HF_HOME", "HF_HUB_OFFLINE", "CUDA_VISIBLE_DEVICES", "LANG", "LC_ALL", "HOME")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a plugin may take: `seconds` for a call, `start` seconds for its loading, `memory` bytes for each of at most
    `processes` processes.
    """

    seconds: float = 60
    start: float = 120
    memory: int = 4 * 2**30
    processes: int = 2


class EndedError(Exception):
    """The process gave no answer. `kind` is `timeout`, `crash`, `exit`, `protocol` or `stopped`; `how` says more."""

    def __init__(self, kind: str, how: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.how = how


class Process:
    """One process with one plugin in it. It ends by `end` or with the server, whichever is first."""

    def __init__(self, source: Source, limits: Limits) -> None:
        self._source = source
        self._limits = limits
        self._line, theirs = socket.socketpair()  # a pipe could be held open by a child that left the group
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "playground.plugins.worker"],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                stderr=subprocess.PIPE,
                env={**environment(), **_told(), "PYTHONUNBUFFERED": "1"},
                start_new_session=True,  # a group of its own, so that its children end with it
            )
        self._requests, self._replies = self._line.makefile("wb"), self._line.makefile("rb")
        self._printed = bytearray()
        self._turn = 0
        self._overdue = False
        self._drain = threading.Thread(target=self._listen, name="plugin output", daemon=True)
        self._drain.start()
        self.started = time.time()
        self.calls = 0
        self._ready = self._busy = self._ended = False

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return not self._overdue and self._process.poll() is None

    @property
    def output(self) -> str:
        """The end of what it has printed so far."""
        return bytes(self._printed).decode("utf-8", "replace")

    def facts(self) -> ProcessFacts:
        """What can be seen of it now."""
        state: Literal["starting", "ready", "busy"] = "busy" if self._busy else "ready" if self._ready else "starting"
        return ProcessFacts(self.pid, state, self.started, self.calls, resident(self.pid))

    def begin(self, coded: Iterable[str], stop: Stop) -> dict[str, Any]:
        """Have it load the plugin; its reply, `ready` with the schemas asked for or `failure`. Raises EndedError."""
        source, limits = self._source, self._limits
        order = {"path": str(source.path), "module": source.module, "memory": limits.memory, "coded": list(coded)}
        reply = self._exchange(written(order), limits.start, stop)
        self._ready = True
        return reply

    def ask(self, message: bytes, stop: Stop) -> dict[str, Any]:
        """One request there, its reply back: `result` or `failure`. Raises EndedError."""
        self._busy = True
        try:
            return self._exchange(message, self._limits.seconds, stop)
        finally:
            self._busy = False
            self.calls += 1

    def _exchange(self, message: bytes, seconds: float, stop: Stop) -> dict[str, Any]:
        timer = threading.Timer(seconds, self._expire, [self._turn])
        timer.daemon = True
        timer.start()
        withdraw = stop.on_set(self.kill)
        reply = None
        try:
            with contextlib.suppress(OSError):  # it is gone: the end of its replies says so
                send(self._requests, message)
            with contextlib.suppress(OSError):  # it is gone, and has not read what was sent
                reply = receive(self._replies)
            if reply is not None:
                return parsed(reply)
        except BrokenError:
            raise EndedError("timeout" if self._overdue else "protocol") from None
        finally:
            self._turn += 1
            withdraw()
            timer.cancel()
        raise self._end_of(stop)

    def _end_of(self, stop: Stop) -> EndedError:
        if stop.is_set():
            return EndedError("stopped")
        if self._overdue:
            return EndedError("timeout")
        self.kill()
        code = self._process.wait()
        self._ended = True
        return EndedError("crash", _how(code))

    def _expire(self, turn: int) -> None:
        if turn == self._turn:  # not by a hair too late, when it may be working for somebody else
            self._overdue = True
            self.kill()

    def kill(self) -> None:
        """End it and whatever it has started, at once; from any thread."""
        if self._ended:  # its number may be another's by now
            return
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)  # whoever waits for its reply waits no longer

    def end(self) -> None:
        """End it and give back what connects us."""
        self.kill()
        self._process.wait()
        self._ended = True
        self._drain.join(1)  # what it printed last; a child that left the group may hold the pipe open
        for each in (self._replies, self._requests, self._line):
            with contextlib.suppress(OSError):  # bytes still to be flushed to a process that is gone
                each.close()

    def _listen(self) -> None:
        """Take what it prints, so that it never waits for us, and keep the end."""
        printed = cast("IO[bytes]", self._process.stderr)
        with contextlib.suppress(OSError, ValueError), printed:
            while block := os.read(printed.fileno(), 65_536):
                self._printed += block
                del self._printed[:-OUTPUT]


def _told() -> Mapping[str, str]:
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


def _how(code: int) -> str:
    """How a process ended, in words."""
    if code >= 0:
        return f"ended itself with code {code}"
    with contextlib.suppress(ValueError):
        return f"was ended by {signal.Signals(-code).name}"
    return f"was ended by signal {-code}"
