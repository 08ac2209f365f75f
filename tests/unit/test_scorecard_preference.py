"""Votes on a scorecard: whose count, what share a pane won, what is said of two panes, how the files tell them."""

import pytest

from playground.comparison import Pane, Set
from playground.scorecard.card import card
from playground.scorecard.lines import rows
from playground.scorecard.preference import concerning, sentences
from playground.scorecard.votes import Vote
from playground.store.votes import Ballot
from tests.unit.test_scorecard_card import runs

PANES = (Pane("A", "openai", "one"), Pane("B", "openai", "two"), Pane("C", "local", "three"))
ASKED = Set("set_1", "default", 0.0, "scorecard", "chat", "Tell of tea", PANES)
NAMES = {"A": "openai/one", "B": "openai/two", "C": "local/three"}


def ballot(left: str, right: str, outcome: str, part_of: str = "set_0") -> Ballot:
    return Ballot("default", 1.0, part_of, f"run_{left}", f"run_{right}", left, right, outcome)


def test_votes_of_every_set_between_two_of_its_models_count():
    ours = [ballot("openai/one", "openai/two", "left"), ballot("local/three", "openai/one", "tie")]
    assert concerning(ASKED, [*ours, ballot("openai/one", "openai/four", "left")]) == ours


def test_panes_of_one_model_have_the_votes_of_their_own_set():
    twins = Set("set_1", "default", 0.0, "scorecard", "chat", "", (*PANES[:1], Pane("B", "openai", "one")))
    votes = [ballot("openai/one (A)", "openai/one (B)", "left", part_of) for part_of in ("set_0", "set_1")]
    assert concerning(twins, votes) == votes[1:]


def test_a_card_has_the_share_of_votes_that_a_pane_won():
    votes = [ballot("openai/one", "openai/two", "left")] * 6 + [ballot("openai/two", "openai/one", "tie")] * 2
    found = card(ASKED, runs(), votes)
    first, second, third = found.scores
    assert (first.votes.value, first.votes.n, second.votes.value, third.votes) == (7 / 8, 8, 1 / 8, None)
    assert (1 - second.votes.high, 1 - second.votes.low) == pytest.approx((first.votes.low, first.votes.high))
    assert found.sentences["votes"] == (
        "Cannot tell yet whether A or B is preferred (88% of 8 votes, 95% 47% to 100%): about 2 more votes would.",
    )


def test_a_preference_is_said_whichever_side_it_is_on():
    votes = [Vote("openai/one", "openai/two", "right")] * 9 + [Vote("openai/two", "openai/one", "right")]
    assert sentences(votes, NAMES) == ["B is preferred to A (90% of 10 votes, 95% 55% to 100%)."]
    assert sentences([Vote("openai/one", "local/three", "tie")] * 2, NAMES) == [
        "Cannot tell whether A or C is preferred (50% of 2 votes, 95% 1% to 99%): they are too alike."
    ]


def test_a_line_of_the_file_has_the_votes_on_its_run():
    found = runs(repeats=1)
    ids = [run.id for run in found.values()]
    votes = [Ballot("default", 1.0, "set_1", ids[0], ids[2], "openai/one", "openai/two", "left")]
    lines = {line["run"]: (line["votes"], line["votes_won"]) for line in rows(ASKED, found, votes)}
    assert [lines[each] for each in ids] == [(1, 1), (0, 0), (1, 0), (0, 0)]
