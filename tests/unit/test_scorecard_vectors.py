"""Two embedding models on the same items: shared neighbours and what was found, against hand counts."""

import math

import numpy as np
import pytest

from playground.errors import BadRequestError
from playground.scorecard.overlap import overlap
from playground.scorecard.retrieval import retrieval

CIRCLE = np.array([[math.cos(angle), math.sin(angle)] for angle in np.linspace(0, 3, 12)], np.float32)


def test_the_same_space_is_shared_wholly():
    found = overlap(CIRCLE, CIRCLE @ np.array([[0.6, -0.8], [0.8, 0.6]], np.float32), k=3)
    assert found.share.value == 1
    assert found.share.low < 1  # twelve items prove no certainty
    assert found.chance == pytest.approx(3 / 11)


def test_strangers_share_what_chance_gives():
    rng = np.random.default_rng(0)
    found = [overlap(rng.normal(size=(150, 16)), rng.normal(size=(150, 24)), k=10) for _ in range(40)]
    assert np.mean([each.share.low <= each.chance <= each.share.high for each in found]) >= 0.9


def test_what_relatives_share_lies_in_the_interval():
    rng = np.random.default_rng(0)
    items = [rng.normal(size=(60, 16)) for _ in range(80)]
    found = [overlap(each, each + rng.normal(size=each.shape), k=10).share for each in items]
    truth = np.mean([each.value for each in found])
    assert np.mean([each.low <= truth <= each.high for each in found]) >= 0.86
    assert found[0].low > 9 / 59


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


def test_retrieval_by_hand():
    items = np.eye(4, dtype=np.float32)
    queries = np.array([[4, 3, 2, 1], [1, 2, 3, 4]], np.float32)
    found = retrieval(queries, items, [{1}, {0, 3}], k=2)
    assert found.ranks == [2, 1]
    assert found.recall.value == pytest.approx((1 + 1 / 2) / 2)
    assert found.mrr.value == pytest.approx((1 / 2 + 1) / 2)
    ideal = 1 + 1 / math.log2(3)
    assert found.ndcg.value == pytest.approx((1 / math.log2(3) + 1 / ideal) / 2)


def test_what_is_expected_must_be_there():
    with pytest.raises(BadRequestError, match="query 1 expects no item"):
        retrieval(CIRCLE[:1], CIRCLE, [[]])
    with pytest.raises(BadRequestError, match="query 1 expects item 13; there are 12"):
        retrieval(CIRCLE[:1], CIRCLE, [[12]])
    with pytest.raises(BadRequestError, match="2 queries and 1 list"):
        retrieval(CIRCLE[:2], CIRCLE, [[0]])
