"""A PostgreSQL database as a `Place`: one schema for each part of the data, one writer at a time among all servers.

A writer holds the row of `format` while it writes. So the work that SQLite does one after the other is done one after
the other here as well, deadlocks do not exist, and numbers that grow are seen in the order in which they were given.
Group commit makes up for it: what many threads bring is one transaction.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from playground.errors import InternalServerError
from playground.store.dialect import Speaker
from playground.store.place import LostError, Migration

PATIENCE = 20
"""Seconds to wait for another server that is writing, and for a network that is silent."""
AWAY = 15.0
"""Seconds in which a server that went away while it was in use may come back before a write fails."""
PAUSE = 2.0
"""Seconds until a server that could not be opened is tried again."""
SILENT = 10
"""Seconds after which a writer that fell silent in the middle, as when its machine lost power, loses its turn."""

_T = TypeVar("_T")
_DEFAULTS: dict[str, str | int] = {
    "application_name": "inference-playground",
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "tcp_user_timeout": PATIENCE * 1000,
}
_READS = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_WRITES = f"SET lock_timeout = '{PATIENCE}s'; SET idle_in_transaction_session_timeout = '{SILENT}s'"

_GONE = "the connection to {place} was lost ({reason}); try again when it is back"
_REFUSED = (
    "{place} cannot be reached or lets nobody in ({reason}); check that it runs, and host, user, password and database "
    "in `PLAYGROUND_DATABASE_URL`"
)
_DAMAGED = "{place} is damaged ({reason}); restore a backup, or name another database in `PLAYGROUND_DATABASE_URL`"
_SENTENCES = {
    "08": _GONE,
    "57P": _GONE,
    "XX001": _DAMAGED,
    "XX002": _DAMAGED,
    "53100": "{place} cannot grow ({reason}); free some space on its disk and try again",
    "55P03": f"{{place}} was locked by another server for over {PATIENCE} s; see what holds it and try again",
    "42501": "{place} forbids it ({reason}); give the user the right to create schemas, or a database of its own",
    "25006": "{place} cannot be written ({reason}); name the primary server in `PLAYGROUND_DATABASE_URL`",
}
"""By the beginning of the SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html"""


class Server:
    """One part of the data on a server; other servers of ours may use it at the same time."""

    failures: tuple[type[Exception], ...] = (psycopg.Error, LostError)
    readers = 8

    def __init__(self, url: str, part: str, migrations: Sequence[Migration], prepare: str = "") -> None:
        self._url = url
        self._prepare = prepare
        self._schema = f"playground_{part}"
        self._migrations = migrations
        self._connection: psycopg.Connection | None = None
        self._failure: tuple[float, psycopg.Error | None] = 0.0, None

    def __str__(self) -> str:
        return f"the PostgreSQL database of `PLAYGROUND_DATABASE_URL` ({_address(self._url)})"

    def open(self) -> None:
        """Make the schema where there is none and bring it to the newest format.

        Right after a failure it fails at once: those who waited for it must not each wait for a silent host in turn.
        """
        failed, reason = self._failure
        if reason is not None and time.monotonic() - failed < PAUSE:
            raise self.explained(reason)
        try:
            self._connection = self._made()
        except psycopg.Error as error:
            self._failure = time.monotonic(), error
            raise

    @contextmanager
    def transaction(self) -> Iterator[Speaker]:
        """The writer's turn. Raises LostError where the connection broke and nothing was kept."""
        connection = self._alive()
        try:
            speaker = Speaker(connection)
            speaker.execute("BEGIN")
            # psycopg's own transactions roll back and commit without saying which transaction it was
            turn = speaker.execute("SELECT version, CAST(pg_current_xact_id() AS text) FROM format FOR UPDATE")
            ((version, number),) = turn.fetchall()
            self._check(version)
            yield speaker
        except BaseException as error:
            if connection.closed and isinstance(error, psycopg.Error):
                raise LostError from error
            with suppress(psycopg.Error):
                connection.rollback()
            raise
        self._commit(connection, number)

    def reader(self) -> Speaker:
        """One more connection, for reading."""
        return Speaker(self._connect(_READS))

    def aside(self) -> psycopg.Connection:
        """A connection for what no transaction takes, such as building an index while others write."""
        return self._connect("RESET lock_timeout")

    def explained(self, error: Exception) -> InternalServerError:
        """A failure as a sentence, never with the password: libpq does not repeat it."""
        cause = error.__cause__ if isinstance(error, LostError) and error.__cause__ else error
        code = getattr(cause, "sqlstate", None)
        found = (text for start, text in _SENTENCES.items() if code is not None and code.startswith(start))
        sentence = next(found, "{place}: {reason}")
        if code is None and isinstance(cause, psycopg.OperationalError):
            sentence = _GONE if isinstance(error, LostError) else _REFUSED
        reason = " ".join(str(cause).split())
        return InternalServerError(sentence.format(place=self, reason=reason), code="database_failed")

    def close(self) -> None:
        """Close the writer's connection."""
        if self._connection is not None:
            self._connection.close()

    def _made(self) -> psycopg.Connection:
        connection = self._connect(_WRITES)
        try:
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _connect(self, mode: str) -> psycopg.Connection:
        connection = psycopg.connect(_conninfo(self._url), autocommit=True)
        try:
            connection.execute(f"SET search_path TO {self._schema}; {mode}; {self._prepare}".encode())
        except BaseException:
            connection.close()
            raise
        return connection

    def _alive(self) -> psycopg.Connection:
        """The writer's connection; where it broke, a new one as soon as there is one."""
        if self._connection is None or self._connection.closed:
            self._connection = _before(time.monotonic() + AWAY, lambda: self._connect(_WRITES))
        return self._connection

    def _migrate(self, connection: psycopg.Connection) -> None:
        speaker = Speaker(connection)
        with connection.transaction():
            # of several servers one migrates and the others find it done; there is no row to hold yet
            speaker.execute("SELECT pg_advisory_xact_lock(hashtext(?))", [self._schema])
            if speaker.execute("SELECT to_regnamespace(?)", [self._schema]).fetchone() == (None,):
                speaker.execute(f"CREATE SCHEMA {self._schema}")
            speaker.execute("CREATE TABLE IF NOT EXISTS format (version INTEGER NOT NULL)")
            found = speaker.execute("SELECT version FROM format FOR UPDATE").fetchone()
            if found is None:
                speaker.execute("INSERT INTO format VALUES (0)")
            version = found[0] if found else 0
            self._check(version)
            for step in self._migrations[version:]:
                step(speaker)
            speaker.execute("UPDATE format SET version = ?", [len(self._migrations)])

    def _check(self, version: int) -> None:
        if version > len(self._migrations):
            raise InternalServerError(
                f"`{self._schema}` in {self} has format {version} and this version reads up to "
                f"{len(self._migrations)}; update the playground, or name another database",
                code="database_newer",
            )

    def _commit(self, connection: psycopg.Connection, number: str) -> None:
        try:
            connection.execute("COMMIT")
        except psycopg.Error as error:
            if not connection.closed:
                raise
            if not _before(time.monotonic() + AWAY, lambda: self._was_kept(number)):
                raise LostError from error

    def _was_kept(self, number: str) -> bool:
        """What became of a transaction whose commit was not answered; it may still be going on."""
        with self._connect(_READS) as connection:
            row = connection.execute("SELECT pg_xact_status(CAST(%s AS xid8))", [number]).fetchone()
        status = row[0] if row else None
        if status == "in progress":
            raise psycopg.OperationalError("the server has not noticed yet that the connection broke")
        return status == "committed"


def _before(end: float, attempt: Callable[[], _T]) -> _T:
    """Try until it works or the time has come. Raises what the last attempt raised."""
    while True:
        try:
            return attempt()
        except psycopg.OperationalError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _conninfo(url: str) -> str:
    """The URL with our defaults for what it does not say."""
    said = _read(url)
    return make_conninfo(url, **{name: value for name, value in _DEFAULTS.items() if name not in said})


def _address(url: str) -> str:
    said = _read(url)
    return f"`{said.get('dbname', '')}` at `{said.get('host', 'localhost')}:{said.get('port', 5432)}`"


def _read(url: str) -> dict[str, Any]:
    try:
        return dict(conninfo_to_dict(url))
    except psycopg.ProgrammingError:
        raise InternalServerError(  # what libpq says of it may repeat the password
            "`PLAYGROUND_DATABASE_URL` is no URL that PostgreSQL understands; write "
            "`postgresql://user:password@host:5432/database`, with signs such as `@`, `/` or `%` in the password "
            "percent-encoded (`%40`, `%2F`, `%25`)",
            code="database_url_invalid",
        ) from None
