"""Pasted lines, CSV and JSON Lines become tables; what cannot be read says where and why."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import samples
from playground.errors import BadRequestError
from playground.texts import LIMIT, Table, lines, read

CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)


def test_lines_are_texts_and_blank_ones_are_not():
    assert lines("one\n\n  two  \r\nthree").columns == {"text": ["one", "two", "three"]}


def test_a_file_has_columns_of_text_and_of_numbers():
    table = read("r.csv", b'id,review,stars,price\n1,Good,5,2.50\n2,"Bad, really",,3\n\n')
    assert table.columns == {"id": [1, 2], "review": ["Good", "Bad, really"], "stars": [5, None], "price": [2.5, 3]}
    assert [table.kind(name) for name in table.columns] == ["number", "text", "number", "number"]
    assert table.likely_text() == "review"
    assert len(table) == 2


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_out(separator):
    data = f"a{separator}b\nx{separator}y\n".encode()
    assert read("t.csv", data).columns == {"a": ["x"], "b": ["y"]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_spreadsheets_are_read(encoding):
    assert read("t.csv", "text,topic\nCafé für Käse,é\n".encode(encoding)).columns["text"] == ["Café für Käse"]


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8))
def test_whatever_a_csv_writer_wrote_comes_back(cells):
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("first", "x,second"), *cells])
    kept = [pair for pair in cells if any(map(str.strip, pair))]
    if not kept:
        return
    table = read("t.csv", out.getvalue().encode())
    assert list(table.columns) == ["first", "x,second"]
    for place, name in enumerate(table.columns):
        if table.kind(name) == "text":
            assert [value or "" for value in table.columns[name]] == [pair[place].strip() for pair in kept]


def test_names_are_unique_and_short_rows_are_filled():
    table = read("t.csv", b"a,,a,b\n1,x,y\n2,z,w,v\n")
    assert table.columns == {"a": [1, 2], "column 2": ["x", "z"], "a (3)": ["y", "w"], "b": [None, "v"]}
    assert read("t.csv", b"a,b\nx\n").columns == {"a": ["x"], "b": [None]}


def test_words_that_float_would_read_are_text():
    assert read("t.csv", b"t\nnan\n1_000\n").columns["t"] == ["nan", "1_000"]
    assert read("t.csv", b"t\ninf\n-Infinity\n").kind("t") == "text"


def test_json_lines_are_objects_or_strings():
    data = b'{"text": "One", "n": 1, "tags": ["a"], "ok": true}\n\n"Two"\n'
    assert read("t.jsonl", data).columns == {
        "text": ["One", "Two"],
        "n": [1, None],
        "tags": ['["a"]', None],
        "ok": ["true", None],
    }


def test_json_lines_end_at_line_feeds_only_and_no_number_is_infinite():
    data = '{"text": "a\u2028b", "n": NaN}\r\n{"text": "c", "n": 1e999}\n'.encode()
    assert read("t.jsonl", data).columns == {"text": ["a\u2028b", "c"], "n": [None, None]}


@given(st.lists(st.dictionaries(st.sampled_from("abc"), CELL | st.integers() | st.none(), min_size=1), min_size=1))
def test_whatever_json_wrote_comes_back(found):
    table = read("t.ndjson", "\n".join(map(json.dumps, found)).encode())
    for row, each in enumerate(found):
        assert all(table.columns[name][row] == each.get(name) for name in table.columns)


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("t.csv", b"", "no rows below its first line"),
        ("t.csv", b"text,topic\n", "no rows below its first line"),
        ("t.csv", b"text\na,b\n", "line 2 has 2 cells and the first line names 1 columns"),
        ("t.csv", b'a,b\n"open,b\n', "line 2 cannot be read as CSV"),
        ("t.jsonl", b"\n", "one object per line"),
        ("t.jsonl", b'{"a": 1}\n{"a": \n', "line 2 is not JSON: Expecting value at column 7"),
        ("t.jsonl", b"[1]\n", "line 1 is not an object or a string"),
        ("t.txt", b" \n", "write at least one line"),
        ("t.xlsx", b"PK", r"`t.xlsx` is not a kind that can be read; use one of \.csv"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(name, data, said):
    with pytest.raises(BadRequestError, match=said):
        read(name, data)


def test_a_file_without_text_says_what_its_columns_are():
    with pytest.raises(BadRequestError, match=r"no column holds text.*`id`, `price`"):
        read("t.csv", b"id,price\n1,2\n").likely_text()


def test_a_column_named_text_wins_over_longer_ones():
    table = read("t.csv", b"url,Text\nhttps://example.org/a/very/long/address,Hi\n")
    assert table.likely_text() == "Text"


def test_rows_without_text_are_left_out_and_numbers_can_be_texts():
    table = Table({"t": ["a", None, "  ", 7], "k": [1, 2, 3, 4]}).filled("t")
    assert table.columns == {"t": ["a", "7"], "k": [1, 4]}


def test_a_sample_is_the_same_each_time_and_keeps_the_order():
    table = Table({"n": range(LIMIT + 500)})
    sample = table.sample()
    assert len(sample) == LIMIT
    assert sample == sorted(set(sample))
    assert sample == table.sample()
    assert list(Table({"n": [3, 1]}).sample()) == [0, 1]


def test_the_first_sample_has_eight_topics_of_twelve():
    topics = samples.texts(samples.SAMPLES[0]).columns["topic"]
    assert {topic: topics.count(topic) for topic in topics} == dict.fromkeys(topics, 12)
    assert len(set(topics)) == 8


@pytest.mark.parametrize("sample", samples.SAMPLES, ids=lambda sample: sample.file)
def test_samples_are_as_their_cards_say(sample):
    table = samples.texts(sample)
    assert sample.line.startswith(f"{len(table)} sentences")
    assert len(set(table.columns["text"])) == len(table)
    assert table.likely_text() == "text"
    assert None not in table.columns[sample.colour]
