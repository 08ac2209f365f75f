"""One SQLite file for many threads and processes: opened, migrated, refused when it must be, never lost."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from playground.errors import InternalServerError
from playground.store.database import Database
from playground.store.sqlite import File

POSIX = pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")


def make_notes(connection: sqlite3.Connection) -> None:
    connection.execute("CREATE TABLE notes (text TEXT UNIQUE)")


def add_stars(connection: sqlite3.Connection) -> None:
    connection.execute("ALTER TABLE notes ADD COLUMN stars INTEGER NOT NULL DEFAULT 3")


def note(text: str):
    return lambda connection: connection.execute("INSERT INTO notes (text) VALUES (?)", [text])


def notes(database: Database) -> list[str]:
    with database.reading() as connection:
        return [text for (text,) in connection.execute("SELECT text FROM notes ORDER BY rowid")]


def refused(database: Database, text: str) -> str:
    """The words of the refusal, empty when it was written."""
    try:
        database.write(note(text))
    except InternalServerError as error:
        return error.message
    return ""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "notes.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    database = Database(File(path, [make_notes]))
    yield database
    database.close()


def test_nothing_is_made_before_the_first_use(database: Database, path: Path):
    assert not path.parent.exists()
    assert notes(database) == []
    assert path.exists()


@POSIX
def test_folder_and_files_are_the_persons_own(database: Database, path: Path):
    database.write(note("private"))
    assert notes(database) == ["private"]
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    rights = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert rights == {"notes.db": 0o600, "notes.db-wal": 0o600, "notes.db-shm": 0o600}


def test_a_commit_is_synced(database: Database):
    with database.reading() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)


def test_readers_cannot_write(database: Database):
    with pytest.raises(InternalServerError, match="readonly"), database.reading() as connection:
        connection.execute("INSERT INTO notes VALUES ('sneaky')")
    assert notes(database) == []


def test_the_failing_work_of_one_is_not_the_others_loss(database: Database):
    """64 at once land in common commits; those that break the constraint fail alone, and with their own error."""
    texts = [f"note {number % 48}" for number in range(64)]

    with ThreadPoolExecutor(64) as pool:
        refusals = [refusal for refusal in pool.map(lambda text: refused(database, text), texts) if refusal]
    assert len(refusals) == 16
    assert all("UNIQUE" in refusal for refusal in refusals)
    assert sorted(notes(database)) == sorted(set(texts))


def test_work_that_raises_something_else_raises_it(database: Database):
    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO notes VALUES ('half')")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        database.write(broken)
    database.write(note("whole"))
    assert notes(database) == ["whole"]


def test_closing_commits_what_was_brought_and_refuses_the_rest(database: Database, path: Path):
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
    again = Database(File(path, [make_notes]))
    assert len(notes(again)) == 32 - len(refusals)
    again.close()


def test_closing_while_somebody_reads(database: Database):
    database.write(note("one"))
    with database.reading() as connection:
        database.close()
        assert connection.execute("SELECT text FROM notes").fetchall() == [("one",)]
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("SELECT 1")


def test_an_older_file_is_brought_up_to_date(path: Path):
    old = Database(File(path, [make_notes]))
    old.write(note("kept"))
    old.close()
    new = Database(File(path, [make_notes, add_stars]))
    with new.reading() as connection:
        assert connection.execute("SELECT text, stars FROM notes").fetchall() == [("kept", 3)]
        assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    new.close()


def test_a_failing_migration_leaves_the_file_as_it_was(path: Path):
    old = Database(File(path, [make_notes]))
    old.write(note("kept"))
    old.close()

    def breaks(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE notes")
        connection.execute("CREATE TABLE")

    new = Database(File(path, [make_notes, breaks]))
    with pytest.raises(InternalServerError):
        notes(new)
    new.close()
    again = Database(File(path, [make_notes]))
    assert notes(again) == ["kept"]
    again.close()


def test_a_newer_file_is_refused_and_left_alone(path: Path):
    new = Database(File(path, [make_notes, add_stars]))
    new.write(note("of tomorrow"))
    new.close()
    before = path.read_bytes()
    old = Database(File(path, [make_notes]))
    with pytest.raises(InternalServerError, match=r"format 2 and this version reads up to 1; update"):
        notes(old)
    old.close()
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"not a database, just words " * 200, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_named_and_never_deleted(path: Path, content: bytes):
    path.parent.mkdir()
    path.write_bytes(content)
    database = Database(File(path, [make_notes]))
    with pytest.raises(InternalServerError, match=r"damaged or is no SQLite file.*aside.*\.recover"):
        notes(database)
    assert path.read_bytes() == content
    path.rename(path.with_suffix(".damaged"))
    assert notes(database) == [], "with the file moved aside the same process goes on"
    database.close()


def test_damage_inside_a_good_file_is_named(path: Path):
    database = Database(File(path, [make_notes]))
    for number in range(300):
        database.write(note(f"{number} {'long ' * 100}"))
    database.close()
    content = bytearray(path.read_bytes())
    content[8192:] = b"\x07" * (len(content) - 8192)
    path.write_bytes(content)
    database = Database(File(path, [make_notes]))
    with pytest.raises(InternalServerError, match=r"notes\.db` is damaged"):
        notes(database)
    database.close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    database = Database(File(tmp_path / "file" / "notes.db", [make_notes]))
    with pytest.raises(InternalServerError, match="check that the folder exists and the rights allow it"):
        database.write(note("x"))
    database.close()


def test_a_full_disk_is_named_and_nothing_half_is_kept(database: Database):
    """SQLite's own page limit stands in for the disk: the same result code on the same road."""
    database.write(note("before"))
    database.write(lambda connection: connection.execute("PRAGMA max_page_count = 4"))
    with pytest.raises(InternalServerError, match=r"cannot grow .* free some space"):
        database.write(note("long " * 10_000))
    assert notes(database) == ["before"]


ROOT = Path(__file__).parents[2]
PROCESS = """
import sys
from pathlib import Path
from playground.store.database import Database
from playground.store.sqlite import File
from tests.unit.test_store_database import make_notes, note
database = Database(File(Path(sys.argv[1]), [make_notes]))
for number in range(100):
    database.write(note(f"{sys.argv[2]} {number}"))
database.close()
"""


def test_two_processes_make_and_fill_one_file(database: Database, path: Path):
    """They open a file that is not there yet at the same moment; this process reads meanwhile."""
    running = [subprocess.Popen([sys.executable, "-c", PROCESS, str(path), name], cwd=ROOT) for name in ("a", "b")]
    while any(process.poll() is None for process in running):
        assert len(notes(database)) <= 200
    assert [process.returncode for process in running] == [0, 0]
    assert sorted(notes(database)) == sorted(f"{name} {number}" for name in "ab" for number in range(100))


def test_migrations_meet_in_two_processes(path: Path):
    """Eight openers of a new file at once: one migrates, the others wait and find it done."""
    steps: list = [make_notes, add_stars]
    databases = [Database(File(path, steps)) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(notes, databases)) == [[]] * 8
    for database in databases:
        database.close()
