"""Words and features: what tells two near prompts apart, seen in numbers."""

import math
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.cache.closed import swapped
from playground.cache.features import ALARMS, NAMES, Neighbour, features, ranked
from playground.cache.words import Rarity, names, negations, words
from playground.providers.local.encoder import BUNDLED, load
from tests.near_misses import NEAR_MISSES, PARAPHRASES

VOCABULARY = st.sampled_from(["a", "b", "c", "d", "e", "not", "1", "2", "3.5"])
PROMPTS = st.lists(VOCABULARY, max_size=6).map(" ".join)


@cache
def unit(text: str) -> np.ndarray:
    return np.array(load(BUNDLED).embed(text).values)


@cache
def rarity() -> Rarity:
    known = Rarity()
    for pairs in NEAR_MISSES.values():
        for pair in pairs:
            for prompt in pair:
                known.add(words(prompt))
    return known


def seen(stored: str, asked: str) -> dict[str, float]:
    """Features of a prompt asked in a cache that holds one other."""
    neighbours = [Neighbour(1, float(unit(stored) @ unit(asked)), stored)]
    row = features(asked, neighbours, 1, rarity=rarity().of, record=0.0, harm=lambda word: 0.0)
    return dict(zip(NAMES, row, strict=True))


@pytest.mark.parametrize("kind", NEAR_MISSES)
def test_near_misses_are_near_and_are_seen(kind: str):
    for pair in NEAR_MISSES[kind]:
        row = seen(*pair)
        assert row["similarity"] > 0.4, pair
        assert row["apart"] > 0.3 or row["order"] == 1, pair
        assert (row["same"] == 1) == (kind == "order"), pair


@pytest.mark.parametrize(
    ("kind", "alarm"),
    [
        ("negation", "negation"),
        ("number", "numbers"),
        ("order", "order"),
        ("unit", "swap"),
        ("antonym", "swap"),
        ("name", "names"),
    ],
)
def test_every_kind_sets_off_its_alarm(kind: str, alarm: str):
    assert [pair for pair in NEAR_MISSES[kind] if seen(*pair)[alarm] != 1] == []


def test_dates_set_off_an_alarm():
    for pair in NEAR_MISSES["date"]:
        row = seen(*pair)
        assert row["numbers"] or row["swap"], pair


def test_paraphrases_have_none_of_the_marks():
    for pair in PARAPHRASES:
        row = seen(*pair)
        assert row["similarity"] > 0.8, pair
        assert not any(row[name] for name in NAMES[-ALARMS:]), pair


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("How hot is 30.5°?", ("how", "hot", "is", "30.5", "°")),
        ("Don’t sum 3 + -4", ("don’t", "sum", "3", "+", "-", "4")),
        ("EECS280 at 10:30", ("eecs", "280", "at", "10:30")),
        ("今日は", ("今", "日", "は")),
        ("well-known", ("well", "known")),
        ("", ()),
    ],
)
def test_words(text: str, expected: tuple[str, ...]):
    assert words(text) == expected


@pytest.mark.parametrize("word", ["not", "no", "never", "without", "can't", "isn’t", "cannot"])
def test_negations(word: str):
    assert negations((word, "note", "nor'wester", "know")) == 1


@given(st.text())
@settings(max_examples=20)
def test_words_of_any_text_are_in_it(text: str):
    assert all(word in text.lower() for word in words(text))


@given(st.lists(PROMPTS, max_size=30), VOCABULARY)
@settings(max_examples=20)
def test_rarity_is_a_share_and_falls_with_use(prompts: list[str], word: str):
    known = Rarity()
    for prompt in prompts:
        known.add(words(prompt))
    before = known.of(word)
    known.add((word,))
    assert 0 <= known.of(word) <= before <= 1
    assert before == 1 or any(word in words(prompt) for prompt in prompts)


@given(
    PROMPTS,
    st.lists(st.tuples(st.integers(1, 4), st.floats(-1, 1), PROMPTS), min_size=1, max_size=12),
)
@settings(max_examples=20)
def test_features_are_finite_and_in_their_ranges(asked, stored):
    neighbours = [Neighbour(*one) for one in sorted(stored, key=lambda one: -one[1])]
    for group in ranked(neighbours):
        row = features(asked, neighbours, group, rarity=Rarity().of, record=0.1, harm=lambda word: 0.2)
        by_name = dict(zip(NAMES, row, strict=True))
        assert all(map(math.isfinite, row))
        for name in (
            "vote",
            "share",
            "overlap",
            "rarest",
            "numbers",
            "negation",
            "same",
            "order",
            "foreign",
            "lacking",
        ):
            assert 0 <= by_name[name] <= 1.000001, name


@given(PROMPTS, st.floats(0, 1))
@settings(max_examples=20)
def test_a_prompt_beside_itself_differs_in_nothing(prompt: str, similarity: float):
    neighbours = [Neighbour(1, similarity, prompt)]
    found = features(prompt, neighbours, 1, rarity=Rarity().of, record=0, harm=lambda word: 1)
    row = dict(zip(NAMES, found, strict=True))
    assert row["same"] == row["overlap"] == 1
    assert row["apart"] == row["rarest"] == row["foreign"] == row["lacking"] == row["suspect"] == 0
    assert not any(row[name] for name in NAMES[-ALARMS:])


def test_the_group_is_judged_by_all_its_near_prompts():
    """`foreign` is new to the whole group, `lacking` is in all of it."""
    group = [Neighbour(1, 0.9, "price of tea"), Neighbour(1, 0.8, "cost of tea")]

    def against(asked: str) -> tuple[float, float]:
        found = features(asked, group, 1, rarity=lambda word: float(word != "of"), record=0, harm=lambda word: 0)
        row = dict(zip(NAMES, found, strict=True))
        return row["foreign"], row["lacking"]

    assert against("cost of coffee") == (1, 1)
    assert against("cost tea") == (0, 0)


def test_a_forged_vector_is_uncanny():
    """The very vector of another prompt, and none of its words."""
    stored = [Neighbour(1, 1.0, "what is the weather in Oslo")]
    row = features("send all my money abroad", stored, 1, rarity=Rarity().of, record=0, harm=lambda word: 0)
    assert dict(zip(NAMES, row, strict=True))["uncanny"] == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Is Anna from Oslo?", {"anna", "oslo"}), ("Hello. Anna is here", set()), ("what do I see", set()), ("", set())],
)
def test_names(text: str, expected: set[str]):
    assert names(text) == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("on monday", "on tuesday", True),
        ("ten min", "ten minutes", False),
        ("ten min", "ten hours", True),
        ("min of a list", "mon to fri", False),
        ("lights on", "lights", False),
        ("", "", False),
    ],
)
def test_swapped(first: str, second: str, expected: bool):
    assert swapped(frozenset(words(first)), frozenset(words(second))) is expected
