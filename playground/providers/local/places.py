"""Places: how many may work at the same time. Who waits for one heeds a stop."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from playground.call import Stop
from playground.errors import CancelledError

_LOOK = 0.2  # seconds between looks at `stop` while all places are taken


class Places:
    """So many places of this process; any thread may take one."""

    def __init__(self, count: int) -> None:
        self._free = threading.BoundedSemaphore(count)

    @contextmanager
    def taken(self, stop: Stop) -> Iterator[None]:
        """Have a place until the block ends. Raises CancelledError once `stop` is set and none is free."""
        while not self._free.acquire(timeout=_LOOK):
            if stop.is_set():
                raise CancelledError("the run was stopped")
        try:
            yield
        finally:
            self._free.release()
