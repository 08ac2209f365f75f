"""Variants of a prompt: what each kind does to it, and what it leaves alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.ui.cache.variants import impossible, variants


def made(prompt: str) -> dict[str, str]:
    return {variant.kind: variant.text for variant in variants(prompt)}


@pytest.mark.parametrize(
    ("kind", "prompt", "text"),
    [
        ("negated", "When does the cache reuse an answer?", "When doesn't the cache reuse an answer?"),
        ("negated", "Can I pay by card?", "Can't I pay by card?"),
        ("negated", "Tell me a joke", "Do not tell me a joke"),
        ("negated", "Don't tell me a joke", "Do tell me a joke"),
        ("negated", "How can I not increase cost?", "How can I increase cost?"),
        ("number changed", "Is 2024 a leap year?", "Is 2025 a leap year?"),
        ("number changed", "Which is larger, 9.9 or 9.11?", "Which is larger, 9.8 or 9.11?"),
        ("antonym", "Which is larger?", "Which is smaller?"),
        ("antonym", "More or what?", "Less or what?"),
        ("unit or name changed", "Capital of France?", "Capital of Spain?"),
        ("unit or name changed", "5 kilometres in miles", "5 miles in kilometres"),
        ("reordered", "Translate English to French", "Translate French to English"),
        ("reordered", "What is machine learning?", "What is learning machine?"),
        ("asked politely", "What is TTFT?", "Could you tell me, please: what is TTFT?"),
        ("asked politely", "HTTP or not?", "Could you tell me, please: HTTP or not?"),
    ],
)
def test_each_kind_changes_what_it_says(kind: str, prompt: str, text: str) -> None:
    assert made(prompt)[kind] == text


def test_only_the_polite_one_keeps_the_meaning() -> None:
    assert [each.kind for each in variants("Is 5 more than 4?") if each.same] == ["asked politely"]


def test_what_a_prompt_has_nothing_for_is_named() -> None:
    assert impossible("Tell me a joke") == ["number changed", "antonym", "reordered", "unit or name changed"]
    assert impossible("Is the 2nd higher than 3 kilometres?") == []


@given(st.text())
def test_any_text_gives_different_variants(prompt: str) -> None:
    found = [each.text for each in variants(prompt)]
    assert len(found) == len(set(found))
    assert prompt not in found
