"""The server's side of the bridge: commands from any thread, answers by number, a new bridge when one is gone."""

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from typing import IO, Any, cast

from playground.call import Stop
from playground.errors import CancelledError, InferenceServiceUnavailableError, PlaygroundError
from playground.plugins.pipe import BrokenError, parsed, receive, send, written
from playground.sandbox import environment

_KEPT = ("HOME", "LANG")
_UV = "RAY_ENABLE_UV_RUN_RUNTIME_ENV"
"""Where a server is started by `uv run`, Ray has the cluster do the same: it sends each machine the whole folder that
the server was started in, and starts every worker by `uv run` there. The cluster has its own environment.
"""
Told = Mapping[str, Any]


class Link:
    """To one cluster. The bridge is started by the first command, and by the next one after it has ended."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._bridge: _Bridge | None = None

    def ask(self, command: Told, stop: Stop) -> Told:
        """The answer to a command: `result` or `error`.

        Raises CancelledError, and InferenceServiceUnavailableError where there is no answer: `ray_unreached` where the
        cluster cannot be joined, `ray_lost` where the next try may do better.
        """
        with self._lock:
            if self._bridge is None or self._bridge.over:
                self._bridge = _Bridge(self._address)
            bridge = self._bridge
        told = bridge.ask(command, stop)
        if stop.is_set():
            raise CancelledError("the run was stopped")
        for kind in ("unreached", "lost"):
            if kind in told:
                raise self._failed(kind, str(told[kind]), retryable=bool(told.get("retryable", True)))
        return told

    def close(self) -> None:
        """End the bridge; what is on the cluster stays there, for other servers may use it too."""
        with self._lock:
            bridge, self._bridge = self._bridge, None
        if bridge is not None:
            bridge.end()

    def _failed(self, kind: str, why: str, *, retryable: bool) -> PlaygroundError:
        return InferenceServiceUnavailableError(
            f"the Ray cluster `{self._address}` (`PLAYGROUND_RAY_ADDRESS`) did not serve the plugin: {why}",
            code=f"ray_{kind}",
            retryable=retryable,
            retry_after=5 if retryable else None,
        )


class _Bridge:
    """One such process, and the commands that it is at."""

    def __init__(self, address: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "playground.plugins.cluster.bridge"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment() | _told(),
        )
        self._commands, self._answers = cast("IO[bytes]", self._process.stdin), cast("IO[bytes]", self._process.stdout)
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._waiting: dict[int, Future[Told]] = {}
        self._count = 0
        self._last: Told = {}
        self._send({"address": address})
        threading.Thread(target=self._listen, name="ray bridge", daemon=True).start()

    @property
    def over(self) -> bool:
        """Whether it has ended and said its last."""
        return bool(self._last)

    def ask(self, command: Told, stop: Stop) -> Told:
        """Its answer; what it said last, when it ends instead."""
        answer: Future[Told] = Future()
        with self._lock:
            if self.over:
                return self._last
            self._count += 1
            number = self._count
            self._waiting[number] = answer
        self._send({"n": number, **command})
        withdraw = stop.on_set(lambda: self._send({"n": number, "do": "cancel"}))
        try:
            return answer.result()
        finally:
            withdraw()

    def end(self) -> None:
        """End it, at once."""
        self._process.kill()  # its pipes are given back by whoever reads its answers

    def _send(self, command: Told) -> None:
        message = written(command)
        with self._sending, contextlib.suppress(OSError, ValueError):  # it is gone: whoever waits is told by `_listen`
            send(self._commands, message)

    def _listen(self) -> None:
        """Hand out answers until it ends; then nobody waits for it any more."""
        last: Told = {"lost": "the process that speaks with it ended"}
        with contextlib.suppress(BrokenError, OSError):
            while (message := receive(self._answers)) is not None:
                told = parsed(message)
                if "n" not in told:
                    last = told
                    continue
                with self._lock:
                    answer = self._waiting.pop(told["n"])
                answer.set_result(told)
        self._process.kill()
        self._process.wait()
        with self._lock:
            self._last = last
            left, self._waiting = self._waiting, {}
        for answer in left.values():
            answer.set_result(last)
        with self._sending:
            for pipe in (self._commands, self._answers):
                with contextlib.suppress(OSError):  # bytes still to be flushed to a process that is gone
                    pipe.close()


def _told() -> dict[str, str]:
    """What the bridge knows of the environment: Ray's own settings, and no key of a provider."""
    kept = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith("RAY_")}
    return kept | {_UV: "0"}
