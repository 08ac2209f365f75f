"""Queries and what they expect: from lines, JSON Lines and tables, and which items are meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import BadRequestError
from playground.pairs import Pair, of_table, places, typed, written
from playground.texts import Table

ITEMS = ["The train was late.", "I forgot my password.", "A soup of beans", "A soup of peas", "I forgot my password."]


@pytest.mark.parametrize(
    "text",
    [
        "late trains => 1\n\n soup=>3 | 4\nlate trains -> 2",
        "late trains\t1\nsoup → 3 | 4\nlate trains\t2",
        '{"query": "late trains", "expected": [1, 2]}\n{"query": "soup", "expected": "3 | 4"}',
        "query,expected\nlate trains,1\nlate trains,2\nsoup,3 | 4",
        "Expected;Query\n1;late trains\n2;late trains\n3 | 4;soup",
    ],
)
def test_pairs_come_in_many_forms(text):
    assert typed(text) == [Pair("late trains", ("1", "2")), Pair("soup", ("3 | 4",))]
    assert places(typed(text), ITEMS) == [[0, 1], [2, 3]]


def test_columns_without_known_names_are_taken_in_order():
    assert of_table(Table({"was": ["late"], "soll": [1]})) == [Pair("late", ("1",))]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (" \n", "there is no pair yet"),
        ("a => 1\nno arrow", "line 2 has no `=>`"),
        ("=> 1", "line 1 has no `=>`"),
        ('{"query": "late", "expected": []}', "pair 1 lacks its expected item"),
        ('{"expected": "1", "query": ""}', "pair 1 lacks its query"),
        ('{"query": "late"}', "needs? two columns"),
    ],
)
def test_what_is_no_pair_says_why(text, sentence):
    with pytest.raises(BadRequestError, match=sentence):
        typed(text)


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        ("the  TRAIN was late.", [0]),
        ("I forgot my password.", [1, 4]),
        ("#3", [2]),
        ("the tr", [0]),
        ("I forg", [1, 4]),
        ("a soup of peas | 1", [0, 3]),
        ("K-7", [2]),
    ],
)
def test_an_item_is_meant_in_many_ways(name, rows):
    assert places([Pair("x", (name,))], ITEMS, ["K-5", "K-6", "K-7", None, "K-9"]) == [rows]


def test_a_text_is_meant_before_a_number_and_an_id_too():
    assert places([Pair("x", ("2",))], ["2", "1"]) == [[0]]
    assert places([Pair("x", ("2",))], ["a", "b", "c"], [2, 3, 1]) == [[0]]


@pytest.mark.parametrize("name", ["A soup", "0", "6", "no such item", "th"])
def test_what_means_none_or_several_is_refused(name):
    with pytest.raises(BadRequestError, match=r"the query `x` expects `.*`, and that is none of the 5 items"):
        places([Pair("x", (name,))], ITEMS)


WORDS = st.text(min_size=1, max_size=12).map(lambda text: " ".join(text.split())).filter(bool)


@given(st.dictionaries(WORDS, WORDS, min_size=1, max_size=4))
def test_written_pairs_are_read_again(given):
    pairs = [Pair(query, (wanted,)) for query, wanted in given.items()]
    assert typed(written(pairs)) == pairs
