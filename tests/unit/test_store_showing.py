"""Presets and decks: kept, renamed, put in order; no namespace sees another's."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from playground.errors import BadRequestError
from playground.store.database import Database
from playground.store.decks import MOST, moved
from playground.store.history import History
from playground.store.place import Where, placed
from playground.store.schema import MIGRATIONS

SETUP = {"provider": "local", "model": "handbook", "parameters": {"temperature": 0.5, "schema": {"type": "object"}}}


@pytest.fixture
def history(place: Where) -> Iterator[History]:
    history = History(place)
    yield history
    history.close()


def test_a_preset_is_there_for_the_next_process(history: History, place: Where):
    history.presets.keep("default", "chat", "Poet \0\ud800 é", SETUP)
    again = History(place)
    assert again.presets.all("default", "chat") == {"Poet \0\ud800 é": SETUP}
    again.close()


def test_presets_of_other_tasks_and_namespaces_are_not_seen(history: History):
    presets = history.presets
    presets.keep("default", "chat", "Mine", SETUP)
    presets.keep("theirs", "chat", "Mine", {"model": "theirs"})
    presets.keep("default", "embedding", "Mine", {"model": "vectors"})
    presets.delete("theirs", "chat", "Mine")
    assert presets.all("default", "chat") == {"Mine": SETUP}
    assert presets.all("theirs", "chat") == {}
    assert presets.all("default", "embedding") == {"Mine": {"model": "vectors"}}


def test_the_same_name_takes_the_place(history: History):
    for model in ("one", "two"):
        history.presets.keep("default", "chat", "Mine", {"model": model})
    assert history.presets.all("default", "chat") == {"Mine": {"model": "two"}}


def test_a_preset_takes_another_name_unless_it_is_taken(history: History):
    presets = history.presets
    presets.keep("default", "chat", "B", {"model": "b"})
    presets.keep("default", "chat", "A", {"model": "a"})
    presets.rename("default", "chat", "B", "C")
    assert list(presets.all("default", "chat")) == ["A", "C"]
    with pytest.raises(BadRequestError, match="there is a preset `A` already"):
        presets.rename("default", "chat", "C", "A")
    presets.rename("default", "chat", "C", "C")
    assert presets.all("default", "chat") == {"A": {"model": "a"}, "C": {"model": "b"}}


def test_a_deck_keeps_its_order_and_each_run_once(history: History, place: Where):
    made = history.decks.make("default", "Volcanoes", ["b", "a", "b"])
    history.decks.change(made.id, "default", lambda runs: [*runs, "c", "a"])
    history.decks.rename(made.id, "default", "Tall ones")
    again = History(place)
    deck = again.decks.get(made.id, "default")
    again.close()
    assert deck is not None
    assert (deck.title, deck.runs, deck.created_at) == ("Tall ones", ("b", "a", "c"), made.created_at)


def test_decks_of_other_namespaces_are_neither_seen_nor_changed(history: History):
    mine = history.decks.make("default", "Mine", ["a"])
    history.decks.change(mine.id, "theirs", lambda _: [])
    history.decks.rename(mine.id, "theirs", "Theirs")
    history.decks.delete(mine.id, "theirs")
    assert history.decks.get(mine.id, "theirs") is None
    assert history.decks.all("theirs") == []
    assert history.decks.all("default") == [mine]
    history.decks.delete(mine.id, "default")
    assert history.decks.all("default") == []


def test_two_who_add_at_once_lose_nothing(history: History):
    deck = history.decks.make("default", "Ours")

    def add(run: str) -> None:
        history.decks.change(deck.id, "default", lambda runs: [*runs, run])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, map(str, range(40))))
    found = history.decks.get(deck.id, "default")
    assert found is not None
    assert sorted(found.runs, key=int) == list(map(str, range(40)))


def test_a_deck_has_an_end(history: History):
    assert len(history.decks.make("default", "Long", list(map(str, range(MOST + 5)))).runs) == MOST


@pytest.mark.parametrize(
    ("run", "by", "order"), [("b", -1, "bac"), ("b", 1, "acb"), ("a", -1, "abc"), ("c", 1, "abc"), ("x", 1, "abc")]
)
def test_a_run_moves_in_its_deck(run: str, by: int, order: str):
    assert moved("abc", run, by) == list(order)


def test_a_history_of_before_gets_the_tables(tmp_path: Path):
    older = Database(placed(tmp_path / "h.db", "runs", MIGRATIONS[:3]))
    older.write(lambda connection: connection.execute("INSERT INTO labels VALUES ('run_1', x'00')") and None)
    older.close()
    history = History(tmp_path / "h.db")
    assert history.decks.all("default") == []
    history.presets.keep("default", "chat", "Mine", SETUP)
    assert list(history.presets.all("default", "chat")) == ["Mine"]
    history.close()
