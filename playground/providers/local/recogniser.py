"""The parent's side of the speech workers: one process per recording, a few at a time."""

import os
from collections.abc import Iterator
from typing import Any

from playground import worker
from playground.call import Stop
from playground.providers.local.places import Places

_PLACES = Places(max(2, os.cpu_count() or 2))


def told(module: str, data: bytes, stop: Stop) -> Iterator[dict[str, Any]]:
    """What a speech worker tells when it is given `data`, as soon as it tells it.

    Raises CancelledError once `stop` is set, InternalServerError when the process fails.
    """
    with _PLACES.taken(stop):
        yield from worker.lines(module, data, stop)
