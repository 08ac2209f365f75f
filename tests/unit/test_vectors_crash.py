"""`kill -9` and servers that fall: what was acknowledged is there, and of the rest all or nothing."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.store.place import Where
from playground.vectors.store import Document, Index, Namespace, Query, Store, opened
from tests.postgres import Cluster

ROOT = Path(__file__).parents[2]
SIZE = 7
WRITER = """
import sys
from pathlib import Path
from playground.vectors.store import Document, opened

kind, where, name, size = sys.argv[1:]
store = opened(Path(where) if kind == "sqlite" else where)
for turn in range(100_000):
    places = range(int(size))
    store.upsert("me", "n", [Document(f"{name} {turn} {place}", {"v": [turn, place + 1]}) for place in places])
    print(turn, flush=True)
"""


@pytest.fixture(params=["sqlite", "pgvector"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Where:
    return tmp_path / "vectors.db" if request.param == "sqlite" else request.getfixturevalue("pgvector")


@pytest.fixture
def store(where: Where) -> Iterator[Store]:
    store = opened(where)
    store.create(Namespace("me", "n", (Index("v", 2),)))
    yield store
    store.close()


def writer(where: Where, name: str) -> subprocess.Popen[str]:
    kind = "sqlite" if isinstance(where, Path) else "pgvector"
    command = [sys.executable, "-c", WRITER, kind, str(where), name, str(SIZE)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def turns(store: Store) -> dict[str, set[str]]:
    """The places of every turn that is there."""
    found: dict[str, set[str]] = {}
    for document in store.documents("me", "n", limit=100_000):
        turn, _, place = document.id.rpartition(" ")
        found.setdefault(turn, set()).add(place)
    return found


@pytest.mark.slow
def test_what_a_killed_server_acknowledged_is_there_and_another_sees_it_at_once(store: Store, where: Where):
    """Two processes write; this one finds each turn as soon as it is told of it, then kills both in the middle."""
    writers = {name: writer(where, name) for name in ("a", "b")}
    told: dict[str, int] = {}
    try:
        for _ in range(10):
            for name, process in writers.items():
                line = process.stdout.readline()
                assert line, process.stderr.read()
                told[name] = int(line)
                hits = store.search("me", "n", Query("v", [told[name], SIZE], 1000, metric="euclidean"))
                assert f"{name} {told[name]} {SIZE - 1}" in [hit.id for hit in hits]
    finally:
        for process in writers.values():
            process.send_signal(signal.SIGKILL)
    for name, process in writers.items():
        told[name] = max([told[name], *map(int, process.communicate()[0].split())])
    found = turns(store)
    assert {f"{name} {turn}" for name, last in told.items() for turn in range(last + 1)} <= set(found)
    assert all(len(places) == SIZE for places in found.values())
    assert store.upsert("me", "n", [Document("after", {"v": [1, 1]})]).ids == ("after",)


@pytest.mark.slow
def test_what_a_database_server_acknowledged_before_it_fell_is_there(vector_cluster: Cluster, pgvector: str):
    store = opened(pgvector)
    store.create(Namespace("me", "n", (Index("v", 2),)))
    process = writer(pgvector, "a")
    told = [int(process.stdout.readline()) for _ in range(20)]
    vector_cluster.stop()
    vector_cluster.start()
    told += [int(process.stdout.readline()) for _ in range(20)]  # the writer is patient and goes on
    process.send_signal(signal.SIGKILL)
    told += map(int, process.communicate()[0].split())
    assert told == list(range(len(told)))
    found = turns(store)
    assert {f"a {turn}" for turn in told} <= set(found)
    assert all(len(places) == SIZE for places in found.values())
    store.close()
