"""A gate for writers: as many at once as bring a bounded number of documents together.

What many bring is one transaction; without a bound it could hold up other servers longer than they wait.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

TOGETHER = 2000
"""Documents of one transaction, roughly."""


class Turns:
    """The gate."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0

    @contextmanager
    def taken(self, documents: int) -> Iterator[None]:
        """Be inside with so many; whoever brings more than all together comes alone."""
        weight = min(documents, TOGETHER)
        with self._changed:
            self._changed.wait_for(lambda: self._inside + weight <= TOGETHER)
            self._inside += weight
        try:
            yield
        finally:
            with self._changed:
                self._inside -= weight
                self._changed.notify_all()
