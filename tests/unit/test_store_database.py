"""One place for many threads and processes, a file or a server: opened, migrated, refused when it must be."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from playground.errors import InternalServerError
from playground.settings import Settings
from playground.store.database import Database
from playground.store.place import Connection, Migration, Where, placed

Opened = Callable[..., Database]


def make_notes(connection: Connection) -> None:
    connection.execute("CREATE TABLE notes (number INTEGER PRIMARY KEY, text TEXT UNIQUE)")


def add_stars(connection: Connection) -> None:
    connection.execute("ALTER TABLE notes ADD COLUMN stars INTEGER NOT NULL DEFAULT 3")


def note(text: str):
    return lambda connection: connection.execute("INSERT INTO notes (text) VALUES (?)", [text])


def notes(database: Database) -> list[str]:
    with database.reading() as connection:
        return [text for (text,) in connection.execute("SELECT text FROM notes ORDER BY number")]


def refused(database: Database, text: str) -> str:
    """The words of the refusal, empty when it was written."""
    try:
        database.write(note(text))
    except InternalServerError as error:
        return error.message
    return ""


def kept(place: Where, *steps: Migration) -> Database:
    return Database(placed(place, "notes", steps or (make_notes,)))


@pytest.fixture
def opened(place: Where) -> Iterator[Opened]:
    """Opens the place, with these steps to its newest format; closes it in the end."""
    made: list[Database] = []

    def open_(*steps: Migration) -> Database:
        made.append(kept(place, *steps))
        return made[-1]

    yield open_
    for each in made:
        each.close()


@pytest.fixture
def database(opened: Opened) -> Database:
    return opened()


def test_readers_cannot_write(database: Database):
    with pytest.raises(InternalServerError, match=r"read-?only"), database.reading() as connection:
        connection.execute("INSERT INTO notes (text) VALUES ('sneaky')")
    assert notes(database) == []


def test_a_reader_sees_one_moment(database: Database):
    database.write(note("one"))
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (1,)
        database.write(note("two"))
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (1,)
    assert notes(database) == ["one", "two"]


def test_the_failing_work_of_one_is_not_the_others_loss(database: Database):
    """64 at once land in common commits; those that break the constraint fail alone, and with their own error."""
    texts = [f"note {number % 48}" for number in range(64)]

    with ThreadPoolExecutor(64) as pool:
        refusals = [refusal for refusal in pool.map(lambda text: refused(database, text), texts) if refusal]
    assert len(refusals) == 16
    assert all("unique" in refusal.lower() for refusal in refusals)
    assert sorted(notes(database)) == sorted(set(texts))


def test_writers_take_turns_also_those_of_other_servers(opened: Opened):
    """Each reads what is there and writes one more: two at once would count the same."""

    def one_more(connection: Connection) -> None:
        ((count,),) = connection.execute("SELECT count(*) FROM notes").fetchall()
        note(f"note {count}")(connection)

    servers = [opened(), opened()]
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda number: servers[number % 2].write(one_more), range(64)))
    assert sorted(notes(servers[0])) == sorted(f"note {number}" for number in range(64))


def test_work_that_raises_something_else_raises_it(database: Database):
    def broken(connection: Connection) -> None:
        connection.execute("INSERT INTO notes (text) VALUES ('half')")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(broken)
    database.write(note("whole"))
    assert notes(database) == ["whole"]


def test_closing_commits_what_was_brought_and_refuses_the_rest(database: Database, opened: Opened):
    start = threading.Barrier(33)

    def write(number: int) -> str:
        start.wait()
        return refused(database, f"note {number}")

    with ThreadPoolExecutor(32) as pool:
        outcomes = pool.map(write, range(32))
        start.wait()
        database.close()
        refusals = [outcome for outcome in outcomes if outcome]
    assert all("closed" in refusal for refusal in refusals)
    with pytest.raises(InternalServerError, match="closed"):
        database.write(note("late"))
    assert len(notes(opened())) == 32 - len(refusals)


def test_closing_while_somebody_reads(database: Database):
    database.write(note("one"))
    with database.reading() as connection:
        database.close()
        assert connection.execute("SELECT text FROM notes").fetchall() == [("one",)]
    with pytest.raises(Exception, match="closed"):
        connection.execute("SELECT 1")


def test_older_data_are_brought_up_to_date(opened: Opened):
    old = opened(make_notes)
    old.write(note("kept"))
    old.close()
    with opened(make_notes, add_stars).reading() as connection:
        assert connection.execute("SELECT text, stars FROM notes").fetchall() == [("kept", 3)]


def test_a_failing_migration_leaves_everything_as_it_was(opened: Opened):
    old = opened(make_notes)
    old.write(note("kept"))
    old.close()

    def breaks(connection: Connection) -> None:
        connection.execute("DROP TABLE notes")
        connection.execute("CREATE TABLE")

    with pytest.raises(InternalServerError):
        notes(opened(make_notes, breaks))
    assert notes(opened()) == ["kept"]


def test_newer_data_are_refused_and_left_alone(opened: Opened):
    new = opened(make_notes, add_stars)
    new.write(note("of tomorrow"))
    with pytest.raises(InternalServerError, match=r"format 2 and this version reads up to 1; update"):
        notes(opened(make_notes))
    assert notes(new) == ["of tomorrow"]


def address(place: Where) -> str:
    """A place as `PLAYGROUND_DATABASE_URL` has it."""
    return f"sqlite:///{place}" if isinstance(place, Path) else place


def place_of(address: str) -> Where:
    return Settings.of({"PLAYGROUND_DATABASE_URL": address}).database


ROOT = Path(__file__).parents[2]
PROCESS = """
import sys
from tests.unit.test_store_database import kept, note, place_of
database = kept(place_of(sys.argv[1]))
for number in range(100):
    database.write(note(f"{sys.argv[2]} {number}"))
database.close()
"""


def test_two_processes_make_and_fill_one_place(database: Database, place: Where):
    """They open what is not there yet at the same moment; this process reads meanwhile."""
    running = [subprocess.Popen([sys.executable, "-c", PROCESS, address(place), name], cwd=ROOT) for name in ("a", "b")]
    while any(process.poll() is None for process in running):
        assert len(notes(database)) <= 200
    assert [process.returncode for process in running] == [0, 0]
    assert sorted(notes(database)) == sorted(f"{name} {number}" for name in "ab" for number in range(100))


def test_migrations_meet(opened: Opened):
    """Eight openers of a new place at once: one migrates, the others wait and find it done."""
    databases = [opened(make_notes, add_stars) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(notes, databases)) == [[]] * 8
