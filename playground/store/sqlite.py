"""One SQLite file: opened so that a commit is durable, brought to the newest format, its failures explained."""

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playground.errors import InternalServerError
from playground.store.place import Migration

PATIENCE = 20.0
"""Seconds to wait for another process that is writing."""

_DAMAGED = (
    "`{path}` is damaged or is no SQLite file ({reason}); move it and its `-wal` and `-shm` neighbours aside and a new "
    "one is made, or save what is readable with `sqlite3 {path} .recover`"
)
_CLOSED_OFF = "`{path}` cannot be opened or written ({reason}); check that the folder exists and the rights allow it"
_SENTENCES = {
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_FULL: "`{path}` cannot grow ({reason}); free some space on its disk and try again",
    sqlite3.SQLITE_BUSY: "`{path}` was locked by another program for over {patience:.0f} s; close it and try again",
    sqlite3.SQLITE_CANTOPEN: _CLOSED_OFF,
    sqlite3.SQLITE_READONLY: _CLOSED_OFF,
    sqlite3.SQLITE_PERM: _CLOSED_OFF,
    sqlite3.SQLITE_IOERR: "the disk failed under `{path}` ({reason}); check it and try again",
}


class File:
    """A SQLite file as a `Place`; other processes may have it open too."""

    failures: tuple[type[Exception], ...] = (sqlite3.Error, OSError)
    readers = 1024

    def __init__(self, path: Path, migrations: Sequence[Migration]) -> None:
        self._path = path
        self._migrations = migrations
        self._connection: sqlite3.Connection | None = None

    def __str__(self) -> str:
        return f"`{self._path}`"

    def open(self) -> None:
        """Make the file where there is none and bring it to the newest format."""
        self._opened()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The writer's turn."""
        connection = self._opened()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise

    def reader(self) -> sqlite3.Connection:
        """One more connection, for reading."""
        connection = connect(self._path)
        connection.execute("PRAGMA query_only = ON")
        return connection

    def explained(self, error: Exception) -> InternalServerError:
        """A failure as a sentence."""
        return explained(error, self._path)

    def close(self) -> None:
        """Close the writer's connection."""
        _close(self._connection)

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None:
            self._connection = create(self._path, self._migrations)
        return self._connection


def explained(error: Exception, path: Path) -> InternalServerError:
    """A failure of SQLite or the file system as a sentence with its way out; an unforeseen one keeps its words."""
    code = primary(error)
    sentence = _SENTENCES.get(code, _CLOSED_OFF if isinstance(error, OSError) else "`{path}`: {reason}")
    return InternalServerError(sentence.format(path=path, reason=error, patience=PATIENCE), code="database_failed")


def primary(error: Exception) -> int:
    """SQLite's primary result code of an error, 0 when it has none."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def connect(path: Path) -> sqlite3.Connection:
    """A connection any thread may use, one at a time; transactions are begun and ended by statements.

    FULL syncs the log at every commit: who was told "done" finds it after a power cut. Raises sqlite3.Error.
    """
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    try:
        _in_turn(connection, "PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: through the drive's own cache too; elsewhere nothing
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def create(path: Path, migrations: Sequence[Migration]) -> sqlite3.Connection:
    """Open `path`, made where there is none (folder 0700, file 0600), and bring it to the newest format.

    Raises InternalServerError: damaged, newer than this program, or out of reach.
    """
    connection = None
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))  # the log and its index take over these rights
        connection = connect(path)
        _migrate(connection, path, migrations)
    except (sqlite3.Error, OSError) as error:
        _close(connection)
        raise explained(error, path) from error
    except BaseException:
        _close(connection)
        raise
    return connection


def _close(connection: sqlite3.Connection | None) -> None:
    if connection is not None:
        connection.close()


def _migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[Migration]) -> None:
    if _version(connection) == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")  # of several processes one migrates and the others find it done
    try:
        version = _version(connection)
        if version > len(migrations):
            raise InternalServerError(
                f"`{path}` has format {version} and this version reads up to {len(migrations)}; "
                "update the playground, or name another file in `PLAYGROUND_DATABASE_URL`",
                code="database_newer",
            )
        for step in migrations[version:]:
            step(connection)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _in_turn(connection: sqlite3.Connection, statement: str) -> None:
    """Execute what SQLite may refuse at once, without its own waiting, while another process does the same.

    Four processes that opened new files at the same moment met it in 8 of 600 cases.
    """
    end = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if primary(error) != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
            time.sleep(0.02)
