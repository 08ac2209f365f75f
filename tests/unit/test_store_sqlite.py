"""A SQLite file as a place of data: nobody else's, synced, named when it is damaged or full."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.errors import InternalServerError
from playground.store.database import Database
from playground.store.sqlite import File
from tests.unit.test_store_database import add_stars, make_notes, note, notes

POSIX = pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")


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


def test_a_refused_newer_file_is_left_as_it_was(path: Path):
    new = Database(File(path, [make_notes, add_stars]))
    new.write(note("of tomorrow"))
    new.close()
    before = path.read_bytes()
    old = Database(File(path, [make_notes]))
    with pytest.raises(InternalServerError, match=r"another file in `PLAYGROUND_DATABASE_URL`"):
        notes(old)
    old.close()
    assert path.read_bytes() == before
