"""The parent's side of the speech workers: one process per recording, a few at a time."""

import os
import threading
from collections.abc import Iterator
from typing import Any

from playground import worker
from playground.call import Stop
from playground.errors import CancelledError

_PLACES = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))
_LOOK = 0.2  # seconds between looks at `stop` while all places are taken


def told(module: str, data: bytes, stop: Stop) -> Iterator[dict[str, Any]]:
    """What a speech worker tells when it is given `data`, as soon as it tells it.

    Raises CancelledError once `stop` is set, InternalServerError when the process fails.
    """
    while not _PLACES.acquire(timeout=_LOOK):
        if stop.is_set():
            raise CancelledError("the run was stopped")
    try:
        yield from worker.lines(module, data, stop)
    finally:
        _PLACES.release()
