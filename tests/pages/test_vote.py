"""Blind vote: no name before the choice, sides by chance, votes that last, a leaderboard, the votes as a file."""

import json
import time
from collections.abc import Callable
from random import Random

from streamlit.testing.v1 import AppTest

from playground.comparison import Cell, Pane, Set, new_id
from playground.runs import Runs, shared
from playground.scorecard.ballot import draw, named, pairs
from playground.scorecard.estimate import Estimate
from playground.store.votes import Ballot
from playground.ui.vote.standings import as_jsonl, bias
from tests.runs import chat

Page = Callable[..., AppTest]
Core = Callable[[], Runs]
NAMES = ("gpt-first", "gpt-second")


def kept(core: Core, rows: int = 3, **fields: object) -> Set:
    """A set whose runs have ended."""
    panes = tuple(Pane(letter, "openai", name) for letter, name in zip("AB", NAMES, strict=True))
    lines = tuple({"word": f"w{number}"} for number in range(rows))
    of = Set(new_id(), "default", time.time(), "comparison", "chat", "Say {{word}}", panes, lines)
    runs = {cell: f"run_{of.id}_{cell.row}{cell.pane}" for cell in of.cells()}
    for cell, id_ in runs.items():
        core().history.record(chat(id_, text=f"answer {cell.row} {cell.pane}", **fields))
    core().history.sets.keep(of, runs)
    return of


def told(at: AppTest) -> str:
    return "\n".join(each.value for each in (*at.markdown, *at.code))


def test_names_stay_hidden_until_the_vote(page: Page, core: Core):
    of = kept(core)
    at = page("vote", set=of.id)
    assert not at.exception
    assert "Say w" in told(at)
    assert "answer" in told(at)
    assert not [name for name in NAMES if name in told(at)]
    before = [each.value for each in at.markdown if each.value.startswith("answer")]
    at.run()
    assert [each.value for each in at.markdown if each.value.startswith("answer")] == before

    at.button(key="vote_left").click().run()
    assert not at.exception
    assert all(name in told(at) for name in NAMES)
    assert "You prefer the left one" in told(at)
    (ballot,) = core().history.votes.all("default")
    shown = [core().history.get(run, "default").texts[0] for run in (ballot.left_run, ballot.right_run)]
    assert shown == before
    assert ballot.left_model == f"openai/{NAMES[before[0].endswith('B')]}"
    assert ballot.outcome == "left"
    assert "1 of 3 pairs judged" in told(at)


def test_every_pair_is_judged_once_over_a_restart(page: Page, core: Core):
    of = kept(core)
    at = page("vote", set=of.id)
    at.button(key="vote_tie").click().run()
    at.button(key="vote_next").click().run()
    at.button(key="vote_both_bad").click().run()
    shared().close()
    shared.cache_clear()
    at = page("vote", set=of.id)
    assert "2 of 3 pairs judged" in told(at)
    at.button(key="vote_right").click().run()
    at.button(key="vote_next").click().run()
    assert "All 3 pairs" in told(at)
    table = at.dataframe[0].value
    assert sorted(table["Model"]) == [f"openai/{name}" for name in NAMES]
    assert list(table["Won"] + table["Lost"] + table["Tied"]) == [3, 3]
    assert "of two equal answers the left one wins" in told(at)
    assert list(page("vote").dataframe[0].value["Tied"]) == [2, 2]


def test_what_has_not_answered_is_not_judged(page: Page, core: Core):
    of = kept(core, status="failed", response=None)
    assert "no two answers" in told(page("vote", set=of.id))
    assert "There is no set `set_none`" in told(page("vote", set="set_none"))


def test_pairs_are_of_one_row_and_repeat_and_no_warm_up():
    runs = {Cell(row, pane, repeat): f"{row}{pane}{repeat}" for row in (0, 1) for pane in "ABC" for repeat in (-1, 0)}
    found = pairs(runs, {run for run in runs.values() if run != "1C0"})
    assert [f"{a.row}{a.pane}{b.pane}" for a, b in found] == ["0AB", "0AC", "0BC", "1AB"]
    assert {a.repeat for pair in found for a in pair} == {0}


def test_sides_are_shuffled():
    pair = (Cell(0, "A"), Cell(0, "B"))
    chance = Random(4)
    firsts = [draw([pair], chance)[0].pane for _ in range(400)]
    assert 150 < firsts.count("A") < 250
    assert draw([], chance) is None


def test_two_panes_of_one_model_have_two_names(core: Core):
    panes = (Pane("A", "openai", "x"), Pane("B", "openai", "x"), Pane("C", "local", "y"))
    of = Set("set_1", "default", 0.0, "comparison", "chat", "", panes)
    assert named(of) == {"A": "openai/x (A)", "B": "openai/x (B)", "C": "local/y"}


def test_the_file_has_a_vote_per_line(core: Core):
    ballot = Ballot("default", 1.5, "set_1", "run_b", "run_a", "openai/one", "local/other", "tie")
    assert [json.loads(line) for line in as_jsonl([ballot, ballot]).splitlines()] == [dict(ballot.line)] * 2


def test_the_bias_of_position_is_a_sentence():
    assert bias(Estimate(0.7, 0.6, 0.8, 90)).startswith("The left side is preferred")
    assert bias(Estimate(0.3, 0.2, 0.4, 90)).startswith("The right side is preferred")
    assert bias(Estimate(0.5, 0.4, 0.6, 90)).startswith("No bias of position can be told")
