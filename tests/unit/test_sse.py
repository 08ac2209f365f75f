"""Server-sent events: every end of line, every cut, nothing lost and nothing skipped."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.sse import UnreadableEventError, events, parse
from playground.wire import Event


def read(*pieces: bytes) -> list[Event]:
    return list(events(pieces))


STREAM = (
    ": OPENROUTER PROCESSING\n\n"
    'data: {"text": "Zürich 🏔"}\n\n'
    'event: content_block_delta\ndata: {"text": "é"}\n\n'
    "event: ping\n\n"
    'data: {"text":\ndata:  "two lines"}\n\n'
    'id: 7\nretry: 10\nunknown\ndata:{"text": "no blank"}\n\n'
    "data: [DONE]\n\n"
).encode()
LINES = STREAM.count(b"\n")
MEANT = [
    Event("", {"text": "Zürich 🏔"}),
    Event("content_block_delta", {"text": "é"}),
    Event("", {"text": "two lines"}),
    Event("", {"text": "no blank"}),
    Event("", None, done=True),
]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_end_of_line(end):
    assert read(STREAM.replace(b"\n", end)) == MEANT


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_byte_by_byte(end):
    data = STREAM.replace(b"\n", end)
    assert read(*(data[i : i + 1] for i in range(len(data)))) == MEANT


@given(
    cuts=st.lists(st.integers(0, len(STREAM) * 2), max_size=12),
    ends=st.lists(st.sampled_from([b"\n", b"\r\n", b"\r"]), min_size=LINES, max_size=LINES),
)
def test_any_cut_and_any_mix_of_line_ends(cuts, ends):
    lines = STREAM.split(b"\n")[:-1]
    # A `\r` before an empty `\n` line would be one end of line instead of two: such a mix means something else.
    if any(a == b"\r" and b == b"\n" for a, b in pairwise(ends)):
        ends = [b"\r\n"] * len(ends)
    data = b"".join(line + end for line, end in zip(lines, ends, strict=True))
    places = sorted({0, *(cut for cut in cuts if cut < len(data)), len(data)})
    assert read(*(data[a:b] for a, b in pairwise(places))) == MEANT


def test_an_event_is_there_as_soon_as_its_blank_line_is():
    taken = []

    def pieces():
        yield b'data: {"a": 1}\r\n\r'
        taken.append("asked for more")
        yield b'\ndata: {"a": 2}\r\n\r\n'

    stream = events(pieces())
    assert next(stream).data == {"a": 1}
    assert taken == []
    assert next(stream).data == {"a": 2}
    assert list(stream) == []


def test_the_last_event_needs_no_blank_line():
    assert read(b'data: {"a": 1}') == [Event("", {"a": 1})]
    assert read(b'data: {"a": 1}\n') == [Event("", {"a": 1})]


def test_a_byte_order_mark_is_no_text():
    assert read(b"\xef", b'\xbb\xbfdata: {"a": 1}\n\n') == [Event("", {"a": 1})]


def test_values_that_are_no_objects():
    assert [event.data for event in read(b"data: [1]\n\ndata: 2\n\ndata: null\n\n")] == [[1], 2, None]


def test_an_empty_stream_has_no_events():
    assert read() == read(b"") == read(b"\n\n\n\n") == read(b": only a comment\n\n") == read(b"data:\n\n") == []


def test_a_broken_event_is_never_skipped():
    stream = events([b'data: {"a": 1}\n\ndata: {broken}\n\ndata: {"a": 2}\n\n'])
    assert next(stream).data == {"a": 1}
    with pytest.raises(UnreadableEventError) as caught:
        next(stream)
    assert (caught.value.data, caught.value.cut) == (b"{broken}", False)


def test_a_stream_that_ends_inside_an_event_says_so():
    with pytest.raises(UnreadableEventError) as caught:
        read(b'data: {"a": 1}\n\ndata: {"a": "cu')
    assert caught.value.cut


def test_the_error_field_of_llama_cpp():
    assert read(b'error: {"code": 500}\n\n') == [Event("error", {"code": 500})]


def test_halves_of_surrogate_pairs_come_through():
    first, second = read(b'data: {"t": "\\ud83d"}\n\ndata: {"t": "\\ude00"}\n\n')
    assert (first.data["t"] + second.data["t"]).encode("utf-16", "surrogatepass").decode("utf-16") == "😀"


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_json_is_read_back(value):
    assert parse(json.dumps(value).encode()) == value
    assert read(b"data: " + json.dumps([value]).encode() + b"\n\n") == [Event("", [value])]


def test_a_huge_event_in_small_pieces():
    data = b'data: {"a": "' + b"x" * 4_000_000 + b'"}\n\n'
    (event,) = read(*(data[i : i + 4096] for i in range(0, len(data), 4096)))
    assert len(event.data["a"]) == 4_000_000
