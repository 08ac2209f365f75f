"""The engine on a PostgreSQL server with pgvector: small namespaces exactly, large ones by an HNSW index.

An index is made when it has something to win, for a small table is read faster than it is walked, and each write to
an indexed one costs 1 to 2 ms. A filtered search goes on along the index until it has enough (iterative scan), or, when
PostgreSQL expects few to pass, sorts all that do. What comes back is scored again in float64.
https://github.com/pgvector/pgvector
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from psycopg.adapt import Dumper
from psycopg.pq import Format

from playground.store.place import Connection
from playground.store.row import bound, unbound
from playground.vectors.filter import Filter
from playground.vectors.jsonpath import predicate
from playground.vectors.parcel import Parcel, fitted
from playground.vectors.score import scores
from playground.vectors.spaces import Key, Space, find
from playground.vectors.store import Hit, Index, Metric, Query, Vector
from playground.vectors.tables import Selection, asked, ranked, upsert

INDEXED = 5000
"""Documents from which a table is indexed."""
_MORE = 8  # candidates beyond 2k: pgvector sorts by distances in float32 or float16
_OPERATORS: dict[Metric, tuple[str, str]] = {
    "cosine": ("<=>", "cosine_ops"),
    "dot": ("<#>", "ip_ops"),
    "euclidean": ("<->", "l2_ops"),
}
_WIDEST, _WIDEST_HALF = 2000, 4000  # dimensions that HNSW indexes of `vector` and of `halfvec` take
_SETTINGS = {
    "jit": "off",  # compiling takes longer than any of our queries
    "plan_cache_mode": "force_custom_plan",  # the best plan depends on the filter
    "hnsw.iterative_scan": "relaxed_order",
    "hnsw.max_scan_tuples": "100000",
    "hnsw.scan_mem_multiplier": "8",
    "hnsw.ef_search": "200",
}
_BEGIN = (
    "SELECT "
    + ", ".join(f"set_config('{name}', '{value}', true)" for name, value in _SETTINGS.items())
    + """, set_config('search_path', concat_ws(', ', quote_ident(current_schema()), (
        SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
        WHERE extname = 'vector')), true)"""
)


@dataclass(frozen=True, slots=True)
class _Packed:
    """A vector as pgvector sends and receives it."""

    data: bytes


class _PackedDumper(Dumper):
    """Says no type: where the value stands, PostgreSQL knows it."""

    format = Format.BINARY

    def dump(self, obj: _Packed) -> bytes:
        return obj.data


psycopg.adapters.register_dumper(_Packed, _PackedDumper)


class Pgvector:
    """As an `Engine`."""

    vanished: tuple[type[Exception], ...] = (psycopg.errors.UndefinedTable,)

    def begin(self, connection: Connection) -> None:
        """How to search, and where the extension is; until the transaction ends."""
        connection.execute(_BEGIN)

    def make(self, connection: Connection, space: Space) -> None:
        """The table; `payload` is the text as it came, `filterable` what filters look at."""
        connection.execute(
            f"CREATE TABLE {space.table} (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "
            "changed INTEGER NOT NULL, payload TEXT NOT NULL, filterable JSONB NOT NULL)"
        )

    def column(self, index: Index) -> str:
        """One dimension for all."""
        return f"vector({index.dimension})"

    def write(self, connection: Connection, space: Space, parcel: Parcel) -> None:
        """Row by row, without waiting for each."""
        columns = dict.fromkeys(("id", "changed", "payload", "filterable", *space.columns.values()), "?")
        connection.executemany(
            upsert(space, columns),
            [
                (
                    *(bound(id_), space.namespace.changes, ready.payload, _filterable(ready.payload)),
                    *(_packed(ready.vectors.get(name)) for name in space.columns),
                )
                for id_, ready in parcel.documents.items()
            ],
        )
        for index in space.namespace.indexes:
            _index(connection, space, index)

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
        """Along the index, where there is one of the metric."""
        selection = self.where(connection, key, query.filter)
        index = asked(selection.space, query)
        sought = fitted(query.vector, index)
        column = selection.space.columns[index.name]
        rows = connection.execute(
            f"SELECT id, payload, {column} FROM {selection.space.table} WHERE {column} IS NOT NULL "
            f"AND {selection.condition} ORDER BY {_near(column, index)} LIMIT ?",
            (*selection.values, _packed(sought), 2 * query.k + _MORE),
        ).fetchall()
        if not rows:
            return []
        found = scores(index.metric, np.stack([self.vector(row[2]) for row in rows]), sought)
        hits = [(unbound(row[0]), float(score), row[1]) for row, score in zip(rows, found, strict=True)]
        best = sorted((hit for hit in hits if not np.isnan(hit[1])), key=ranked)[: query.k]
        return [Hit(id_, score, json.loads(payload)) for id_, score, payload in best]


def _near(column: str, index: Index) -> str:
    """The distance to a bound vector, said as the index on the column says it."""
    sought = f"CAST(? AS vector({index.dimension}))"
    return f"{_sorted_by(column, index)} {_OPERATORS[index.metric][0]} {_sorted_by(sought, index)}"


def _sorted_by(vector: str, index: Index) -> str:
    """What stands for a vector in the index: where it is too wide for float32, its direction in float16."""
    return f"CAST(l2_normalize({vector}) AS halfvec({index.dimension}))" if _halved(index) else vector


def _halved(index: Index) -> bool:
    return index.metric == "cosine" and _WIDEST < index.dimension <= _WIDEST_HALF


def _index(connection: Connection, space: Space, index: Index) -> None:
    """Make the indexes of a column that has come to hold enough; one wider than HNSW takes is never indexed."""
    column = space.columns[index.name]
    name = f"{space.table}_{column}"
    if (index.dimension > _WIDEST and not _halved(index)) or _one(connection, f"SELECT to_regclass('{name}')"):
        return
    held = f"SELECT FROM {space.table} WHERE {column} IS NOT NULL LIMIT {INDEXED}"
    if _one(connection, f"SELECT count(*) FROM ({held}) AS held") < INDEXED:
        return
    kind = "halfvec" if _halved(index) else "vector"
    operators = f"{kind}_{_OPERATORS[index.metric][1]}"
    connection.execute(f"CREATE INDEX {name} ON {space.table} USING hnsw (({_sorted_by(column, index)}) {operators})")
    connection.execute(
        f"CREATE INDEX IF NOT EXISTS {space.table}_filters ON {space.table} USING gin (filterable jsonb_path_ops)"
    )
    connection.execute(f"ANALYZE {space.table}")


def _one(connection: Connection, query: str) -> Any:
    return connection.execute(query).fetchone()[0]


def _filterable(payload: str) -> str:
    """The payload as `jsonb` takes it: its texts `bound`."""
    if "\\u" not in payload:
        return payload
    return json.dumps(_bound(json.loads(payload)))


def _bound(value: Any) -> Any:
    if isinstance(value, str):
        return bound(value)
    if isinstance(value, list):
        return [_bound(each) for each in value]
    if isinstance(value, dict):
        return {bound(name): _bound(each) for name, each in value.items()}
    return value


def _packed(vector: Vector | None) -> _Packed | None:
    return None if vector is None else _Packed(struct.pack(">HH", len(vector), 0) + vector.astype(">f4").tobytes())
