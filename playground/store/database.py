"""A SQLite file shared by all threads: one writer with group commit, a pool of readers, opened when first used."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playground.errors import InternalServerError
from playground.store.sqlite import Migration, connect, create, explained
from playground.store.writer import Work, Writer

IDLE_READERS = 8
"""Read connections kept open between uses; more are opened when that many threads read at once."""


class Database:
    """Any thread may read and write, and so may other processes on the same file. Raises InternalServerError."""

    def __init__(self, path: Path, migrations: Sequence[Migration]) -> None:
        """Nothing is opened or made before the first use."""
        self.path = path
        self._migrations = migrations
        self._lock = threading.Lock()
        self._writer: Writer | None = None
        self._readers: list[sqlite3.Connection] = []
        self._closed = False

    def write(self, work: Work) -> None:
        """Return when `work` is committed and on disk."""
        try:
            self._opened().write(work)
        except (sqlite3.Error, OSError) as error:
            raise explained(error, self.path) from error

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that cannot write and sees everything committed; this thread's until the block ends."""
        self._opened()
        connection = None
        try:
            connection = self._take()
            yield connection
        except sqlite3.Error as error:
            raise explained(error, self.path) from error
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
                raise InternalServerError(f"`{self.path}` is closed; start the playground again")
            if self._writer is None:
                self._writer = Writer(create(self.path, self._migrations))
            return self._writer

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._readers:
                return self._readers.pop()
        connection = connect(self.path)
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _put_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed and len(self._readers) < IDLE_READERS:
                self._readers.append(connection)
                return
        connection.close()
