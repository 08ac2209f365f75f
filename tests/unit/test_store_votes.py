"""Votes: kept, one for two runs, no namespace sees another's; a history of before gets their table."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from playground.store.database import Database
from playground.store.history import History
from playground.store.place import Where, placed
from playground.store.schema import MIGRATIONS
from playground.store.votes import Ballot

MINE = Ballot("default", 1.5, "set_1", "run_b", "run_a", "openai/one", "local/other \0", "left")


@pytest.fixture
def history(place: Where) -> Iterator[History]:
    history = History(place)
    yield history
    history.close()


def test_a_vote_is_there_for_the_next_process(history: History, place: Where):
    history.votes.cast(MINE)
    again = History(place)
    assert again.votes.all("default") == [MINE]
    again.close()


def test_votes_of_other_sets_and_namespaces_are_apart(history: History):
    theirs = replace(MINE, namespace="theirs", outcome="tie")
    later = replace(MINE, cast_at=2.5, part_of="set_2", left_run="run_c")
    for each in (later, theirs, MINE):
        history.votes.cast(each)
    assert history.votes.all("default") == [MINE, later]
    assert history.votes.all("default", "set_2") == [later]
    assert history.votes.all("theirs") == [theirs]


def test_a_second_vote_on_two_runs_takes_the_place_of_the_first(history: History):
    history.votes.cast(MINE)
    second = Ballot("default", 3.0, "set_1", "run_a", "run_b", "local/other", "openai/one", "both bad")
    history.votes.cast(second)
    assert history.votes.all("default") == [second]


def test_a_history_of_before_gets_the_table(tmp_path: Path):
    older = Database(placed(tmp_path / "h.db", "runs", MIGRATIONS[:4]))
    older.write(lambda connection: connection.execute("INSERT INTO labels VALUES ('run_1', x'00')") and None)
    older.close()
    history = History(tmp_path / "h.db")
    history.votes.cast(MINE)
    assert history.votes.all("default") == [MINE]
    history.close()
