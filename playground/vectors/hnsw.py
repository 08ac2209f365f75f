"""HNSW indexes, built beside the way of those who write.

A row costs an index of its table 2 to 10 ms when it is written alone, and a tenth of that when the index is built of
many. So an index reaches up to the row that was the last when its building began; a search walks it, and reads exactly
what came after. When that has become much, or some and no more is coming, the next index is built while everything goes
on, and takes the place of the one before. https://github.com/pgvector/pgvector#hnsw
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
_BUSY, _QUIET = 2, 20
"""The next index is built when as many rows came as half of those in the last; a twentieth, when no more are coming."""
_LEAST = 1000  # rows for which nothing is built again
_PAUSE = 5.0  # seconds without a new row, after which no more are coming
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

    @property
    def reached(self) -> str:
        """Asks for the reach."""
        return f"SELECT reach FROM graphs WHERE namespace = {self.space.number} AND name = '{self.column}'"

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

    def due(self, rows: int, *, quiet: bool) -> bool:
        """Whether the next should be built when so many `rows` came after the last one: now, or when it is `quiet`."""
        least = _LEAST if quiet and self.reach else FEW
        return self.possible and rows >= max(least, self.reach // (_QUIET if quiet else _BUSY))

    @property
    def prefix(self) -> str:
        """What the names of its indexes begin with, and no other's."""
        return f"{self.space.table}_{self.column}_"

    def _held(self, vector: str) -> str:
        return f"CAST(l2_normalize({vector}) AS halfvec({self.index.dimension}))" if self.halved else vector


class Builder:
    """Builds one index at a time in a thread; of several servers one builds, and all use what it built."""

    def __init__(self, aside: Callable[[], psycopg.Connection]) -> None:
        """`aside` makes a connection."""
        self._aside = aside
        self._lock = threading.Lock()
        self._due: dict[str, Graph] = {}
        self._thread: threading.Thread | None = None
        self._connection: psycopg.Connection | None = None
        self._closed = threading.Event()

    def build(self, graph: Graph) -> None:
        """Have it built in its turn."""
        with self._lock:
            self._due[graph.prefix] = graph
            if self._thread is None and not self._closed.is_set():
                self._thread = threading.Thread(target=self._run, name="hnsw-builder", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Give up what goes on."""
        self._closed.set()
        with self._lock:
            connection, thread = self._connection, self._thread
        if connection:
            connection.cancel_safe()
        if thread:
            thread.join(_PAUSE)

    def _run(self) -> None:
        while graph := self._next():
            try:
                with self._aside() as connection:
                    self._connection = connection
                    self._watch(connection, graph)
            except psycopg.Error as error:  # the next write asks again; until then more is read exactly
                if not self._closed.is_set():
                    _LOG.warning("the index of a namespace's vectors could not be built: %s", error)

    def _next(self) -> Graph | None:
        with self._lock:
            self._connection = None
            if self._due and not self._closed.is_set():
                return self._due.pop(next(iter(self._due)))
            self._thread = None
            return None

    def _watch(self, connection: psycopg.Connection, graph: Graph) -> None:
        """Build as often as it is due, until it is not, nor will be when no more rows come."""
        connection.execute(f"SET maintenance_work_mem = '{_MEMORY}'".encode())
        lock = f"SELECT CAST(pg_try_advisory_lock(hashtext(current_schema() || '{graph.prefix}')) AS int)"
        before = 0
        while _one(connection, lock):  # another server builds otherwise
            graph = replace(graph, reach=_one(connection, graph.reached))
            last = _one(connection, f"SELECT max(number) FROM {graph.space.table}")
            rows = _one(connection, f"SELECT count(*) FROM {graph.space.table} WHERE number > {graph.reach}")
            if graph.due(rows, quiet=last == before):
                _build(connection, graph, last)
            elif not graph.due(rows, quiet=True) or self._closed.wait(_PAUSE):
                return
            before = last


def _build(connection: psycopg.Connection, graph: Graph, last: int) -> None:
    """Make the index up to the row `last`, and only then tell of it; leave no other."""
    _drop_but(connection, graph, graph.name(graph.reach))  # what a server left unfinished
    connection.execute(graph.statement(last).encode())
    connection.execute(
        "INSERT INTO graphs (namespace, name, reach) VALUES (%s, %s, %s) "
        "ON CONFLICT (namespace, name) DO UPDATE SET reach = excluded.reach",
        [graph.space.number, graph.column, last],
    )
    _drop_but(connection, graph, graph.name(last))
    connection.execute(f"ANALYZE {graph.space.table}".encode())


def _one(connection: psycopg.Connection, query: str) -> int:
    """A number, 0 where there is none."""
    row = connection.execute(query.encode()).fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def _drop_but(connection: psycopg.Connection, graph: Graph, name: str) -> None:
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = CAST(current_schema() AS regnamespace) "
        "AND starts_with(relname, %s) AND relname <> %s",
        [graph.prefix, name],
    )
    for (old,) in rows.fetchall():
        connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {old}".encode())
