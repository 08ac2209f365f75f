"""The data of one place, shared by all threads: one writer with group commit, a pool of readers, opened when used."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from playground.errors import InternalServerError
from playground.store.place import Connection, Place, Reader, Work
from playground.store.writer import Writer

IDLE_READERS = 8
"""Read connections kept open between uses."""


class Database:
    """Any thread may read and write, and so may other processes in the same place. Raises InternalServerError."""

    def __init__(self, place: Place) -> None:
        """Nothing is opened or made before the first use."""
        self._place = place
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(place.readers)
        self._writer: Writer | None = None
        self._readers: list[Reader] = []
        self._closed = False

    def write(self, work: Work) -> None:
        """Return when `work` is committed and on disk."""
        try:
            self._opened().write(work)
        except self._place.failures as error:
            raise self._place.explained(error) from error

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that cannot write and sees everything committed before, as it was at the first statement.

        It is this thread's until the block ends; never read within a block that reads, for connections may be scarce.
        """
        with self._turns:
            connection = None
            try:
                self._opened()
                connection = self._take()
                yield connection
            except self._place.failures as error:
                raise self._place.explained(error) from error
            finally:
                if connection is not None:
                    self._put_back(connection)

    def close(self) -> None:
        """Commit what was brought before and close; later uses are refused."""
        with self._lock:
            self._closed = True
            writer, self._writer = self._writer, None
            readers, self._readers = self._readers, []
        for connection in readers:
            connection.close()
        if writer is not None:
            writer.close()

    def _opened(self) -> Writer:
        writer = self._writer
        if writer is not None:
            return writer
        with self._lock:
            if self._closed:
                raise InternalServerError(f"{self._place} is closed; start the playground again")
            if self._writer is None:
                self._place.open()
                self._writer = Writer(self._place)
            return self._writer

    def _take(self) -> Reader:
        """A connection in a fresh transaction; one that broke while it was idle is left for the next."""
        while True:
            with self._lock:
                idle = self._readers.pop() if self._readers else None
            connection = idle or self._place.reader()
            try:
                connection.execute("BEGIN")
                return connection
            except self._place.failures:
                connection.close()
                if idle is None:
                    raise

    def _put_back(self, connection: Reader) -> None:
        try:
            connection.execute("ROLLBACK")
        except self._place.failures:
            connection.close()
            return
        with self._lock:
            if not self._closed and len(self._readers) < IDLE_READERS:
                self._readers.append(connection)
                return
        connection.close()
