"""What the stores of vectors cost beside the bare thing: numpy on an array, SQL on pgvector.

    python -m tests.bench.vectors [embedded|pgvector …] [--counts 10000 100000] [--dimension 384]

Vectors are made up: near a surface of 32 dimensions, as encoders' are. Each search is timed beside its bare twin, one
after the other, and compared by the medians; recall@10 is against float64. `insert` is in batches of 1,000, each
durable before the next: for numpy that is SQLite with one transaction a batch, for pgvector `COPY`.
"""

import argparse
import json
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg.types.json import Jsonb

from playground.store.sqlite import connect
from playground.vectors.filter import Filter, equal
from playground.vectors.pgvector import packed
from playground.vectors.store import Document, Index, Namespace, Query, Store, opened
from tests.postgres import cluster, with_pgvector

K = 10
BATCH = 1000
QUERIES = 100
EF = 200
FILTERS: dict[str, tuple[Filter | None, int]] = {
    "all": (None, 1),
    "10 %": (equal("tenth", 0), 10),
    "1 %": (equal("hundredth", 0), 100),
}
Rows = NDArray[np.float32]
Search = Callable[[Rows, int], list[int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("engines", nargs="*", default=["embedded", "pgvector"])
    parser.add_argument("--counts", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument("--dimension", type=int, default=384)
    asked = parser.parse_args()
    for engine in asked.engines:
        for count in asked.counts:
            rows, queries = cloud(count, asked.dimension, 1), cloud(QUERIES, asked.dimension, 2)
            print(f"\n{engine}, {count:,} vectors of {asked.dimension} numbers ({rows.nbytes / 1e6:.0f} MB)")
            {"embedded": embedded, "pgvector": pgvector}[engine](rows, queries)


def embedded(rows: Rows, queries: Rows) -> None:
    """SQLite and numpy."""
    with tempfile.TemporaryDirectory() as folder:
        bare = timed(lambda: bare_sqlite(Path(folder) / "bare.db", rows))
        store = opened(Path(folder) / "ours.db")
        ours = timed(lambda: fill(store, rows))
        inserted(len(rows), ours, bare)
        store.close()
        store, before = opened(Path(folder) / "ours.db"), resident()
        first = timed(lambda: found(store, queries[0], 1))
        print(f"first search {first:.2f} s, memory +{resident() - before:.0f} MB")
        unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        parts = {step: np.arange(0, len(rows), step) for _, step in FILTERS.values()}

        def numpy(query: Rows, step: int) -> list[int]:
            places = parts[step]
            scores = (unit if step == 1 else unit[places]) @ query
            best = np.argpartition(-scores, K)[:K]
            return [int(places[each]) for each in best[np.argsort(-scores[best])]]

        searched(rows, queries, lambda query, step: found(store, query, step), numpy, "numpy")
        store.close()


def pgvector(rows: Rows, queries: Rows) -> None:
    """PostgreSQL; it has the memory that a server would give it."""
    with cluster(with_pgvector()) as server:
        server.execute("ALTER SYSTEM SET shared_buffers = '1GB'")
        server.stop()
        server.start()
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("CREATE EXTENSION vector")
            connection.execute("SET maintenance_work_mem = '512MB'")
            bare = timed(lambda: bare_copy(connection, rows))
            graph = timed(lambda: connection.execute("CREATE INDEX ON bare USING hnsw (v vector_cosine_ops)"))
            connection.execute("ANALYZE bare")
            store = opened(server.url())
            ours = timed(lambda: fill(store, rows))
            inserted(len(rows), ours, bare)
            print(
                f"graph: bare {graph:.1f} s after, ours {timed(lambda: built(connection)):.1f} s after, beside writers"
            )
            connection.execute(f"SET hnsw.ef_search = {EF}; SET hnsw.iterative_scan = relaxed_order; SET jit = off")

            def sql(query: Rows, step: int) -> list[int]:
                where = {1: "true", 10: """payload @> '{"tenth": 0}'""", 100: """payload @> '{"hundredth": 0}'"""}[step]
                answer = connection.execute(
                    f"SELECT id, payload FROM bare WHERE {where} ORDER BY v <=> %s::vector LIMIT {K}", [packed(query)]
                )
                return [int(id_) for id_, _ in answer.fetchall()]

            searched(rows, queries, lambda query, step: found(store, query, step), sql, "pgvector")
            store.close()


def searched(rows: Rows, queries: Rows, ours: Search, bare: Search, name: str) -> None:
    """A line for each filter."""
    wide, asked = rows.astype(np.float64), queries.astype(np.float64)
    wide /= np.linalg.norm(wide, axis=1, keepdims=True)
    print(f"{'filter':8}{'ours ms':>10}{'p99':>8}{name + ' ms':>14}{'ratio':>8}{'recall':>9}{'bare recall':>13}")
    for label, (_, step) in FILTERS.items():
        times: dict[Search, list[float]] = {ours: [], bare: []}
        recalls: dict[Search, list[float]] = {ours: [], bare: []}
        for place, query in enumerate(queries):
            scores = wide[::step] @ asked[place]
            best = set((np.argsort(-scores)[:K] * step).tolist())
            for search in (ours, bare):
                start = time.perf_counter()
                hits = search(query, step)
                times[search].append(1000 * (time.perf_counter() - start))
                recalls[search].append(len(best & set(hits)) / K)
        mine, other = (statistics.median(times[each]) for each in (ours, bare))
        worst = statistics.quantiles(times[ours], n=100)[98]
        both = "".join(f"{statistics.mean(recalls[each]):>{width}.3f}" for each, width in ((ours, 9), (bare, 13)))
        print(f"{label:8}{mine:>10.2f}{worst:>8.1f}{other:>14.2f}{mine / other:>8.2f}{both}")


def fill(store: Store, rows: Rows) -> None:
    store.create(Namespace("me", "n", (Index("v", rows.shape[1]),)))
    for batch in batches(len(rows)):
        store.upsert("me", "n", [Document(str(place), {"v": rows[place]}, payload(place)) for place in batch])


def found(store: Store, query: Rows, step: int) -> list[int]:
    chosen = next(each for each, part in FILTERS.values() if part == step)
    return [int(hit.id) for hit in store.search("me", "n", Query("v", query, K, chosen))]


def bare_sqlite(path: Path, rows: Rows) -> None:
    connection: sqlite3.Connection = connect(path)
    connection.execute("CREATE TABLE bare (id TEXT PRIMARY KEY, payload TEXT, v BLOB)")
    for batch in batches(len(rows)):
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO bare VALUES (?, ?, ?)",
            [(str(place), json.dumps(payload(place)), rows[place].tobytes()) for place in batch],
        )
        connection.execute("COMMIT")
    connection.close()


def bare_copy(connection: psycopg.Connection, rows: Rows) -> None:
    connection.execute(f"CREATE TABLE bare (id TEXT PRIMARY KEY, payload JSONB, v vector({rows.shape[1]}))")
    connection.execute("CREATE INDEX ON bare USING gin (payload jsonb_path_ops)")
    for batch in batches(len(rows)):
        with connection.cursor() as cursor, cursor.copy("COPY bare FROM STDIN (FORMAT BINARY)") as copy:
            for place in batch:
                copy.write_row((str(place), Jsonb(payload(place)), packed(rows[place])))


def built(connection: psycopg.Connection) -> None:
    """Wait until the index has everything."""
    left = "SELECT max(number) - max(reach) FROM playground_vectors.documents_1, playground_vectors.graphs"
    while connection.execute(left).fetchall() != [(0,)]:
        time.sleep(0.1)


def payload(place: int) -> dict[str, object]:
    return {"text": f"a sentence of some length, number {place}", "tenth": place % 10, "hundredth": place % 100}


def batches(count: int) -> Iterator[range]:
    return (range(start, min(start + BATCH, count)) for start in range(0, count, BATCH))


def cloud(count: int, dimension: int, seed: int) -> Rows:
    surface = np.random.default_rng(7).normal(size=(32, dimension))
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(count, 32)) @ surface + 0.5 * rng.normal(size=(count, dimension))).astype(np.float32)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def inserted(count: int, ours: float, bare: float) -> None:
    print(f"insert: ours {count / ours:,.0f}/s, bare {count / bare:,.0f}/s, ratio of times {ours / bare:.2f}")


def resident() -> float:
    """MB."""
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
