"""HNSW indexes, built beside the way of those who write.

A row costs an index of its table 2 to 10 ms when it is written alone, and a tenth of that when the index is built of
many. So an index reaches up to the row that was the last when its building began; a search walks it, and reads exactly
what came after. When that has become much, the next index is built while everything goes on, and takes the place of the
one before. https://github.com/pgvector/pgvector#hnsw
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import psycopg

from playground.vectors.spaces import Space
from playground.vectors.store import Index, Metric

FEW = 5000
"""Rows up to which nothing is built: they are read in milliseconds."""
_SHARE = 2  # rows after the last index, as a part of those in it, from which the next is built
_OPERATORS: dict[Metric, tuple[str, str]] = {
    "cosine": ("<=>", "cosine_ops"),
    "dot": ("<#>", "ip_ops"),
    "euclidean": ("<->", "l2_ops"),
}
_WIDEST, _WIDEST_HALF = 2000, 4000  # dimensions that HNSW indexes of `vector` and of `halfvec` take
_MEMORY = "512MB"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Graph:
    """The index of a column of vectors; `reach` is the number of the last row in the one that is there, 0 for none."""

    space: Space
    index: Index
    reach: int = 0

    @property
    def column(self) -> str:
        """The column."""
        return self.space.columns[self.index.name]

    @property
    def halved(self) -> bool:
        """Whether it holds directions in float16: for float32 they are too wide."""
        return self.index.metric == "cosine" and _WIDEST < self.index.dimension <= _WIDEST_HALF

    @property
    def possible(self) -> bool:
        """Whether there can be one."""
        return self.halved or self.index.dimension <= _WIDEST

    def distance(self) -> str:
        """The distance to a bound vector, said as the index says it."""
        sought = f"CAST(? AS vector({self.index.dimension}))"
        return f"{self._held(self.column)} {_OPERATORS[self.index.metric][0]} {self._held(sought)}"

    def name(self, reach: int) -> str:
        """What the index is called in the database."""
        return f"{self.prefix}{reach}"

    def statement(self, reach: int) -> str:
        """Makes it without keeping anybody from writing."""
        operators = f"{'halfvec' if self.halved else 'vector'}_{_OPERATORS[self.index.metric][1]}"
        return (
            f"CREATE INDEX CONCURRENTLY {self.name(reach)} ON {self.space.table} "
            f"USING hnsw (({self._held(self.column)}) {operators}) WHERE number <= {reach}"
        )

    def due(self, last: int) -> bool:
        """Whether the next should be built when the last row's number is `last`; numbers may have gaps."""
        return self.possible and last - self.reach >= max(FEW, self.reach // _SHARE)

    @property
    def prefix(self) -> str:
        """What the names of its indexes begin with, and no other's."""
        return f"{self.space.table}_{self.column}_"

    def _held(self, vector: str) -> str:
        return f"CAST(l2_normalize({vector}) AS halfvec({self.index.dimension}))" if self.halved else vector


class Builder:
    """Builds one index at a time in a thread; of several servers one builds, and all use what it built."""

    def __init__(self, aside: Callable[[], psycopg.Connection], prepare: str) -> None:
        """`aside` connects, `prepare` is executed first."""
        self._aside, self._prepare = aside, prepare
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._connection: psycopg.Connection | None = None
        self._closed = False

    def build(self, graph: Graph) -> None:
        """Begin, unless a building goes on: whoever writes next will ask again."""
        with self._lock:
            if self._closed or (self._thread and self._thread.is_alive()):
                return
            self._thread = threading.Thread(target=self._run, args=(graph,), name="hnsw-builder", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Give up what goes on."""
        with self._lock:
            self._closed = True
            connection, thread = self._connection, self._thread
        if connection:
            connection.cancel_safe()
        if thread:
            thread.join()

    def _run(self, graph: Graph) -> None:
        try:
            with self._aside() as connection:
                with self._lock:
                    self._connection = None if self._closed else connection
                while self._connection and self._build(connection, graph):
                    pass  # what came meanwhile may be due again
        except psycopg.Error as error:  # the next write asks again; until then more is read exactly
            if not self._closed:
                _LOG.warning("the index of a namespace's vectors could not be built: %s", error)
        finally:
            self._connection = None

    def _build(self, connection: psycopg.Connection, graph: Graph) -> bool:
        """Whether one was built."""

        def one(statement: str) -> int:
            row = connection.execute(statement.encode()).fetchone()
            return int(row[0]) if row and row[0] is not None else 0

        table, column, number = graph.space.table, graph.column, graph.space.number
        connection.execute(self._prepare.encode())
        connection.execute(f"SET maintenance_work_mem = '{_MEMORY}'".encode())
        if not one(f"SELECT CAST(pg_try_advisory_lock(hashtext(current_schema() || '{graph.prefix}')) AS int)"):
            return False
        now = replace(graph, reach=one(f"SELECT reach FROM graphs WHERE namespace = {number} AND name = '{column}'"))
        last = one(f"SELECT max(number) FROM {table}")
        if not now.due(one(f"SELECT count({column}) FROM {table} WHERE number > {now.reach}") + now.reach):
            return False
        _drop_but(connection, now, now.name(now.reach))  # what a server left unfinished
        connection.execute(now.statement(last).encode())
        connection.execute(
            f"INSERT INTO graphs VALUES ({number}, '{column}', {last}) "
            f"ON CONFLICT (namespace, name) DO UPDATE SET reach = {last}".encode()
        )
        _drop_but(connection, now, now.name(last))
        connection.execute(f"ANALYZE {table}".encode())
        return True


def _drop_but(connection: psycopg.Connection, graph: Graph, name: str) -> None:
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = CAST(current_schema() AS regnamespace) "
        "AND starts_with(relname, %s) AND relname <> %s",
        [graph.prefix, name],
    )
    for (old,) in rows.fetchall():
        connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {old}".encode())
