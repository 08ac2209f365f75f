"""The server's side of the bridge: commands from any thread, answers by number, a new bridge when one is gone."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import IO, Any, cast

from playground.call import Stop
from playground.errors import CancelledError, InferenceServiceUnavailableError, PlaygroundError
from playground.plugins.pipe import BrokenError, parsed, receive, send, written
from playground.sandbox import environment

JOINING = 120.0
"""Seconds that joining the cluster may take."""
_KEPT = ("HOME", "LANG")


class _Waiting:
    """One command under way."""

    def __init__(self) -> None:
        self.done = threading.Event()
        self.told: Mapping[str, Any] = {"lost": "the process that speaks with the cluster ended"}


class Link:
    """To one cluster. The bridge is started by the first command and again after it has ended."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._waiting: dict[int, _Waiting] = {}
        self._count = 0

    def ask(self, command: Mapping[str, Any], stop: Stop) -> Any:
        """The reply to a command. Raises CancelledError, and InferenceServiceUnavailableError when there is none."""
        number, waiting = self._sent(command)
        withdraw = stop.on_set(lambda: self._send({"n": number, "do": "cancel"}))
        try:
            waiting.done.wait()
        finally:
            withdraw()
        if stop.is_set():
            raise CancelledError("the run was stopped")
        if "lost" in waiting.told:
            raise self._unreached(str(waiting.told["lost"]), retryable=True)
        return waiting.told["reply"]

    def close(self) -> None:
        """End the bridge; what is on the cluster stays there, for other servers may use it too."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.kill()  # its pipes are given back by whoever reads its answers

    def _sent(self, command: Mapping[str, Any]) -> tuple[int, _Waiting]:
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._process = self._joined()
            self._count += 1
            number, waiting = self._count, _Waiting()
            self._waiting[number] = waiting
        self._send({"n": number, **command})
        return number, waiting

    def _send(self, command: Mapping[str, Any]) -> None:
        message = written(command)
        with (
            self._lock,
            contextlib.suppress(OSError, ValueError),
        ):  # it is gone, or its pipe is: whoever reads its answers tells those who wait
            if self._process is not None:
                send(cast("IO[bytes]", self._process.stdin), message)

    def _joined(self) -> subprocess.Popen[bytes]:
        """A bridge that has reached the cluster."""
        process = subprocess.Popen(
            [sys.executable, "-m", "playground.plugins.cluster.bridge"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment() | _told(),
        )
        timer = threading.Timer(JOINING, process.kill)
        timer.daemon = True
        timer.start()
        try:
            with contextlib.suppress(OSError):
                send(cast("IO[bytes]", process.stdin), written({"address": self._address}))
            told = parsed(receive(cast("IO[bytes]", process.stdout)) or b"{}")
        except BrokenError:
            told = {}
        finally:
            timer.cancel()
        if "joined" not in told:
            _end(process)
            why = str(told.get("failed", f"it did not answer within {JOINING:g} s"))
            raise self._unreached(why, retryable="install" not in why)
        threading.Thread(target=self._listen, args=(process,), name="ray bridge", daemon=True).start()
        return process

    def _listen(self, process: "subprocess.Popen[bytes]") -> None:
        """Hand out answers until the bridge ends; then nobody of it waits any more."""
        replies = cast("IO[bytes]", process.stdout)
        with contextlib.suppress(BrokenError, OSError):
            while (message := receive(replies)) is not None:
                told = parsed(message)
                with self._lock:
                    waiting = self._waiting.pop(told["n"], None)
                if waiting is not None:
                    waiting.told = told
                    waiting.done.set()
        _end(process)
        with self._lock:
            left, self._waiting = self._waiting, {}
        for waiting in left.values():
            waiting.done.set()

    def _unreached(self, why: str, *, retryable: bool) -> PlaygroundError:
        return InferenceServiceUnavailableError(
            f"the Ray cluster `{self._address}` (`PLAYGROUND_RAY_ADDRESS`) did not serve the plugin: {why}",
            code="ray_unreached",
            retryable=retryable,
            retry_after=5 if retryable else None,
        )


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End a bridge and give back its pipes."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):  # bytes still to be flushed to a process that is gone
            cast("IO[bytes]", pipe).close()


def _told() -> dict[str, str]:
    """What the bridge knows of the environment: Ray's own settings, and no key of a provider."""
    return {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("RAY_")}
