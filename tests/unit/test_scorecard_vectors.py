"""Which of two embedding models finds what was expected, against hand counts."""

import math

import numpy as np
import pytest

from playground.errors import BadRequestError
from playground.scorecard.better import difference, more_queries, verdict
from playground.scorecard.estimate import Estimate
from playground.scorecard.retrieval import Retrieval, retrieval

CIRCLE = np.array([[math.cos(angle), math.sin(angle)] for angle in np.linspace(0, 3, 12)], np.float32)


def test_retrieval_by_hand():
    items = np.eye(4, dtype=np.float32)
    queries = np.array([[4, 3, 2, 1], [1, 2, 3, 4]], np.float32)
    found = retrieval(queries, items, [{1}, {0, 3}], k=2)
    assert found.ranks == [2, 1]
    assert found.scores["recall"] == [1, 1 / 2]
    assert found.scores["mrr"] == [1 / 2, 1]
    assert found.recall.value == pytest.approx((1 + 1 / 2) / 2)
    assert found.mrr.value == pytest.approx((1 / 2 + 1) / 2)
    ideal = 1 + 1 / math.log2(3)
    assert found.ndcg.value == pytest.approx((1 / math.log2(3) + 1 / ideal) / 2)


def test_what_is_expected_must_be_there():
    with pytest.raises(BadRequestError, match="query 1 expects no item"):
        retrieval(CIRCLE[:1], CIRCLE, [[]])
    with pytest.raises(BadRequestError, match="query 1 expects item 13; there are 12"):
        retrieval(CIRCLE[:1], CIRCLE, [[12]])
    with pytest.raises(BadRequestError, match="the queries have 3 dimensions and the items 2"):
        retrieval(np.eye(3), CIRCLE, [[0], [1], [2]])
    with pytest.raises(BadRequestError, match="2 queries and 1 list"):
        retrieval(CIRCLE[:2], CIRCLE, [[0]])


def scored(reciprocals):
    """A retrieval with these reciprocal ranks; of its measures only MRR matters here."""
    mean = Estimate(float(np.mean(reciprocals)), None, None, len(reciprocals))
    return Retrieval(mean, mean, mean, 10, [], {"recall": (), "mrr": reciprocals, "ndcg": ()})


def two_models(rng, queries, worse, alike):
    """Reciprocal ranks of two models that answer a share of queries alike; the second is `worse` on the others."""
    first = 1 / np.minimum(rng.geometric(0.5, queries), 40)
    second = np.where(rng.random(queries) < alike, first, 1 / np.minimum(rng.geometric(0.5 - worse, queries), 40))
    return first, second


@pytest.mark.parametrize("queries", [8, 20, 60])
@pytest.mark.parametrize("alike", [0.5, 0.8])
@pytest.mark.parametrize("worse", [0, 0.2])
def test_a_difference_s_interval_holds_it_and_its_sentence_is_seldom_wrong(queries, alike, worse):
    rng = np.random.default_rng(queries)
    truth = float(np.subtract(*two_models(rng, 300_000, worse, alike)).mean())
    found = [difference(*map(scored, two_models(rng, queries, worse, alike)), "mrr") for _ in range(1000)]
    assert np.mean([each.low <= truth <= each.high for each in found]) >= 0.94
    said = [verdict("A", "B", each, "MRR") for each in found]
    assert np.mean([each.startswith("B finds more") for each in said]) <= 0.025
    if not worse:
        assert np.mean([each.startswith("A finds more") for each in said]) <= 0.025


def test_a_clear_difference_is_seen_and_said():
    found = difference(scored([1.0] * 18 + [0.5] * 2), scored([0.2] * 20), "mrr")
    assert verdict("A", "B", found, "MRR") == (
        f"A finds more of what was expected than B: MRR is 0.75 higher (95% {found.low:.2f} to {found.high:.2f}, "
        "20 queries)."
    )
    turned = difference(scored([0.2] * 20), scored([1.0] * 18 + [0.5] * 2), "mrr")
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
    assert verdict("A", "B", turned, "MRR").startswith("B finds more of what was expected than A: MRR is 0.75 higher")


def test_what_cannot_be_told_about_models_says_what_would_help():
    few = difference(scored([1.0, 1.0]), scored([0.5, 1.0]), "mrr")
    assert verdict("A", "B", few, "MRR").endswith("at least 3 more queries would be needed.")
    open_ = difference(scored([1.0, 0.5, 1.0, 1.0, 0.5, 1.0]), scored([0.5, 1.0, 0.5, 0.5, 0.5, 0.5]), "mrr")
    assert verdict("A", "B", open_, "MRR").endswith(f"about {more_queries(open_)} more queries would.")
    same = difference(scored([1.0] * 30), scored([1.0] * 30), "mrr")
    assert same.low < 0 < same.high
    assert "they are too alike; MRR differs by 0.00" in verdict("A", "B", same, "MRR")
