"""The parent's side of the UMAP worker: start it, ask it, end it."""

import contextlib
import os
import subprocess
import sys
from typing import IO, cast

from playground import sandbox
from playground.umap_worker import Message, receive, send

_KEPT = ("HOME", "USERPROFILE", "LOCALAPPDATA", "XDG_CACHE_HOME", "NUMBA_CACHE_DIR")
"""What tells Numba where to keep what it has compiled."""
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


class UmapProcess:
    """One worker process with one thread of arithmetic, which knows no key of the environment.

    It ends by `end` or with this process, whichever is first.
    """

    def __init__(self) -> None:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "playground.umap_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**sandbox.environment(), **kept, **_ONE_THREAD},
        )
        self._requests = cast("IO[bytes]", self._process.stdin)
        self._replies = cast("IO[bytes]", self._process.stdout)

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def ask(self, message: Message) -> Message | None:
        """One message there and one back; None when the process ended instead of answering."""
        try:
            send(self._requests, message)
        except OSError:
            return None
        return receive(self._replies)

    def kill(self) -> None:
        """End the process at once, from any thread; whoever waits in `ask` gets None."""
        self._process.kill()

    def end(self) -> int:
        """End the process, give back its pipes, and return its exit code."""
        self.kill()
        self._replies.close()
        with contextlib.suppress(OSError):  # bytes still to be flushed to a process that is gone
            self._requests.close()
        return self._process.wait()
