"""Medians, shares, pairs: intervals against references and seeded studies, sentences that claim what is known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from playground.scorecard.estimate import Estimate, mean, median, share, share_difference
from playground.scorecard.pair import Metric, compare, sentence

SPEED = Metric("total time", "faster", "fast")
RATE = Metric("tokens per second", "faster", "fast", smaller=False)
POSITIVE = st.floats(0.01, 1e6)


def latencies(rng, shape):
    return rng.lognormal(0, 0.5, shape)


@pytest.mark.parametrize("n", [5, 8, 12, 25])
def test_median_intervals_hold_the_median_as_often_as_they_say(n):
    samples = latencies(np.random.default_rng(n), (2000, n))
    held = np.mean([found.low <= 1 <= found.high for found in map(median, samples)])
    assert 0.93 <= held <= 0.97


def test_the_median_interval_is_near_the_bootstrap_s():
    values = latencies(np.random.default_rng(3), 101)
    ours = median(values)
    reference = stats.bootstrap((values,), np.median, rng=np.random.default_rng(0)).confidence_interval
    assert ours.value == np.median(values)
    assert ours.low == pytest.approx(reference.low, abs=0.05)
    assert ours.high == pytest.approx(reference.high, abs=0.05)


def test_too_few_values_have_a_median_and_no_interval():
    assert median([3.0, 1.0, 2.0, 9.0]) == Estimate(2.5, None, None, 4)
    assert median([3.0, 1.0, 2.0, 9.0, 4.0]) == Estimate(3.0, 1.0, 9.0, 5)


@given(st.lists(POSITIVE, min_size=5, max_size=60))
def test_an_interval_holds_its_median_and_is_held_by_the_range(values):
    found = median(values)
    assert min(values) <= found.low <= found.value <= found.high <= max(values)


@given(st.lists(POSITIVE, min_size=5, max_size=60))
def test_the_interval_of_mirrored_values_is_mirrored(values):
    found, mirrored = median(values), median([-value for value in values])
    assert (mirrored.low, mirrored.high) == pytest.approx((-found.high, -found.low))


def test_means_of_shares_hold_the_truth():
    rng = np.random.default_rng(5)
    held = [found.low <= 2 / 7 <= found.high for found in (mean(rng.beta(2, 5, 30)) for _ in range(300))]
    assert 0.92 <= np.mean(held) <= 0.98


def test_a_mean_of_equal_values_is_not_certain():
    assert mean([1.0] * 5) == share(5, 5)
    assert mean([1.0] * 5).low < 0.6


def test_shares_are_wilson_s():
    reference = stats.binomtest(9, 10).proportion_ci(method="wilson")
    assert (share(9, 10).low, share(9, 10).high) == pytest.approx((reference.low, reference.high))


def test_differences_of_shares_are_newcombe_s():
    found = share_difference((56, 70), (48, 80))  # the first example of his paper
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)


def observed(rng, rows, repeats, ratio=1.0):
    """Two models: rows differ a lot, moments slow both down, the first takes `ratio` times as long."""
    base, moment = rng.normal(0, 0.5, (rows, 1)), rng.normal(0, 0.3, (rows, repeats))
    first = np.exp(base + moment + math.log(ratio) + rng.normal(0, 0.2, (rows, repeats)))
    second = np.exp(base + moment + rng.normal(0, 0.2, (rows, repeats)))
    return dict(enumerate(first)), dict(enumerate(second))


@pytest.mark.parametrize(("rows", "repeats"), [(1, 10), (3, 5), (12, 3)])
def test_a_ratio_s_interval_and_sentence_are_wrong_as_seldom_as_they_say(rows, repeats):
    rng = np.random.default_rng(rows)
    for ratio in (1.0, 1.3):
        found = [compare(*observed(rng, rows, repeats, ratio)) for _ in range(1000)]
        held = np.mean([each.ratio.low <= ratio <= each.ratio.high for each in found])
        assert 0.925 <= held <= 0.975
        wrong = [sentence(SPEED, "A", "B", each).startswith("A is faster") for each in found]
        assert np.mean(wrong) <= (0.04 if ratio == 1.0 else 0.01)


def test_who_is_faster_depends_on_what_is_counted():
    slow, quick = {0: [2.0, 2.2, 2.1, 2.4, 1.9, 2.0]}, {0: [1.0, 1.1, 1.0, 1.2, 1.0, 1.0]}
    assert sentence(SPEED, "A", "B", compare(slow, quick)) == (
        "B is faster than A on these rows (2.00×, 95% 1.94 to 2.06)."
    )
    assert sentence(RATE, "A", "B", compare(slow, quick)).startswith("A is faster than B on these rows (2.00×")


def test_many_rows_speak_for_others():
    first, second = observed(np.random.default_rng(0), 12, 2, 2.0)
    assert "on these rows" not in sentence(SPEED, "A", "B", compare(first, second))


def test_what_cannot_be_told_says_what_would_help():
    unclear = compare({0: [1.0, 2.0, 3.0, 1.2, 2.2, 1.1]}, {0: [1.3, 1.6, 3.9, 1.0, 2.6, 1.4]})
    words = sentence(SPEED, "A", "B", unclear)
    assert words.startswith("Cannot tell yet whether A or B is faster (")
    assert f"about {unclear.more_runs} more run" in words
    assert sentence(SPEED, "A", "B", compare({0: [1.0]}, {0: [2.0]})) == (
        "Cannot tell yet whether A or B is faster: about 4 more runs of each would."
    )


def test_the_promised_runs_mostly_settle_it():
    rng = np.random.default_rng(8)
    settled = []
    while len(settled) < 60:
        first, second = observed(rng, 1, 10, 1.15)
        found = compare(first, second)
        if found.more_runs is None or found.more_runs > 60:
            continue
        more, other = observed(rng, 1, 10 + 2 * found.more_runs, 1.15)
        again = compare(more, other)
        settled.append(again.ratio.low > 1 or again.ratio.high < 1)
    assert np.mean(settled) > 0.5


def test_equal_models_are_called_equal():
    both = {row: [1.0 + row, 1.01 + row] for row in range(8)}
    assert sentence(SPEED, "A", "B", compare(both, both)).startswith("A and B are about equally fast (1.00×")


def test_models_without_a_common_row_cannot_be_compared():
    assert compare({0: [1.0]}, {1: [1.0]}).ratio is None
    assert compare({0: [0.0]}, {0: [0.0]}).ratio is None
    assert sentence(SPEED, "A", "B", compare({}, {})) == (
        "A and B cannot be compared by total time: no row has a value of both."
    )
