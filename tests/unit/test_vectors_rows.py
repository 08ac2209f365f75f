"""Rows become documents: columns are guessed, ids made, vectors read, and an error names the row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.errors import BadRequestError
from playground.texts import Table, lines, read
from playground.vectors.rows import Columns, guessed, parsed, rows

CSV = b"id,review,stars,mood\na1,The soup was cold.,1,bad\na2,Lovely staff and warm bread.,5,good\n,,,\n"
JSONL = (
    b'{"document_id": "x", "embedding": [0.6, 0.8], "lang": "de", "tags": ["a", "b"], "new": true, "size": {"w": 2}}\n'
    b'{"document_id": "y", "embedding": [1, -0.5e-1], "lang": "en"}\n'
)


def test_columns_are_guessed_by_name_and_by_what_they_hold():
    assert guessed(read("a.csv", CSV)) == Columns("review", "id", "", ("stars", "mood"))
    found = guessed(read("a.jsonl", JSONL))
    assert found == Columns("", "document_id", "embedding", ("lang", "tags", "new", "size"))
    assert guessed(lines("one\ntwo")) == Columns("text")


def test_a_column_of_ids_must_tell_the_rows_apart():
    assert guessed(Table({"id": ["1", "1"], "text": ["a", "b"]})).id == ""


def test_rows_of_a_csv_keep_their_numbers_and_values_and_blank_lines_are_left_out():
    table = read("a.csv", CSV)
    found = rows(table, guessed(table))
    assert [(row.number, row.id, row.text) for row in found] == [
        (1, "a1", "The soup was cold."),
        (2, "a2", "Lovely staff and warm bread."),
    ]
    assert found[0].payload == {"text": "The soup was cold.", "stars": 1, "mood": "bad"}
    assert found[0].vector is None


def test_json_lines_keep_lists_objects_and_truths():
    table = read("a.jsonl", JSONL)
    first, second = rows(table, Columns("", "document_id", "embedding", ("lang", "tags", "new", "size")))
    assert first.vector == (0.6, 0.8)
    assert first.payload == {"lang": "de", "tags": ["a", "b"], "new": True, "size": {"w": 2}}
    assert second.vector == (1.0, -0.05)
    assert second.payload == {"lang": "en"}


def test_the_same_row_twice_is_one_document_and_filled_again_it_is_the_same():
    table = lines("same\nother\nsame")
    first = rows(table, Columns("text"))
    assert [row.number for row in first] == [1, 2]
    assert [row.id for row in first] == [row.id for row in rows(table, Columns("text"))]
    assert first[0].id != first[1].id


@pytest.mark.parametrize(
    ("table", "columns", "said"),
    [
        (Table({"id": ["a", "a"], "t": ["x", "y"]}), Columns("t", "id"), r"row 2 has the id `a`, which row 1 has"),
        (Table({"id": ["a", None], "t": ["x", "y"]}), Columns("t", "id"), "row 2 has no id in the column `id`"),
        (Table({"v": ["[1, 2]", "[1, 2, 3]"]}), Columns(vector="v"), "row 2 has a vector of 3 numbers and 2 are"),
        (Table({"v": ["1 2", "1 x"]}), Columns(vector="v"), "row 2: the vector cannot be read; `x` is no number"),
        (Table({"v": ["1 nan"]}), Columns(vector="v"), "row 1: .*`nan` is no number"),
        (Table({"t": [None, "  "]}), Columns("t"), "nothing to put in"),
        (Table({"t": ["x"]}), Columns(), "no column is chosen"),
    ],
)
def test_an_error_names_the_row(table: Table, columns: Columns, said: str):
    with pytest.raises(BadRequestError, match=said):
        rows(table, columns)


def test_vectors_must_have_the_dimension_of_the_index():
    with pytest.raises(BadRequestError, match="row 1 has a vector of 2 numbers and 3 are expected"):
        rows(Table({"v": ["1 2"]}), Columns(vector="v"), dimension=3)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1), st.sampled_from([", ", " ", "\n", ";"]))
def test_a_pasted_vector_is_read_however_its_numbers_are_parted(numbers: list[float], between: str):
    assert list(parsed(between.join(map(repr, numbers)))) == numbers
    assert list(parsed(repr(numbers))) == numbers
