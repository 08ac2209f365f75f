"""Two embedding models on the same items: shared neighbours against hand counts, and how often intervals hold them."""

import math
from itertools import product

import numpy as np
import pytest

from playground.errors import BadRequestError
from playground.neighbours import nearest
from playground.scorecard.overlap import needed, overlap, reach, shared

CIRCLE = np.array([[math.cos(angle), math.sin(angle)] for angle in np.linspace(0, 3, 12)], np.float32)
TURN = np.array([[0.6, -0.8], [0.8, 0.6]], np.float32)


def test_the_same_space_is_shared_wholly():
    found = overlap(CIRCLE, CIRCLE @ TURN, k=3)
    assert found.share.value == 1
    assert found.chance == pytest.approx(3 / 11)


def test_shares_are_those_of_a_count_by_hand():
    rng = np.random.default_rng(0)
    first, second = (rng.normal(size=(50, 8)) for _ in range(2))
    found = overlap(first, second, k=6)
    lists = [nearest(each, 6).indices.tolist() for each in (first, second)]
    by_hand = [len(set(one) & set(other)) / 6 for one, other in zip(*lists, strict=True)]
    assert found.shares == pytest.approx(by_hand)
    assert found.share.value == pytest.approx(np.mean(by_hand))


def test_lists_may_be_longer_than_they_need_to_be():
    rng = np.random.default_rng(0)
    first = rng.normal(size=(90, 8))
    second = first + rng.normal(size=first.shape)
    long = [nearest(each, 89).indices for each in (first, second)]
    assert shared(*long, 5) == overlap(first, second, 5)


def test_few_items_have_no_interval_and_many_equal_ones_a_narrow_one():
    assert (needed(3), needed(10)) == (40, 90)
    items = np.random.default_rng(0).normal(size=(90, 4))
    assert overlap(items[:89], items[:89], k=10).share.low is None
    whole = overlap(items, items, k=10).share
    assert (whole.value, whole.high) == (1, 1)
    assert 0.9 < whole.low < 1, "ninety items prove no certainty"


def test_the_item_that_moved_is_the_most_changed():
    moved = CIRCLE.copy()
    moved[0] = -moved[0]
    found = overlap(CIRCLE, moved, k=2)
    assert found.changed[0] == 0
    assert found.shares[0] == 0
    assert found.shares[6] == 1


def test_different_items_are_refused():
    with pytest.raises(BadRequestError, match="4 and 3 items"):
        overlap(CIRCLE[:4], CIRCLE[:3])
    with pytest.raises(BadRequestError, match="at least 3"):
        overlap(CIRCLE[:2], CIRCLE[:2])


def test_k_is_lowered_below_everybody():
    assert overlap(CIRCLE[:4], CIRCLE[:4], k=10).k == 2


def models(rng: np.random.Generator, n: int, dimensions: int, noise: float, topics: bool):
    """Items as two models see them: one cloud, or eight topics."""
    items = rng.normal(size=(n, dimensions))
    if topics:
        items = np.random.default_rng(7).normal(size=(8, dimensions))[rng.integers(8, size=n)] * 1.5 + 0.6 * items
    return items, items + noise * rng.normal(size=items.shape)


def test_intervals_hold_what_such_items_share_in_93_to_97_of_100():
    """A small version of `tests/bench/overlap.py`, pooled over its settings."""
    held, alone = [], []
    for dimensions, noise, topics, (n, k) in product((4, 32), (0.1, 0.5, 2.0), (False, True), ((40, 1), (64, 5))):
        rng = np.random.default_rng([dimensions, int(noise * 10), topics, n])
        pairs = [models(rng, n, dimensions, noise, topics) for _ in range(30)]
        lists = [[nearest(each, reach(k)).indices for each in pair] for pair in pairs]
        found = [shared(*each, k) for each in lists]
        truth = np.mean([each.share.value for each in found])
        held += [each.share.low <= truth <= each.share.high for each in found]
        errors = [1.96 * np.std(each.shares) / math.sqrt(n) for each in found]
        alone += [abs(each.share.value - truth) <= error for each, error in zip(found, errors, strict=True)]
    assert len(held) == 720
    assert 0.93 - 0.016 <= np.mean(held) <= 0.97 + 0.012  # 2 times the deviation of 720 samples at those ends
    assert np.mean(alone) < 0.91, "as if shares were independent it would not do"


def test_strangers_share_what_chance_gives():
    rng = np.random.default_rng(0)
    found = [overlap(rng.normal(size=(100, 16)), rng.normal(size=(100, 24)), k=10) for _ in range(40)]
    assert np.mean([each.share.low <= each.chance <= each.share.high for each in found]) >= 0.9
