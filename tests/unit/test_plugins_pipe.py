"""Messages between server and plugin: what is sent is what arrives, vectors too, and nonsense is refused."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.plugins.pipe import MOST, BrokenError, answered, parsed, receive, send

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
VECTOR = st.lists(NUMBERS, max_size=80)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | NUMBERS
    | st.text(st.characters(exclude_categories=["Cs"]))
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
)
RESULTS = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
    VALUES | VECTOR | st.lists(VECTOR, max_size=4),
    max_size=5,
)


@given(RESULTS)
def test_what_is_sent_arrives_as_json_would_have_it(result):
    found = parsed(answered(result))["result"]
    assert json.dumps(found) == json.dumps(json.loads(json.dumps(result)))


def test_vectors_are_sent_as_numbers():
    vectors = {"embeddings": [[n / 7 for n in range(384)] for _ in range(20)], "model": "m"}
    message = answered(vectors)
    assert len(message) < 20 * 384 * 8 + 300
    assert parsed(message)["result"] == vectors


@pytest.mark.parametrize("value", [[float("nan")] * 100, [1e308] * 99 + [float("inf")]])
def test_numbers_that_are_none_are_refused_on_the_way_out(value):
    with pytest.raises(ValueError, match="JSON compliant"):
        answered({"embedding": value})


def test_numbers_whose_sum_is_too_large_are_sent():
    assert parsed(answered({"embedding": [1e308] * 100}))["result"]["embedding"] == [1e308] * 100


VECTORS = answered({"embedding": [0.5] * 100})
NAN = bytes.fromhex("000000000000f87f")
BROKEN = {
    "no JSON": b"hello",
    "a list": b"[1]",
    "NaN": b'{"result":{"a":NaN}}',
    "deep": b"[" * 100_000,
    "no Unicode": b'{"a":"\xff"}',
    "too few numbers": VECTORS[:-8],
    "too many numbers": VECTORS + bytes(8),
    "half a number": VECTORS[:-1],
    "NaN among the numbers": VECTORS[:-8] + NAN,
    "no lengths": b'{"result":{}}\0' + bytes(8),
    "odd lengths": b'{"result":{},"floats":{"a":["x"]}}\0' + bytes(8),
    "a length below none": b'{"result":{},"floats":{"a":[-1,2]}}\0' + bytes(8),
    "nowhere to put them": b'{"floats":{"a":1}}\0' + bytes(8),
}


@pytest.mark.parametrize("message", BROKEN.values(), ids=BROKEN.keys())
def test_nonsense_is_refused_on_the_way_in(message):
    with pytest.raises(BrokenError):
        parsed(message)


def test_a_message_has_an_end_and_a_limit():
    stream = io.BytesIO()
    send(stream, b"one")
    send(stream, b"")
    stream.seek(0)
    assert [receive(stream) for _ in range(3)] == [b"one", b"", None]
    assert receive(io.BytesIO(b"\0\0\0\5cut")) is None
    for head in (b"\0\0", (MOST + 1).to_bytes(4, "big")):
        with pytest.raises(BrokenError):
            receive(io.BytesIO(head))
