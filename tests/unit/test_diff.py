"""Alignment of two texts: nothing is lost, nothing is edited more than it must be."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playground.diff import Pair, align, counts, joined, stretches

TOKENS = st.lists(st.sampled_from(["a", "b", "c", "B", "naïve", "東", "👩‍👩‍👧"]), max_size=12)


def distance(before: list[str], after: list[str]) -> int:
    """Levenshtein by the book (Wagner and Fischer, 1974): the whole table."""
    table = [[max(i, j) if not i or not j else 0 for j in range(len(after) + 1)] for i in range(len(before) + 1)]
    for i, left in enumerate(before, 1):
        for j, right in enumerate(after, 1):
            table[i][j] = min(
                table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (0 if left == right else 1)
            )
    return table[-1][-1]


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("the cat sat", "the cat sat", [("same", "the", "the"), ("same", "cat", "cat"), ("same", "sat", "sat")]),
        ("the cat sat", "the bat sat", [("same", "the", "the"), ("changed", "cat", "bat"), ("same", "sat", "sat")]),
        ("the cat", "cat", [("removed", "the", ""), ("same", "cat", "cat")]),
        ("cat", "the cat", [("added", "", "the"), ("same", "cat", "cat")]),
        ("", "a b", [("added", "", "a"), ("added", "", "b")]),
        ("a b", "", [("removed", "a", ""), ("removed", "b", "")]),
        ("", "", []),
    ],
)
def test_examples(before, after, found):
    assert align(before.split(), after.split()) == [Pair(*each) for each in found]


def test_tokens_are_compared_by_their_key_and_shown_as_they_are():
    assert align(["Hello,", "You"], ["hello", "there"], str.lower)[1:] == [Pair("changed", "You", "there")]
    assert align(["Hello"], ["hello"], str.lower) == [Pair("same", "Hello", "hello")]
    assert align(["Hello"], ["hello"]) == [Pair("changed", "Hello", "hello")]


@example(["a"] * 3, ["b", "a"])
@given(TOKENS, TOKENS)
def test_both_sides_are_whole_and_no_alignment_has_fewer_edits(before, after):
    pairs = align(before, after)
    assert [pair.before for pair in pairs if pair.kind != "added"] == before
    assert [pair.after for pair in pairs if pair.kind != "removed"] == after
    assert all((pair.kind == "same") == (pair.before == pair.after) for pair in pairs)
    found = counts(pairs)
    assert found["changed"] + found["removed"] + found["added"] == distance(before, after)


@given(TOKENS, TOKENS)
def test_stretches_are_joined(before, after):
    pairs = align(before, after)
    short = joined(pairs)
    assert " ".join(pair.after for pair in short if pair.after).split() == [p.after for p in pairs if p.after]
    assert [pair for pair in short if pair.kind != "same"] == [pair for pair in pairs if pair.kind != "same"]
    assert all({left.kind, right.kind} != {"same"} for left, right in itertools.pairwise(short))


@given(TOKENS, TOKENS)
def test_stretches_of_every_kind_are_joined(before, after):
    short = stretches(align(before, after))
    assert " ".join(pair.before for pair in short if pair.before).split() == before
    assert " ".join(pair.after for pair in short if pair.after).split() == after
    assert all(left.kind != right.kind for left, right in itertools.pairwise(short))
    assert all((pair.after == "") == (pair.kind == "removed") for pair in short)


def test_a_long_text_takes_no_table():
    """Twenty thousand words; a table of all pairs would be 400 million cells."""
    before = [f"word{number % 997}" for number in range(20_000)]
    after = [*before[:7_000], "new", *before[7_003:]]
    found = counts(align(before, after))
    assert (found["same"], found["changed"] + found["removed"] + found["added"]) == (19_997, 3)
