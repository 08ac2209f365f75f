"""Seeded studies: how often intervals hold the truth, and how often sentences are wrong, against what they say."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest

from playground.scorecard.estimate import certain_share, level_of, mean, median, share
from playground.scorecard.pair import Metric, compare, sentence
from playground.scorecard.preference import sentences
from playground.scorecard.votes import Vote

Draw = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]
SPEED = Metric("total time", "faster", "fast")
TIMES: dict[str, tuple[Draw, float]] = {  # how values are drawn, and their true median
    "log-normal": (lambda rng, shape: rng.lognormal(0, 0.5, shape), 1.0),
    "exponential": (lambda rng, shape: rng.exponential(1 / math.log(2), shape), 1.0),
    "normal": (lambda rng, shape: rng.normal(3, 1, shape), 3.0),
}
SHARES: dict[str, tuple[Draw, float]] = {  # and their true mean
    "low": (lambda rng, shape: rng.beta(2, 5, shape), 2 / 7),
    "high": (lambda rng, shape: rng.beta(8, 2, shape), 0.8),
    "mostly 1": (lambda rng, shape: np.where(rng.random(shape) < 0.8, 1.0, rng.uniform(0.3, 0.9, shape)), 0.92),
}


def held(found: Sequence, truth: float) -> float:
    """The share of intervals with the truth in them."""
    return float(np.mean([each.low <= truth <= each.high for each in found]))


@pytest.mark.parametrize("n", [5, 8, 12, 25])
@pytest.mark.parametrize("shape", TIMES)
def test_intervals_of_medians_hold_them_in_93_to_97_of_100(n: int, shape: str):
    draw, truth = TIMES[shape]
    found = list(map(median, draw(np.random.default_rng(n), (2000, n))))
    assert level_of(n) >= 0.93, "by counting, whatever is drawn"
    assert level_of(n) - 0.015 <= held(found, truth) <= 0.97  # 0.015 is 3 times the deviation of 2,000 samples


@pytest.mark.parametrize("n", [5, 12, 30])
@pytest.mark.parametrize("shape", SHARES)
def test_intervals_of_means_hold_them_in_93_of_100_or_more(n: int, shape: str):
    draw, truth = SHARES[shape]
    assert held(list(map(mean, draw(np.random.default_rng(n), (1500, n)))), truth) >= 0.93


RANKS = np.arange(1, 101)
GAINS = {  # what a query counts whose first expected item has this rank
    "mrr": 1 / RANKS,
    "ndcg": np.where(RANKS <= 5, 1 / np.log2(RANKS + 1), 0.0),
    "recall": np.where(RANKS <= 5, 1.0, 0.0),
}


@pytest.mark.parametrize("n", [8, 20, 60])
def test_intervals_of_a_retrieval_check_hold_its_means_in_93_to_97_of_100(n: int):
    rng = np.random.default_rng(n)
    held = []
    for chance in rng.uniform(0.05, 0.8, 600):  # of one model alone coverage goes in steps
        ranks = np.minimum(rng.geometric(chance, n), RANKS[-1])
        often = np.append(chance * (1 - chance) ** (RANKS[:-1] - 1), (1 - chance) ** (RANKS[-1] - 1))
        for gain in GAINS.values():
            found, truth = mean(gain[ranks - 1].tolist()), float(often @ gain)
            held.append(found.low <= truth + 1e-12 and truth - 1e-12 <= found.high)
    assert 0.93 <= np.mean(held) <= 0.97 + 0.006  # the deviation of 1,800 samples, of which three are of one draw


@pytest.mark.parametrize("n", [10, 20, 40])
def test_intervals_of_shares_hold_them_in_93_to_97_of_100(n: int):
    rng = np.random.default_rng(n)
    truths = rng.uniform(0.02, 0.98, 3000)  # of one share alone coverage goes in steps
    found = [share(int(count), n) for count in rng.binomial(n, truths)]
    assert 0.93 <= np.mean([each.low <= truth <= each.high for each, truth in zip(found, truths, strict=True)]) <= 0.97


def two_models(rng: np.random.Generator, rows: int, repeats: int, ratio: float):
    """Rows differ a lot, moments slow both down, the first takes `ratio` times as long."""
    base, moment = rng.normal(0, 0.5, (rows, 1)), rng.normal(0, 0.3, (rows, repeats))
    first = np.exp(base + moment + math.log(ratio) + rng.normal(0, 0.2, (rows, repeats)))
    second = np.exp(base + moment + rng.normal(0, 0.2, (rows, repeats)))
    return dict(enumerate(first)), dict(enumerate(second))


@pytest.mark.parametrize(("rows", "repeats"), [(1, 5), (1, 10), (3, 5), (12, 3)])
def test_a_ratio_s_interval_holds_it_and_its_sentence_is_wrong_no_more_often_than_it_says(rows: int, repeats: int):
    rng = np.random.default_rng(rows * repeats)
    for ratio in (1.0, 1.02, 1.3):
        found = [compare(*two_models(rng, rows, repeats, ratio)) for _ in range(1200)]
        assert 0.93 <= held([each.ratio for each in found], ratio) <= 0.97
        said = [sentence(SPEED, "A", "B", each) for each in found]
        wrong = [words.startswith("A is faster") or ("B is faster than" in words and ratio == 1.0) for words in said]
        level = level_of(found[0].ratio.n)
        assert np.mean(wrong) <= 1 - level + 0.015  # 2.4 times the deviation of 1,200 samples
        assert ratio == 1.0 or np.mean(wrong) <= (1 - level) / 2 + 0.01


@pytest.mark.parametrize("count", [4, 8, 20, 50])
@pytest.mark.parametrize("ties", [0.0, 0.3])
def test_a_preference_that_is_said_of_equal_models_is_seldom(count: int, ties: float):
    rng = np.random.default_rng(count)
    wins = rng.binomial(count, (1 - ties) / 2, 4000)
    losses = rng.binomial(count - wins, 0.5 / (1 - (1 - ties) / 2) * (1 - ties))
    worths = wins + (count - wins - losses) / 2
    claims = {worth: _claims(worth, count) for worth in set(worths.tolist())}
    assert np.mean([claims[worth] for worth in worths.tolist()]) <= 0.05


def _claims(worth: float, count: int) -> bool:
    """Whether so many wins of so many votes are called a preference; halves are ties."""
    wins, tie = int(worth), worth % 1 > 0
    votes = [Vote("a", "b", "left")] * wins + [Vote("b", "a", "tie")] * tie
    votes += [Vote("a", "b", "right")] * (count - wins - tie)
    [words] = sentences(votes, {"A": "a", "B": "b"})
    return "is preferred to" in words


def test_intervals_of_votes_won_hold_the_share_at_least_as_often_as_they_say():
    rng = np.random.default_rng(0)
    for n, truth in ((6, 0.5), (20, 0.7), (60, 0.85)):
        assert held([certain_share(int(wins), n) for wins in rng.binomial(n, truth, 2000)], truth) >= 0.95
