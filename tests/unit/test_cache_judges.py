"""Judges of two answers: who is asked in turn, and that a near miss is not taken for the same."""

import pytest

from playground.cache.embedder import bundled
from playground.cache.judges import DEFAULT, Case, Opinion, checked, equal, judge, similar
from playground.errors import BadRequestError, ProviderError

READ = bundled().read


def silent(model: str, question: str) -> Opinion:
    raise ProviderError("the judge is ill")


def says(text: str):
    return lambda model, question: Opinion(text, "run_1", 0.5)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Paris", "paris."), ('"Paris"', " Paris\n"), ("**Yes**", "yes"), ('{"a": 1, "b": 2}', '{"b":2,"a":1}')],
)
def test_the_same_but_for_case_blanks_and_marks_is_equal(one: str, other: str):
    assert equal(one, other) is True


@pytest.mark.parametrize(
    ("one", "other"), [("Paris", "Rome"), ("1", "-1"), ("a*b", "a/b"), ("yes", "no"), ("{}", "[]")]
)
def test_what_differs_is_not_called_equal_nor_different(one: str, other: str):
    assert equal(one, other) is None


NEAR_MISSES = [
    ("The answer is 42.", "The answer is 43."),
    ("The meeting is on 3 May at 10:30.", "The meeting is on 3 May at 11:30."),
    ("You can delete the file safely.", "You can not delete the file safely."),
    ("It takes 5 kilometres.", "It takes 50 kilometres."),
    ("Yes, it is supported.", "No, it isn't supported."),
    ("The shop opens on Monday.", "The shop opens on Tuesday."),
    ("Turn the valve to the left to open it.", "Turn the valve to the right to open it."),
    ("Mix two parts flour with one part water.", "Mix one part flour with two parts water."),
    ("Rome defeated Carthage.", "Carthage defeated Rome."),
]


@pytest.mark.parametrize(("one", "other"), NEAR_MISSES)
def test_what_tells_keeps_answers_from_being_called_similar(one: str, other: str):
    assert similar(one, other, READ).right is not True


def test_answers_about_something_else_are_different():
    found = similar("The capital of France is Paris.", "Photosynthesis turns light into sugar.", READ)
    assert found.right is False
    assert found.similarity < 0.5


def test_answers_in_nearly_the_same_words_are_the_same():
    assert similar("The capital of France is Paris.", "Paris is the capital of France.", READ).right is True


def test_a_long_text_that_was_not_read_to_its_end_is_not_called_the_same():
    text = "The quick brown fox jumps over the lazy dog. " * 100
    assert similar(text + "Yes", text + "Never", READ).right is None


@pytest.mark.parametrize(
    ("said", "right"), [("YES", True), ("No.", False), ("**yes**", True), ("yes and no", None), ("", None)]
)
def test_a_model_has_the_word_where_the_others_have_none(said: str, right: bool | None):
    case = Case("Which capital?", "The capital is Paris.", "The capital is Rome.")
    verdict = judge((*DEFAULT, "box/m"), case, READ, says(said))
    assert (verdict.right, verdict.by, verdict.cost) == (right, "box/m", 0.5)
    assert 0.5 < verdict.similarity < 0.95


def test_a_judge_that_fails_has_no_opinion():
    verdict = judge(("box/m",), Case("q", "a", "b"), READ, silent)
    assert (verdict.right, verdict.note) == (None, "the judge is ill")


def test_a_model_is_not_asked_what_the_texts_tell():
    assert judge((*DEFAULT, "box/m"), Case("q", "Paris", "paris"), READ, silent).by == "equal"


def test_without_judges_nobody_knows():
    assert judge((), Case("q", "Paris", "paris"), READ, silent).right is None


def test_a_chain_is_checked():
    assert checked(["equal", " box/a:b "]) == ("equal", "box/a:b")
    for wrong in ("equal", ["nonsense"], None):
        with pytest.raises(BadRequestError):
            checked(wrong)
