"""The engine on a PostgreSQL server with pgvector: small namespaces exactly, large ones by an HNSW index.

A filtered search goes on along the index until it has enough (iterative scan), or, where PostgreSQL expects few to
pass, looks at all that do: a graph misses some of few. What comes back is scored again in float64.
https://github.com/pgvector/pgvector
"""

import json
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

from playground.store.place import Connection
from playground.store.row import bound, unbound
from playground.vectors.filter import Filter
from playground.vectors.hnsw import Builder, Graph
from playground.vectors.jsonpath import predicate
from playground.vectors.parcel import Parcel, Ready, fitted
from playground.vectors.score import scores
from playground.vectors.spaces import Key, Space, find
from playground.vectors.store import Hit, Index, Query, Vector
from playground.vectors.tables import Selection, asked, ranked

if TYPE_CHECKING:
    from playground.store.dialect import Speaker

_MORE = 8  # candidates beyond k, or 2k in float16: pgvector does not sort in float64
_PASSING = 2000
"""Rows that pass a filter, as PostgreSQL expects, up to which all of them are looked at."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A value in PostgreSQL's binary form, such as a vector as pgvector sends and receives it."""

    data: bytes


class _Dumper(Dumper):
    """Says no type: where the value stands, PostgreSQL knows it."""

    format = Format.BINARY

    def dump(self, obj: Packed) -> bytes:
        return obj.data


psycopg.adapters.register_dumper(Packed, _Dumper)


class Pgvector:
    """As an `Engine`."""

    vanished: tuple[type[Exception], ...] = (psycopg.errors.UndefinedTable,)

    def __init__(self, aside: Callable[[], psycopg.Connection]) -> None:
        """`aside` makes a connection for building indexes."""
        self._builder = Builder(aside)
        self._due: dict[str, Graph] = {}

    def make(self, connection: Connection, space: Space) -> None:
        """The table; `payload` is the text as it came, `filterable` what filters look at."""
        connection.execute(
            f"CREATE TABLE {space.table} (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "
            "changed INTEGER NOT NULL, payload TEXT NOT NULL, filterable JSONB NOT NULL)"
        )
        connection.execute(f"CREATE INDEX {space.table}_filters ON {space.table} USING gin (filterable jsonb_path_ops)")

    def clear(self, connection: Connection, space: Space) -> None:
        """No graph is built any more of this table, by whichever server; the next write asks for it again."""
        connection.execute(
            "SELECT pg_cancel_backend(pid) FROM pg_stat_progress_create_index WHERE relid = to_regclass(?)",
            (space.table,),
        )

    def column(self, index: Index) -> str:
        """One dimension for all."""
        return f"vector({index.dimension})"

    def write(self, connection: Connection, space: Space, parcel: Parcel) -> None:
        """All in one go; none takes the place of a row that a graph has, which takes long."""
        columns = ("id", "changed", "payload", "filterable", *space.columns.values())
        connection.execute(f"DELETE FROM {space.table} WHERE id = ANY(?)", ([*map(bound, parcel.documents)],))
        changed = Packed(struct.pack(">q", space.namespace.changes))
        rows = (
            (bound(id_), changed, ready.payload, _filterable(ready.payload), *_vectors(ready, space))
            for id_, ready in parcel.documents.items()
        )
        cast("Speaker", connection).copy(space.table, columns, rows)
        last = connection.execute(f"SELECT max(number) FROM {space.table}").fetchone()[0] or 0
        reaches = _reaches(connection, space)
        for index in space.namespace.indexes:
            graph = Graph(space, index, reaches.get(space.columns[index.name], 0))
            if graph.due(last - graph.reach, quiet=True):  # numbers have gaps: the builder counts
                self._due[graph.prefix] = graph

    def settle(self, space: Space) -> None:
        """Build the indexes that are due."""
        for index in space.namespace.indexes:
            graph = self._due.pop(Graph(space, index).prefix, None)
            if graph:
                self._builder.build(graph)

    def close(self) -> None:
        """Give up what is being built."""
        self._builder.close()

    def erased(self, connection: Connection, space: Space, ids: Sequence[str]) -> None:
        """Nothing: nobody holds documents in memory."""

    def vector(self, value: bytes) -> Vector:
        """The vector in a column: two short numbers, then float32, all big endian."""
        return np.frombuffer(value, ">f4", offset=4).astype(np.float32)

    def where(self, connection: Connection, key: Key, filter: Filter | None) -> Selection:  # noqa: A002
        """As a path predicate."""
        space = find(connection, *key)
        if filter is None:
            return Selection(space, "TRUE")
        return Selection(space, "filterable @@ CAST(? AS jsonpath)", (predicate(filter),))

    def search(self, connection: Connection, key: Key, query: Query) -> list[Hit]:
        """Along the graph as far as it reaches, exactly in what came after it."""
        selection = self.where(connection, key, query.filter)
        if query.among is not None:
            ids = [*map(bound, query.among)]
            selection = Selection(selection.space, f"{selection.condition} AND id = ANY(?)", (*selection.values, ids))
        space = selection.space
        index = asked(space, query)
        sought = fitted(query.vector, index)
        graph = Graph(space, index, _reaches(connection, space).get(space.columns[index.name], 0))
        if graph.reach and _few(connection, selection, query):
            connection.execute("SELECT set_config('enable_indexscan', 'off', true)")  # HNSW has no other way
        best = (
            f"(SELECT id, payload, {graph.column} FROM {space.table} WHERE number {{}} {graph.reach} "
            f"AND {graph.column} IS NOT NULL AND {selection.condition} ORDER BY {graph.distance()} LIMIT ?)"
        )
        parts = [best.format(side) for side in (("<=", ">") if graph.reach else (">",))]
        values = (*selection.values, packed(sought), query.k * (2 if graph.halved else 1) + _MORE)
        rows = connection.execute(" UNION ALL ".join(parts), values * len(parts)).fetchall()
        if not rows:
            return []
        found = scores(index.metric, np.stack([self.vector(row[2]) for row in rows]), sought)
        hits = [(unbound(row[0]), float(score), row[1]) for row, score in zip(rows, found, strict=True)]
        ranking = sorted((hit for hit in hits if not np.isnan(hit[1])), key=ranked)
        return [Hit(id_, score, json.loads(payload)) for id_, score, payload in ranking[: query.k]]


def _few(connection: Connection, selection: Selection, query: Query) -> bool:
    """Whether all that are selected are to be looked at: they are named, or few by what PostgreSQL expects."""
    if query.among is not None:
        return True
    if query.filter is None:
        return False
    plan = connection.execute(
        f"EXPLAIN (FORMAT JSON) SELECT FROM {selection.space.table} WHERE {selection.condition}", selection.values
    ).fetchone()
    return float(plan[0][0]["Plan"]["Plan Rows"]) <= _PASSING


def _reaches(connection: Connection, space: Space) -> dict[str, int]:
    rows = connection.execute("SELECT name, reach FROM graphs WHERE namespace = ?", (space.number,))
    return dict(rows.fetchall())


def _vectors(ready: Ready, space: Space) -> Iterator[Packed | None]:
    return (packed(ready.vectors.get(name)) for name in space.columns)


def _filterable(payload: str) -> Packed:
    """The payload as `jsonb` takes it: its texts `bound`; its binary form begins with a 1."""
    text = json.dumps(_bound(json.loads(payload))) if "\\u" in payload else payload
    return Packed(b"\1" + text.encode())


def _bound(value: Any) -> Any:
    if isinstance(value, str):
        return bound(value)
    if isinstance(value, list):
        return [_bound(each) for each in value]
    if isinstance(value, dict):
        return {bound(name): _bound(each) for name, each in value.items()}
    return value


def packed(vector: Vector | None) -> Packed | None:
    """A vector as a bound value: two short numbers, the first its length, then float32, all big endian."""
    return None if vector is None else Packed(struct.pack(">HH", len(vector), 0) + vector.astype(">f4").tobytes())
