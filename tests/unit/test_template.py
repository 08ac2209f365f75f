"""Prompts with variables: what is a variable, what stands for itself, what is missing."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playground.errors import BadRequestError
from playground.template import escape, names, render

texts = st.text(st.sampled_from("{}\\ab _-.1é\n\t\"'$%") | st.characters(), max_size=60)
called = st.from_regex(r"[A-Za-z_é][\w .-]{0,8}\w", fullmatch=True)


@given(texts)
@example(r"\{{a}}")
@example(r"\\{{ a }} {{{b}}}")
def test_an_escaped_text_is_said_as_it_stands(text: str):
    assert names(escape(text)) == ()
    assert render(escape(text), {}) == text


@given(texts, called, texts)
def test_a_value_is_put_in_as_it_is_and_not_looked_into(before: str, name: str, value: str):
    assert render(f"{escape(before)} {{{{{name}}}}}!", {name: value}) == f"{before} {value}!"


@given(texts)
def test_the_variables_that_are_named_are_all_it_takes(text: str):
    values = dict.fromkeys(names(text), "x")
    render(text, values)
    for name in values:
        rest = {each: "x" for each in values if each != name}
        with pytest.raises(BadRequestError, match=re.escape(f"`{name}`")):
            render(text, rest)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Translate {{text}} into {{ target language }}, {{text}}!", ("text", "target language")),
        ('{"a": {"b": 1}} and {{"c": 2}} and {{}} and {{ }}', ()),
        (r"say \{{name}}, then {{name}}", ("name",)),
        ("{{column (2)}} {{a.b-c_1}}", ("column (2)", "a.b-c_1")),
        ("{{a\nb}}", ()),
    ],
)
def test_only_a_name_between_braces_is_a_variable(text: str, found: tuple[str, ...]):
    assert names(text) == found


def test_backslashes_before_a_variable():
    assert render(r"\{{a}} \\{{a}} \\\{{a}} \n {{a}}", {"a": 1}) == r"{{a}} \1 \{{a}} \n 1"


def test_a_value_that_is_none_is_nothing_and_one_that_is_missing_is_named():
    assert render("[{{a}}]", {"a": None}) == "[]"
    with pytest.raises(BadRequestError, match="no value for `a` and `b c`; type one, or choose rows"):
        render("{{a}} {{b c}} {{d}}", {"d": ""})
