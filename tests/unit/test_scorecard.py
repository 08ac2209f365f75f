"""Medians, shares, pairs: intervals against references, sentences that claim what is known."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from playground.scorecard.estimate import Estimate, certain_share, mean, median, share
from playground.scorecard.pair import Metric, compare, sentence

SPEED = Metric("total time", "faster", "fast")
RATE = Metric("tokens per second", "faster", "fast", smaller=False)
POSITIVE = st.floats(0.01, 1e6)


def test_the_median_interval_is_near_the_bootstrap_s():
    values = np.random.default_rng(3).lognormal(0, 0.5, 101)
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


def test_a_mean_of_equal_values_is_not_certain():
    assert mean([1.0] * 5) == share(5, 5)
    assert mean([1.0] * 5).low < 0.6


def test_shares_are_wilson_s():
    reference = stats.binomtest(9, 10).proportion_ci(method="wilson")
    assert (share(9, 10).low, share(9, 10).high) == pytest.approx((reference.low, reference.high))


def test_shares_that_claims_rest_on_are_clopper_and_pearson_s():
    reference = stats.binomtest(9, 10).proportion_ci(method="exact")
    found = certain_share(9, 10)
    assert (found.low, found.high) == pytest.approx((reference.low, reference.high))
    assert (certain_share(0, 4).low, certain_share(4, 4).high) == (0.0, 1.0)
    assert certain_share(8.5, 10).low < found.low


def observed(rng, rows, repeats, ratio=1.0):
    """Two models: rows differ a lot, moments slow both down, the first takes `ratio` times as long."""
    base, moment = rng.normal(0, 0.5, (rows, 1)), rng.normal(0, 0.3, (rows, repeats))
    first = np.exp(base + moment + math.log(ratio) + rng.normal(0, 0.2, (rows, repeats)))
    second = np.exp(base + moment + rng.normal(0, 0.2, (rows, repeats)))
    return dict(enumerate(first)), dict(enumerate(second))


def test_who_is_faster_depends_on_what_is_counted():
    slow, quick = {0: [2.0, 2.2, 2.1, 2.4, 1.9, 2.0]}, {0: [1.0, 1.1, 1.0, 1.2, 1.0, 1.0]}
    assert sentence(SPEED, "A", "B", compare(slow, quick)) == (
        "B is faster than A on these rows (2.00×, 95% 1.93 to 2.07)."
    )
    assert sentence(RATE, "A", "B", compare(slow, quick)).startswith("A is faster than B on these rows (2.00×")
    five = compare({0: slow[0][:5]}, {0: quick[0][:5]})
    assert "(2.00×, 93% 1.90 to 2.10)" in sentence(SPEED, "A", "B", five), "a range of five holds less often"


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
