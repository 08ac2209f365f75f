"""The fields of payloads are found by what they hold, and what a form says becomes a filter that the store reads."""

import pytest

from playground.vectors import filter as filters
from playground.vectors.fields import FEW, Field, condition, fields, joined, unsaid

PAYLOADS = [
    {"text": "The first of all the texts", "topic": "Space", "year": 1999, "new": True, "of": {"lang": "de"}},
    {"text": "The second of the texts", "topic": "Sport", "year": 2001.5, "new": False, "of": {"lang": "en"}},
    {"text": "The third", "topic": "Sport", "tags": ["a", "b"], "of": {"lang": "de"}, "gone": None, "odd": 1},
    {"text": "The fourth", "tags": ["a"], "odd": "one"},
]


def test_fields_are_told_apart_by_what_they_hold():
    assert {field.path: field for field in fields(PAYLOADS)} == {
        "text": Field("text", "words"),
        "topic": Field("topic", "choice", ("Sport", "Space")),
        "year": Field("year", "number", low=1999.0, high=2001.5),
        "new": Field("new", "truth"),
        "of.lang": Field("of.lang", "choice", ("de", "en")),
        "tags": Field("tags", "choice", ("a", "b")),
        "odd": Field("odd", "words"),
    }


def test_many_different_texts_are_searched_not_listed():
    many = [{"name": f"name {number // 2}"} for number in range(2 * FEW + 2)]
    assert [field.kind for field in fields(many)] == ["words"]


@pytest.mark.parametrize(
    ("kind", "said", "found"),
    [
        ("choice", ["a"], {"field": "f", "operator": "eq", "value": "a"}),
        ("choice", ["a", "b"], {"field": "f", "operator": "in", "value": ["a", "b"]}),
        ("choice", [], None),
        ("number", (1, None), {"field": "f", "operator": "gte", "value": 1}),
        ("number", (None, None), None),
        (
            "number",
            (0, 2.5),
            {"AND": [{"field": "f", "operator": "gte", "value": 0}, {"field": "f", "operator": "lte", "value": 2.5}]},
        ),
        ("truth", False, {"field": "f", "operator": "eq", "value": False}),
        ("truth", None, None),
        ("words", " cold ", {"field": "f", "operator": "text", "value": "cold"}),
        ("words", " ", None),
    ],
)
def test_what_a_form_says_is_a_condition(kind, said, found):
    assert condition(Field("f", kind), said) == found
    if found is not None:
        assert filters.read(joined([found])) is not None


def test_a_filter_goes_back_into_the_form_and_what_has_no_place_there_is_kept():
    form = fields(PAYLOADS)
    said = {"topic": ["Sport", "Space"], "year": (1990, None), "new": True, "text": "first", "of.lang": ["de"]}
    other = {"field": "topic", "operator": "ne", "value": "Sport"}
    conditions = [condition(field, said[field.path]) for field in form if field.path in said]
    assert unsaid(form, joined([*conditions, other])) == (said, [other])
    both = condition(Field("year", "number"), (1990, 2000))
    assert unsaid(form, joined([both])) == ({"year": (1990, 2000)}, [])
    assert unsaid(form, {"OR": [other]}) == ({}, [{"OR": [other]}])
    assert unsaid(form, None) == ({}, [])


def test_no_conditions_are_no_filter():
    assert joined([]) is None
