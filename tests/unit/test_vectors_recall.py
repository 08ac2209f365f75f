"""Who is found: by the embedded engine exactly those that float64 finds, by pgvector's graph nearly all of them."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray

from playground.vectors.filter import Filter, equal, read
from playground.vectors.hnsw import FEW, Graph
from playground.vectors.spaces import Space
from playground.vectors.store import Document, Index, Metric, Namespace, Query, Store, opened

METRICS: tuple[Metric, ...] = ("cosine", "dot", "euclidean")
K = 10


def cloud(count: int, dimension: int, seed: int) -> NDArray[np.float32]:
    """Vectors as encoders make them: near a surface of fewer dimensions than they have numbers."""
    surface = np.random.default_rng(7).normal(size=(16, dimension))
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(count, 16)) @ surface + 0.3 * rng.normal(size=(count, dimension))).astype(np.float32)


def document(place: int, row: NDArray[np.float32]) -> Document:
    return Document(f"{place:06}", {"v": row}, {"n": place, **{f"by {part}": place % part for part in (2, 10, 100)}})


def fill(store: Store, rows: NDArray[np.float32]) -> None:
    store.create(Namespace("me", "n", (Index("v", rows.shape[1]),)))
    for start in range(0, len(rows), 1000):
        places = range(start, min(start + 1000, len(rows)))
        store.upsert("me", "n", [document(place, rows[place]) for place in places])


def best(rows: NDArray[np.float32], query: NDArray[np.float32], metric: Metric) -> NDArray[np.float64]:
    wide, asked = rows.astype(np.float64), query.astype(np.float64)
    if metric == "euclidean":
        return -np.linalg.norm(wide - asked, axis=1)
    inner: NDArray[np.float64] = wide @ asked
    return inner / np.linalg.norm(wide, axis=1) if metric == "cosine" else inner


def recall(store: Store, rows: NDArray[np.float32], metric: Metric, filter: Filter | None, allowed: list[int]) -> float:
    found = []
    for query in cloud(20, rows.shape[1], 99):
        hits = store.search("me", "n", Query("v", query, K, filter, metric))
        scores = best(rows[allowed], query, metric)
        expected = {f"{allowed[place]:06}" for place in np.argsort(-scores)[:K]}
        found.append(len({hit.id for hit in hits} & expected) / K)
    return float(np.mean(found))


def test_the_embedded_engine_misses_nobody(tmp_path: Path):
    """Half of the vectors are far from the origin and nearly the same, where float32 cannot tell them apart."""
    rows = cloud(3000, 24, 1)
    rows[::2] = rows[0] * 50 + 1e-4 * cloud(1500, 24, 2)
    store = opened(tmp_path / "v.db")
    fill(store, rows)
    many, few = list(range(len(rows))), [place for place in range(len(rows)) if place % 3 == 0 and place < 300]
    listed = read({"field": "n", "operator": "in", "value": few})
    for metric in METRICS:
        assert recall(store, rows, metric, None, many) == 1
        assert recall(store, rows, metric, listed, few) == 1
        for place in (0, 2, 4):  # queries among the near ones
            scores = best(rows, rows[place], metric)
            expected = sorted(many, key=lambda each: (-scores[each], each))[:K]
            hits = store.search("me", "n", Query("v", rows[place], K, metric=metric))
            assert scores[[int(hit.id) for hit in hits]] == pytest.approx(scores[expected], rel=1e-12)
    store.close()


@pytest.fixture
def served(pgvector: str) -> Iterator[tuple[Store, NDArray[np.float32]]]:
    """More documents than are read one by one: 60 % in a graph, the others written after it was built."""
    store, rows = opened(pgvector), cloud(FEW * 5 // 3, 24, 1)
    fill(store, rows[: FEW + 1])
    reach = "SELECT reach FROM playground_vectors.graphs"
    end = time.monotonic() + 120
    with psycopg.connect(pgvector, autocommit=True) as connection:
        while connection.execute(reach).fetchone() is None:
            assert time.monotonic() < end
            time.sleep(0.1)
    for place in range(FEW + 1, len(rows), 1000):
        places = range(place, min(place + 1000, len(rows)))
        store.upsert("me", "n", [document(each, rows[each]) for each in places])
    yield store, rows
    store.close()


@pytest.mark.slow
def test_pgvector_finds_nearly_all_also_under_filters(served: tuple[Store, NDArray[np.float32]], pgvector: str):
    store, rows = served
    count = len(rows)
    every = list(range(count))
    assert recall(store, rows, "cosine", None, every) >= 0.95
    for part in (2, 10, 100):
        chosen = every[::part]
        assert recall(store, rows, "cosine", equal(f"by {part}", 0), chosen) >= 0.95
        start, end = count // 2 - count // part // 2, count // 2 + count // part // 2
        assert recall(store, rows, "cosine", read({"n": {"gte": start, "lt": end}}), every[start:end]) >= 0.95
    assert recall(store, rows, "euclidean", None, every) == 1
    last = best(rows, rows[0], "cosine").argsort()[:5]  # a walk from the query would not come by
    hits = store.search("me", "n", Query("v", rows[0], K, among=[f"{place:06}" for place in last]))
    assert {hit.id for hit in hits} == {f"{place:06}" for place in last}
    store.close()  # statistics are told when a connection ends
    walked = "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelname LIKE 'documents!_1!_v0!_%' ESCAPE '!'"
    end = time.monotonic() + 60
    with psycopg.connect(pgvector, autocommit=True) as connection:
        while connection.execute(walked).fetchone()[0] < 20:
            assert time.monotonic() < end, "nobody walked along the graph"
            time.sleep(0.1)


def test_wide_vectors_are_indexed_by_their_directions_in_half_precision(pgvector: str):
    store, rows = opened(pgvector), cloud(30, 2500, 1)
    fill(store, rows)
    graph = Graph(Space(1, 1, store.namespace("me", "n")), Index("v", 2500))
    with psycopg.connect(pgvector, autocommit=True) as connection:
        connection.execute("SET search_path = playground_vectors")
        connection.execute(graph.statement(20).encode())
        connection.execute("INSERT INTO graphs VALUES (1, 'v0', 20)")
        ((made,),) = connection.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'documents_1_v0_20'")
    assert "halfvec(2500)" in made
    assert recall(store, rows, "cosine", None, list(range(30))) == 1
    store.close()


def test_vectors_that_no_graph_takes_are_read_exactly():
    space = Space(1, 1, Namespace("me", "n", (Index("v", 2001, "dot"), Index("w", 4001), Index("x", 4000))))
    assert [Graph(space, index).due(10**9, quiet=False) for index in space.namespace.indexes] == [False, False, True]
