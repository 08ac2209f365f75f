"""Votes: a published fit, seeded coverage, position bias, and models that always win."""

import numpy as np
import pytest

from playground.scorecard.votes import SCALE, Vote, leaderboard

# Wins of the row's team over the column's: American League East 1987, and the strengths fitted to them, in Agresti,
# Categorical Data Analysis, 2nd edition, section 10.6.1.
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
WINS = (
    (0, 7, 9, 7, 7, 9, 11),
    (6, 0, 7, 5, 11, 9, 9),
    (4, 6, 0, 7, 7, 8, 12),
    (6, 8, 6, 0, 6, 7, 10),
    (6, 2, 6, 7, 0, 7, 12),
    (4, 4, 5, 6, 6, 0, 6),
    (2, 4, 1, 3, 1, 7, 0),
)
STRENGTHS = (1.581, 1.436, 1.294, 1.248, 1.108, 0.684, 0.0)


def test_a_published_fit_is_found_again():
    votes = [  # every game once on each side, so that no side is better
        vote
        for team, row in zip(TEAMS, WINS, strict=True)
        for other, wins in zip(TEAMS, row, strict=True)
        for vote in (Vote(team, other, "left"), Vote(other, team, "right"))
        for _ in range(wins)
    ]
    board = leaderboard(votes)
    ratings = {standing.model: standing.rating.value for standing in board.standings}
    fitted = [(ratings[team] - ratings["Baltimore"]) / SCALE for team in TEAMS]
    assert fitted == pytest.approx(STRENGTHS, abs=0.015)  # the weak prior draws a little to the middle
    assert [standing.model for standing in board.standings] == list(TEAMS)
    assert board.left_share.value == pytest.approx(0.5)


def cast(rng, strengths, count, side=0.0, ties=0.0):
    votes = []
    for _ in range(count):
        left, right = rng.choice(len(strengths), 2, replace=False)
        wins = rng.random() < 1 / (1 + np.exp(strengths[right] - strengths[left] - side))
        outcome = "tie" if rng.random() < ties else "left" if wins else "right"
        votes.append(Vote(str(left), str(right), outcome))
    return votes


@pytest.mark.parametrize(("models", "count"), [(2, 25), (3, 60), (6, 150)])
def test_ratings_and_bias_lie_in_their_intervals_as_often_as_they_say(models, count):
    rng = np.random.default_rng(models)
    held, sides = [], []
    for _ in range(250):
        strengths = rng.normal(0, 0.7, models)
        strengths -= strengths.mean()
        board = leaderboard(cast(rng, strengths, count, side=0.3))
        sides.append(board.left_share.low <= 1 / (1 + np.exp(-0.3)) <= board.left_share.high)
        held += [
            standing.rating.low <= 1000 + SCALE * strengths[int(standing.model)] <= standing.rating.high
            for standing in board.standings
        ]
    assert 0.93 <= np.mean(held) <= 0.97
    assert 0.91 <= np.mean(sides) <= 0.985


def test_always_choosing_the_left_is_seen_as_bias_and_not_as_strength():
    votes = [Vote("a", "b", "left"), Vote("b", "a", "left")] * 20
    board = leaderboard(votes)
    assert board.left_share.low > 0.5
    assert {round(standing.rating.value) for standing in board.standings} == {1000}
    assert {(standing.best_rank, standing.worst_rank) for standing in board.standings} == {(1, 2)}


def test_a_model_that_always_wins_has_a_finite_rating_and_the_first_rank():
    votes = [Vote("good", "poor", "left"), Vote("poor", "good", "right")] * 30
    first, second = leaderboard(votes).standings
    assert (first.model, first.wins, first.losses, first.best_rank, first.worst_rank) == ("good", 60, 0, 1, 1)
    assert np.isfinite(first.rating.high)
    assert (second.best_rank, second.worst_rank) == (2, 2)


def test_ties_and_both_bad_are_half_a_win_each():
    board = leaderboard([Vote("a", "b", "tie"), Vote("b", "a", "both bad")])
    assert [(standing.wins, standing.losses, standing.ties) for standing in board.standings] == [(0, 0, 2)] * 2
    assert {round(standing.rating.value) for standing in board.standings} == {1000}


def test_no_votes_no_board():
    assert leaderboard([]) is None
