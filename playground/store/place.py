"""Where data are, as protocols: a SQLite file or a PostgreSQL server, spoken to in one SQL."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, TypeAlias

from playground.errors import InternalServerError


class Rows(Protocol):
    """What a statement found."""

    def fetchone(self) -> Any:
        """The next row, None after the last."""

    def fetchall(self) -> list[Any]:
        """All that are left."""

    def __iter__(self) -> Iterator[Any]:
        """One by one."""


class Connection(Protocol):
    """Executes SQL that SQLite and PostgreSQL both understand, with `?` where values stand.

    Types of columns are SQLite's words, `TEXT`, `INTEGER`, `REAL`, `BLOB`; PostgreSQL is told its own for them. A text
    goes through `row.bound` first where it may hold what no database takes.
    """

    def execute(self, statement: str, values: Sequence[Any] = (), /) -> Rows:
        """Execute one statement."""

    def executemany(self, statement: str, rows: Iterable[Sequence[Any]], /) -> object:
        """Execute one statement for each row."""


class Reader(Connection, Protocol):
    """A connection that cannot write; `BEGIN` begins a look at one moment."""

    def close(self) -> None:
        """Hang up."""


Work = Callable[[Connection], None]
"""Statements of a transaction; run a second time when another caller's work or a lost connection broke the first."""

Migration = Callable[[Connection], None]
"""Brings data from one format to the next, in a transaction."""

Where: TypeAlias = Path | str
"""A SQLite file, or the URL of a PostgreSQL database."""


class LostError(Exception):
    """The connection broke, and for certain nothing of the transaction was kept: once more is safe."""


class Place(Protocol):
    """Data in one place, made and brought to the newest format when opened."""

    failures: tuple[type[Exception], ...]
    """What a use may raise beside InternalServerError; `explained` makes a sentence of it."""
    readers: int
    """Most connections for reading at the same time."""

    def open(self) -> None:
        """Make it ready for writing. Raises `failures`, and InternalServerError for a newer format."""

    def transaction(self) -> AbstractContextManager[Connection]:
        """One writer's turn, alone among all processes: committed and durable at the end, else nothing of it."""

    def reader(self) -> Reader:
        """One more connection for reading; any thread may use it, one at a time."""

    def explained(self, error: Exception) -> InternalServerError:
        """A failure as a sentence with its way out."""

    def close(self) -> None:
        """Close what `open` opened."""


def placed(where: Where, part: str, migrations: Sequence[Migration], prepare: str = "") -> Place:
    """The place of one part of the data: a file of its own, or a schema of its own on a server.

    `prepare` is SQL that every connection to a server begins with.
    Raises InternalServerError when the driver for it is not installed.
    """
    if isinstance(where, Path):
        from playground.store.sqlite import File

        return File(where, migrations)
    try:
        from playground.store.postgres import Server
    except ImportError as error:
        raise InternalServerError(
            "the driver of PostgreSQL, which `PLAYGROUND_DATABASE_URL` asks for, is not installed; install it with "
            "`pip install 'inference-playground[postgres]'` (or `uv sync --extra postgres`) and start again",
            code="extra_missing",
        ) from error
    return Server(where, part, migrations, prepare)
