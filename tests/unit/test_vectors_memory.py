"""What the embedded engine holds in memory: as much as it may, and always what the database says."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from playground.store.sqlite import connect
from playground.vectors.filter import equal
from playground.vectors.memory import Memory
from playground.vectors.store import Document, Index, Namespace, Query, Store, opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vectors.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = opened(path)
    yield store
    store.close()


def fill(store: Store, namespace: str, count: int, turn: int = 0) -> None:
    documents = [Document(f"{each:05}", {"v": [each + 1, turn]}, {"turn": turn}) for each in range(count)]
    store.upsert("me", namespace, documents)


def test_namespaces_that_were_searched_longest_ago_leave(store: Store, path: Path):
    memory = Memory(limit=3 * 300 * 250)
    names = ("a", "b", "c", "d")
    for name in names:
        store.create(Namespace("me", name, (Index("v", 2),)))
        fill(store, name, 300)
    for name in (*names, "a", "d"):
        connection = connect(path)
        _, snapshot = memory.look(connection, ("me", name), {("turn",)})
        assert len(snapshot.ids) == 300
        connection.close()
    assert [name for name in names if ("me", name) in memory] == ["a", "c", "d"]


def test_rows_that_were_replaced_do_not_pile_up(store: Store, path: Path):
    store.create(Namespace("me", "n", (Index("v", 2),)))
    memory, sizes = Memory(), []
    for turn in range(8):
        fill(store, "n", 400, turn)
        connection = connect(path)
        _, snapshot = memory.look(connection, ("me", "n"), {("turn",)})
        connection.close()
        sizes.append(len(snapshot.ids))
        assert int(snapshot.live.sum()) == 400
        assert sorted(np.asarray(snapshot.ids)[snapshot.live].tolist()) == [f"{each:05}" for each in range(400)]
        hits = store.search("me", "n", Query("v", [1, turn], 1000, equal("turn", turn)))
        assert len(hits) == 400
    assert max(sizes) <= 1600


def test_a_look_stays_as_it_was(store: Store, path: Path):
    store.create(Namespace("me", "n", (Index("v", 2),)))
    fill(store, "n", 50)
    memory, connection = Memory(), connect(path)
    _, before = memory.look(connection, ("me", "n"), {("turn",)})
    vectors = before.matrices["v"].rows.copy()
    fill(store, "n", 100, turn=1)
    store.erase("me", "n", ["00000"])
    _, after = memory.look(connection, ("me", "n"), {("turn",)})
    connection.close()
    assert int(before.live.sum()) == 50
    assert int(after.live.sum()) == 99
    assert np.array_equal(before.matrices["v"].rows, vectors)
    assert before.columns[("turn",)].mask(equal("turn", 0), 50).all()


def test_whoever_was_away_while_very_many_were_deleted_loads_again(store: Store, path: Path):
    store.create(Namespace("me", "n", (Index("v", 2),)))
    fill(store, "n", 2002)
    other = opened(path)
    assert len(other.search("me", "n", Query("v", [1, 0], 5000))) == 2002
    assert store.erase("me", "n", filter=equal("turn", 0)) == 2002
    fill(store, "n", 1)
    assert [hit.id for hit in other.search("me", "n", Query("v", [1, 0]))] == ["00000"]
    connection = connect(path)
    assert connection.execute("SELECT count(*) FROM gone").fetchone() == (0,)
    connection.close()
    other.close()


def test_columns_of_many_paths_begin_afresh(store: Store):
    store.create(Namespace("me", "n", (Index("v", 1),)))
    store.upsert("me", "n", [Document("a", {"v": [1]}, {f"p{each}": each for each in range(70)})])
    for each in range(70):
        assert store.count("me", "n", equal(f"p{each}", each)) == 1
        assert store.count("me", "n", equal(f"p{each}", "x")) == 0
