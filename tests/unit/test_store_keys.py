"""Keys that are made: told once, kept as hashes, named, limited, revoked for all servers on the same data."""

import pytest

from playground.errors import BadRequestError, InternalServerError, NotFoundError
from playground.store.history import History
from playground.store.keys import COARSE, FRESH, Keys


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def history(place):
    made = History(place)
    yield made
    made.close()


@pytest.fixture
def keys(tmp_path):
    history = History(tmp_path / "data.db")
    yield history.keys
    history.close()


def test_a_key_is_made_found_listed_and_revoked(history):
    keys = history.keys
    text, key = keys.create(" ci é ", ["team-a", "team-b", "team-a"], 12.5)
    assert len(text) == 46
    assert (key.name, key.namespaces, key.limit, key.used_at) == ("ci é", ("team-a", "team-b"), 12.5, None)
    assert (key.hint[:6], key.hint[-4:]) == (text[:6], text[-4:])
    _, everything = keys.create("everything")
    assert (everything.namespaces, everything.limit) == (None, None)
    assert keys.all() == [key, everything]
    assert keys.find(text) == key
    assert keys.find(text[:-1] + ("A" if text[-1] != "A" else "B")) is None
    assert keys.revoke("ci é").id == key.id
    assert keys.find(text) is None
    assert keys.revoke(everything.id).name == "everything"
    assert keys.all() == []


def test_only_its_hash_is_kept(tmp_path):
    history = History(tmp_path / "data.db")
    text, _ = history.keys.create("ci")
    history.keys.find(text)
    history.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"ci" in kept
    assert text.encode() not in kept
    assert text[6:-4].encode() not in kept


def test_revoked_on_one_server_is_refused_by_the_others(tmp_path):
    here, there = History(tmp_path / "data.db"), History(tmp_path / "data.db")
    clock = Clock()
    other = Keys(there._database, clock)
    text, key = here.keys.create("ci")
    assert other.find(text).id == key.id
    assert here.keys.find(text).id == key.id
    here.keys.revoke("ci")
    assert here.keys.find(text) is None
    clock.now += FRESH
    assert other.find(text) is None
    here.close()
    there.close()


def test_a_use_is_remembered_now_and_then(tmp_path, keys):
    text, _ = keys.create("ci")
    keys.find(text)
    first = keys.all()[0].used_at
    assert first is not None
    keys._seen.clear()
    keys.find(text)
    assert keys.all()[0].used_at == first  # within `COARSE` it costs no write
    keys._database.write(lambda connection: connection.execute("UPDATE keys SET used_at = ?", (first - COARSE - 1,)))
    keys._seen.clear()
    keys.find(text)
    assert keys.all()[0].used_at >= first


@pytest.mark.parametrize(
    ("name", "namespaces", "limit", "said"),
    [
        ("", None, None, "name of 1 to 80"),
        ("x" * 81, None, None, "name of 1 to 80"),
        ("a\nb", None, None, "name of 1 to 80"),
        ("ci", [], None, "at least one namespace"),
        ("ci", ["ok", "not/ok"], None, "`not/ok` cannot be a namespace"),
        ("ci", None, -1, "requests a minute"),
        ("ci", None, float("nan"), "requests a minute"),
        ("ci", None, float("inf"), "requests a minute"),
    ],
)
def test_what_cannot_be_made(keys, name, namespaces, limit, said):
    with pytest.raises(BadRequestError, match=said):
        keys.create(name, namespaces, limit)
    assert keys.all() == []


def test_a_name_is_one_keys(keys):
    keys.create("ci")
    with pytest.raises(BadRequestError, match="there is a key `ci` already"):
        keys.create("ci")
    keys.revoke("ci")
    keys.create("ci")


def test_what_is_not_there_cannot_be_revoked(keys):
    with pytest.raises(NotFoundError, match="there is no key `ci`"):
        keys.revoke("ci")


def test_a_store_that_is_closed_lets_nobody_in(tmp_path):
    history = History(tmp_path / "data.db")
    text, _ = history.keys.create("ci")
    history.close()
    with pytest.raises(InternalServerError, match="closed"):
        history.keys.find(text)
