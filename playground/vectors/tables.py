"""The documents of a namespace: rows of a table of its own, with a column for each index's vectors.

What differs between databases is an `Engine`; what does not is here. Statements run in the caller's transaction.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from playground.errors import ValidationError
from playground.store.place import Connection
from playground.store.row import bound, unbound
from playground.vectors.filter import Filter
from playground.vectors.parcel import Parcel
from playground.vectors.spaces import Key, Space, missing
from playground.vectors.store import Document, Hit, Index, Query, Vector


@dataclass(frozen=True, slots=True)
class Selection:
    """Documents of a namespace as a condition on its table, with the values bound in it."""

    space: Space
    condition: str
    values: tuple[Any, ...] = ()


class Engine(Protocol):
    """What one database does in its own way."""

    vanished: tuple[type[Exception], ...]
    """What a reader meets when another server has dropped the table that it looks for."""

    def make(self, connection: Connection, space: Space) -> None:
        """Make the table of a new namespace, without columns of vectors."""

    def clear(self, connection: Connection, space: Space) -> None:
        """Before the table is altered or dropped: give up what would keep it from that."""

    def column(self, index: Index) -> str:
        """The type of an index's column."""

    def write(self, connection: Connection, space: Space, parcel: Parcel) -> None:
        """Write documents as the namespace's change `changes`, replacing those of the same id."""

    def settle(self, space: Space) -> None:
        """After what `write` wrote is committed."""

    def close(self) -> None:
        """Give up what goes on behind the scenes."""

    def erased(self, connection: Connection, space: Space, ids: Sequence[str]) -> None:
        """After documents were deleted as the namespace's change `changes`; `ids` as they are bound."""

    def vector(self, value: Any) -> Vector:
        """The vector in a column, as it is read."""

    def where(self, connection: Connection, key: Key, filter: Filter | None) -> Selection:  # noqa: A002
        """The documents that pass."""

    def search(self, connection: Connection, key: Key, query: Query) -> list[Hit]:
        """The best first."""


def asked(space: Space, query: Query) -> Index:
    """The index that a query asks, with the metric that it asks for. Raises ValidationError where there is none."""
    index = space.namespace.index(query.index)
    if index is None:
        known = ", ".join(f"`{each.name}`" for each in space.namespace.indexes) or "none"
        what = f"the namespace `{space.namespace.id}` has no index `{query.index}`; there are {known}"
        raise ValidationError(what, [(("body", "index"), what, "unknown_index")])
    return replace(index, metric=query.metric or index.metric)


def ranked(hit: tuple[Any, ...]) -> tuple[float, str]:
    """The key that sorts (id, score, ...): the best first, of equal ones the smaller id."""
    return -hit[1], hit[0]


def make(engine: Engine, connection: Connection, space: Space) -> None:
    """Make the table of a new namespace."""
    engine.make(connection, space)
    widen(engine, connection, space, space.namespace.indexes)


def widen(engine: Engine, connection: Connection, space: Space, indexes: Iterable[Index]) -> None:
    """Make the columns of indexes that the namespace already names."""
    engine.clear(connection, space)
    for index in indexes:
        column = space.columns[index.name]
        connection.execute(f"ALTER TABLE {space.table} ADD COLUMN {column} {engine.column(index)}")


def drop(engine: Engine, connection: Connection, space: Space) -> None:
    """Delete the namespace with all that is in it."""
    engine.clear(connection, space)
    connection.execute(f"DROP TABLE {space.table}")
    for table in ("keys", "kept", "gone", "graphs"):
        connection.execute(f"DELETE FROM {table} WHERE namespace = ?", (space.number,))
    connection.execute("DELETE FROM namespaces WHERE number = ?", (space.number,))


def erase(engine: Engine, connection: Connection, space: Space, selection: Selection) -> int:
    """Delete what was selected before in this namespace, but for what changed since; how many there were."""
    if space.number != selection.space.number:
        return 0
    rows = connection.execute(
        f"DELETE FROM {space.table} WHERE {selection.condition} AND changed <= ? RETURNING id",
        (*selection.values, selection.space.namespace.changes),
    ).fetchall()
    engine.erased(connection, space, [id_ for (id_,) in rows])
    return len(rows)


def get(engine: Engine, connection: Connection, space: Space, id: str) -> Document:  # noqa: A002 - the field's name
    """A document with its vectors. Raises NotFoundError."""
    chosen = Selection(space, "id = ?", (bound(id),))
    found = read(engine, connection, chosen, vectors=True)
    if not found:
        raise missing("document", id)
    return found[0]


def read(
    engine: Engine, connection: Connection, selection: Selection, end: str = "", *, vectors: bool = False
) -> list[Document]:
    """The selected documents; `end` is what follows the condition."""
    columns = selection.space.columns if vectors else {}
    rows = connection.execute(
        f"SELECT {', '.join(['id', 'payload', *columns.values()])} FROM {selection.space.table} "
        f"WHERE {selection.condition}{end}",
        selection.values,
    )
    return [
        Document(
            unbound(id_),
            {name: engine.vector(value) for name, value in zip(columns, values, strict=True) if value is not None},
            json.loads(payload),
        )
        for id_, payload, *values in rows
    ]


def count(connection: Connection, selection: Selection) -> int:
    """How many documents are selected."""
    row = connection.execute(
        f"SELECT count(*) FROM {selection.space.table} WHERE {selection.condition}", selection.values
    ).fetchone()
    return int(row[0])
