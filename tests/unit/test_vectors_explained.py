"""Why a document stands where it stands, in words with the numbers of the fusion."""

import pytest

from playground.vectors.explained import brief, closeness, sentence, similarity, worth
from playground.vectors.fusion import Ranking, fused

TEXT = Ranking(0, "text", 1.0, [("a", 0.81), ("b", 0.5), ("c", 0.1)])
IMAGE = Ranking(1, "image", 0.5, [("b", 0.25), ("a", 0.2)])
METRICS = {"text": "cosine", "image": "euclidean"}


def said(rankings, strategy="rrf", say=sentence):
    places = fused(rankings, strategy, 10)
    return [say(place, rank, METRICS, places[0].score) for rank, place in enumerate(places, 1)]


def test_one_search_alone_is_explained_by_its_similarity():
    assert said([TEXT]) == [
        "1st place: cosine 0.810, very close; nothing is nearer.",
        "2nd place: cosine 0.500, related; 0.310 behind the first.",
        "3rd place: cosine 0.100, hardly related; 0.710 behind the first.",
    ]
    assert said([IMAGE])[1] == "2nd place: distance 4.000; 0.050 behind the first."


def test_beside_rank_and_score_they_are_not_said_again():
    assert said([TEXT], say=brief)[:2] == ["Very close, nothing is nearer.", "Related, 0.310 behind the first."]
    assert said([IMAGE], say=brief)[1] == "0.050 behind the first."
    assert said([TEXT, IMAGE], say=brief)[2].startswith("3rd in `text` (cosine 0.100) gives 0.0159")


def test_several_searches_are_explained_by_what_each_rank_was_worth():
    first, second, third = said([TEXT, IMAGE])
    assert first == (
        "1st place: 1st in `text` (cosine 0.810) gives 0.0164, 2nd in `image` (distance 4.000) gives 0.0081; "
        "together 0.0245."
    )
    assert second.startswith("2nd place: 2nd in `text` (cosine 0.500) gives 0.0161, 1st in `image`")
    assert third == "3rd place: 3rd in `text` (cosine 0.100) gives 0.0159, the only search that found it."


@pytest.mark.parametrize(
    ("strategy", "formula"),
    [
        ("rrf", "0.5 / (60 + 1) = 0.0082"),
        ("weighted", "0.5 × 0.250 = 0.1250"),
        ("max", "the best of its scores: 0.2500"),
        ("dbsf", "0.5 × its place within 3 standard deviations = 0.3333"),
    ],
)
def test_a_contribution_has_its_formula(strategy, formula):
    place = next(place for place in fused([TEXT, IMAGE], strategy, 10) if place.id == "b")
    assert worth(place.shares[1], strategy) == formula


def test_metrics_have_their_own_terms():
    assert similarity(1.0, "euclidean") == "distance 0.000"
    assert similarity(12.3456, "dot") == "dot product 12.346"
    assert closeness(-0.3) == "hardly related"
    assert closeness(1.0) == "the same"
