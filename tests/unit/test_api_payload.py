"""Request bodies are strictly JSON: whatever comes in, it is a request or a clear 422."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from playground.api.payload import MAX_DEPTH, parse
from playground.contract import RawInferenceRequest
from playground.errors import ValidationError

GOOD = {"provider": "local", "model": "m", "inputs": {"text": "hi"}, "enable_semantic_cache": False}


def test_a_request_as_the_published_client_sends_it():
    request = parse(json.dumps(GOOD).encode())
    assert request == RawInferenceRequest(provider="local", model="m", inputs={"text": "hi"})


def test_unknown_keys_are_ignored():
    assert parse(json.dumps(GOOD | {"note": "from an MCP server"}).encode()).model == "m"


BAD = {
    "empty": (b"", "empty"),
    "blank": (b" \n", "empty"),
    "not json": (b"{inputs}", "not JSON"),
    "cut": (b'{"inputs": {"text": "hi"', "not JSON"),
    "two values": (b'{"inputs": {}} {"inputs": {}}', "not JSON"),
    "latin-1": ('{"inputs": {"text": "ä"}}'.encode("latin-1"), "UTF-8 at byte"),
    "utf-16": ('{"inputs": {}}'.encode("utf-16"), "UTF-8"),
    "NaN": (b'{"inputs": {"text": "a"}, "parameters": {"temperature": NaN}}', "NaN"),
    "Infinity": (b'{"inputs": {"text": "a"}, "cache_delta": Infinity}', "Infinity"),
    "-Infinity": (b'{"inputs": {"x": -Infinity}}', "-Infinity"),
    "1e999": (b'{"inputs": {"x": 1e999}}', "too large"),
    "digits": (b'{"inputs": {"x": ' + b"9" * 5000 + b"}}", "digits"),
    "same key twice": (b'{"inputs": {}, "inputs": {"text": "a"}}', "same key twice"),
    "same key twice, deep": (b'{"inputs": {"a": {"b": 1, "b": 2}}}', "same key twice"),
    "half a pair": (b'{"inputs": {"text": "\\ud83d"}}', "surrogate"),
    "half a pair in a key": (b'{"inputs": {"\\uDE00": "x"}}', "surrogate"),
    "deep": (b'{"inputs": ' + b'{"a":' * 70 + b"1" + b"}" * 70 + b"}", "inside each other"),
    "deep bomb": (b"[" * 500_000, "inside each other"),
    "deep bomb of objects": (b'{"a":' * 100_000, "inside each other"),
    "list": (b"[1]", "must be a JSON object; it is a list"),
    "text": (b'"hi"', "it is a text"),
    "null": (b"null", "it is null"),
    "no inputs": (b"{}", "`body.inputs`"),
    "inputs is a list": (b'{"inputs": []}', "`body.inputs`"),
    "provider is a number": (b'{"inputs": {}, "provider": 5}', "`body.provider`"),
    "delta over 1": (b'{"inputs": {}, "cache_delta": 1.5}', "`body.cache_delta`"),
}


@pytest.mark.parametrize(("body", "says"), BAD.values(), ids=BAD)
def test_what_is_wrong_is_said(body, says):
    with pytest.raises(ValidationError) as failure:
        parse(body)
    answer = failure.value.body()
    assert says in answer["error"]["message"]
    assert answer["detail"][0]["loc"][0] == "body"
    assert answer["error"]["details"]["validation_errors"][0]["message"] == answer["detail"][0]["msg"]


def test_what_was_sent_is_not_repeated():
    with pytest.raises(ValidationError) as failure:
        parse(b'{"inputs": "sk-this-is-a-secret", "provider": ["sk-another"]}')
    assert "sk-" not in json.dumps(failure.value.body())


def test_a_whole_surrogate_pair_is_a_character():
    assert parse(b'{"inputs": {"text": "\\ud83d\\ude00"}}').inputs == {"text": "\N{GRINNING FACE}"}


def test_as_deep_as_allowed():
    deep = b"[" * (MAX_DEPTH - 2) + b"]" * (MAX_DEPTH - 2)
    assert parse(b'{"inputs": {"a": ' + deep + b"}}").inputs["a"] is not None


@settings(deadline=None)
@given(some.binary(max_size=200))
def test_any_bytes(body):
    with pytest.raises(ValidationError):
        parse(body)


anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # the first example builds tables of characters
@given(some.dictionaries(some.sampled_from(sorted(RawInferenceRequest.model_fields)), anything))
def test_any_json_under_the_contracts_keys(value):
    try:
        request = parse(json.dumps(value).encode())
    except ValidationError as failure:
        json.dumps(failure.body(), allow_nan=False)
    else:
        assert request.inputs == value["inputs"]
