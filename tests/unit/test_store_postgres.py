"""A PostgreSQL server as a place of data: away and back, cut in the middle of a commit, refused in sentences."""

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from playground.errors import InternalServerError
from playground.settings import Settings
from playground.store.database import Database
from playground.store.dialect import translated
from playground.store.history import History
from playground.store.place import LostError, placed
from playground.vectors.store import opened
from tests.postgres import PASSWORD, QUOTED, Cluster, Proxy
from tests.runs import chat
from tests.unit.test_store_database import kept, make_notes, note, notes, refused

ROOT = Path(__file__).parents[2]


@pytest.fixture
def proxy(cluster: Cluster) -> Iterator[Proxy]:
    """A way to the server that can be cut."""
    proxy = Proxy(cluster.port)
    yield proxy
    proxy.close()


@pytest.fixture
def database(postgres: str, cluster: Cluster, proxy: Proxy) -> Iterator[Database]:
    database = kept(postgres.replace(f":{cluster.port}/", f":{proxy.port}/"))
    database.write(note("before"))
    yield database
    database.close()


@pytest.mark.parametrize("forwarded", [False, True], ids=["unheard", "unanswered"])
def test_a_commit_on_a_line_that_breaks_is_kept_once(database: Database, proxy: Proxy, forwarded: bool):
    """`notes` are unique: a commit that was kept and written again would be refused, one that was lost would miss."""
    proxy.cut(b"COMMIT", forwarded=forwarded)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: database.write(note(f"note {number}")), range(8)))
    assert proxy.cuts == 1
    assert sorted(notes(database)) == sorted(["before", *(f"note {number}" for number in range(8))])


def test_a_line_that_breaks_in_the_middle_of_the_work_is_mended(database: Database, proxy: Proxy):
    proxy.cut(b"INSERT", forwarded=True)
    database.write(note("after"))
    assert proxy.cuts == 1
    assert notes(database) == ["before", "after"]


def test_a_line_that_breaks_while_somebody_reads_is_named_and_the_next_reads(database: Database, proxy: Proxy):
    assert notes(database) == ["before"]
    proxy.cut(b"ORDER BY", forwarded=False)
    with pytest.raises(InternalServerError, match=r"the PostgreSQL database of `PLAYGROUND_DATABASE_URL`"):
        notes(database)
    assert notes(database) == ["before"]


def test_a_server_that_comes_back_is_used_again(cluster: Cluster, postgres: str):
    database = kept(postgres)
    database.write(note("before"))
    assert notes(database) == ["before"]
    cluster.stop()
    try:
        with pytest.raises(InternalServerError, match=r"cannot be reached .* check that it runs"):
            notes(database)
        with ThreadPoolExecutor(1) as pool:
            late = pool.submit(database.write, note("while it was away"))
            cluster.start()
            late.result(60)
    finally:
        cluster.start()
    assert notes(database) == ["before", "while it was away"]
    database.close()


def test_idle_lines_that_broke_are_left_for_new_ones(cluster: Cluster, postgres: str):
    database = kept(postgres)
    together = threading.Barrier(4)

    def read(_: int) -> list[str]:
        with database.reading() as connection:
            together.wait(60)
            return connection.execute("SELECT text FROM notes").fetchall()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(read, range(4)))
    cluster.stop()
    cluster.start()
    assert notes(database) == []
    database.close()


@pytest.mark.slow
def test_a_writer_that_falls_silent_loses_its_turn(postgres: str):
    database = kept(postgres)
    silent = placed(postgres, "notes", [make_notes])
    silent.open()

    def fall_silent() -> None:
        with silent.transaction() as connection:
            note("half")(connection)
            database.write(note("whole"))
            connection.execute("SELECT 1")

    with pytest.raises(LostError):
        fall_silent()
    assert notes(database) == ["whole"]
    silent.close()
    database.close()


@pytest.mark.slow
def test_many_wait_for_a_silent_host_together():
    """It accepts and says nothing: the first waits until the driver gives up, and the others do not start over."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        database = kept(f"postgresql://u:p@127.0.0.1:{listener.getsockname()[1]}/d")
        with ThreadPoolExecutor(8) as pool:
            refusals = list(pool.map(lambda number: refused(database, f"note {number}"), range(8)))
        assert all("timeout" in refusal for refusal in refusals)
        listener.setblocking(False)
        tried = 0
        with suppress(BlockingIOError):
            while True:
                listener.accept()[0].close()
                tried += 1
        assert tried < 8
    database.close()


def refusal(url: str) -> str:
    database = Database(placed(url, "notes", [make_notes]))
    with pytest.raises(InternalServerError) as caught:
        notes(database)
    database.close()
    message = caught.value.message
    settings = Settings.of({"PLAYGROUND_DATABASE_URL": url})
    for secret in (PASSWORD, QUOTED, "wr0ng-secret"):
        assert secret not in message
        assert secret not in settings.masked(f"{url} {message}")
    return message


def test_refusals_are_sentences_without_the_password(cluster: Cluster, postgres: str):
    assert "password authentication failed" in refusal(cluster.url(password="wr0ng-secret"))
    assert "does not exist" in refusal(cluster.url("nowhere"))
    unreachable = refusal(f"postgresql://playground:{QUOTED}@127.0.0.1:1/test")
    assert "cannot be reached" in unreachable
    assert "`test` at `127.0.0.1:1`" in unreachable
    assert "percent-encoded" in refusal("postgresql://playground:wr0ng-secret@@/%@[:/x")


def test_who_may_make_nothing_is_told_what_is_missing(cluster: Cluster, postgres: str):
    cluster.execute("CREATE ROLE guest LOGIN PASSWORD 'guest-secret'")
    guest = postgres.replace(f"playground:{QUOTED}", "guest:guest-secret")
    assert "the right to create schemas" in refusal(guest)
    cluster.execute("CREATE SCHEMA playground_notes AUTHORIZATION guest")
    database = kept(guest)
    assert notes(database) == [], "with a schema made for it, it goes on"
    database.close()
    cluster.execute("DROP OWNED BY guest")
    cluster.execute("DROP ROLE guest")


def test_a_server_that_was_brought_to_a_newer_format_meanwhile_is_not_written(postgres: str):
    old = kept(postgres)
    old.write(note("of today"))
    new = kept(postgres, make_notes, lambda connection: connection.execute("ALTER TABLE notes RENAME TO texts"))
    with new.reading():
        pass
    with pytest.raises(InternalServerError, match=r"format 2 .* update the playground"):
        old.write(note("of yesterday"))
    old.close()
    new.close()


def test_runs_and_cache_stand_beside_other_tables(cluster: Cluster, postgres: str):
    cluster.execute("CREATE TABLE runs (mine text)")
    history = History(postgres)
    history.record(chat())
    assert history.count("default") == 1
    history.close()


def test_a_name_longer_than_an_index_takes_costs_no_run(postgres: str):
    model = "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(20_000))
    history = History(postgres)
    history.record(chat(model=model, provider=model))
    assert history.get("run_1", "default").model == model
    history.close()


def test_the_driver_is_named_where_it_is_missing(tmp_path: Path):
    """A fresh interpreter in which the driver cannot be imported, as on a machine without the extra."""
    (tmp_path / "psycopg.py").write_text("raise ImportError('no such module')")
    code = "from playground.store.history import History; History('postgresql://u:p@h/d')"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = [{str(tmp_path)!r}, {str(ROOT)!r}]; {code}"],
        capture_output=True,
        text=True,
    )
    assert "pip install 'inference-playground[postgres]'" in done.stderr


def test_words_of_sqlite_become_those_of_postgresql():
    assert translated("SELECT a FROM b WHERE c LIKE ? AND d = '5 %'") == (
        b"SELECT a FROM b WHERE c LIKE %s AND d = '5 %%'"
    )
    made = translated("CREATE TABLE a (b INTEGER PRIMARY KEY, c REAL, d BLOB, e TEXT) WITHOUT ROWID").decode()
    assert made == (
        "CREATE TABLE a (b BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, c DOUBLE PRECISION, d BYTEA, "
        'e TEXT COLLATE "C") '
    )


def test_a_server_without_pgvector_is_told_what_vectors_lack(postgres: str):
    with psycopg.connect(postgres) as connection:
        if connection.execute("SELECT FROM pg_available_extensions WHERE name = 'vector'").fetchone():
            pytest.skip("this server has pgvector")
    store = opened(postgres)
    with pytest.raises(
        InternalServerError, match=r"postgresql-<version>-pgvector.*`CREATE EXTENSION vector;`"
    ) as caught:
        store.namespaces("me")
    assert caught.value.code == "extension_missing"
    store.close()
