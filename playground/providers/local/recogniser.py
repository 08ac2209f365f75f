"""The parent's side of the speech worker: one process per recording, a few at a time, ended at once by a stop."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO, Any, cast

from playground import sandbox
from playground.audio import Sound
from playground.call import Stop
from playground.errors import CancelledError, InternalServerError

_PLACES = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
_LOOK = 0.2  # seconds between looks at `stop` while all places are taken


def stretches(sound: Sound, stop: Stop) -> Iterator[dict[str, Any]]:
    """What `speech_worker` tells of a sound, as soon as it tells it.

    Raises CancelledError once `stop` is set, InternalServerError when the process fails.
    """
    while not _PLACES.acquire(timeout=_LOOK):
        if stop.is_set():
            raise CancelledError("the run was stopped")
    try:
        yield from _told(sound, stop)
    finally:
        _PLACES.release()


def _told(sound: Sound, stop: Stop) -> Iterator[dict[str, Any]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "playground.speech_worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=sandbox.environment(),
    )
    asked, told = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
    withdraw = stop.on_set(process.kill)
    try:
        with contextlib.suppress(OSError):  # it was killed, or failed: the exit code says so
            asked.write(sound.pcm)
            asked.close()
        yield from map(json.loads, told)
        code = process.wait()
    finally:
        withdraw()
        process.kill()
        with contextlib.suppress(OSError):
            asked.close()
        told.close()
        process.wait()
    if stop.is_set():
        raise CancelledError("the run was stopped")
    if code:
        raise InternalServerError(f"the speech recogniser ended with code {code}; is memory short?")
