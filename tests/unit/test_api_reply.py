"""What leaves is JSON: no NaN, no half characters; events are asked for by `Accept`."""

import json

import pytest

from playground.api.faults import response
from playground.api.inference import wants_events
from playground.api.reply import encode
from playground.contract import RawInferenceResponse
from playground.errors import BadRequestError, InferenceServiceUnavailableError, TooManyRequestsError


def test_numbers_that_json_lacks_become_null():
    answer = RawInferenceResponse(
        data={"embedding": [0.5, float("nan"), float("inf")]}, provider="p", model="m", latency_ms=1
    )
    assert json.loads(encode(answer))["data"] == {"embedding": [0.5, None, None]}


def test_half_a_surrogate_pair_does_not_fail_the_answer():
    text = encode({"text": "\ud83d", "number": float("nan")})
    assert json.loads(text) == {"text": "\ud83d", "number": None}


@pytest.mark.parametrize(
    ("accept", "events"),
    [
        ("text/event-stream", True),
        ("TEXT/Event-Stream; charset=utf-8", True),
        ("text/event-stream, application/json", True),
        ("application/json, text/event-stream", False),
        ("application/json;q=0.5, text/event-stream", True),
        ("text/event-stream;q=0.1, */*", False),
        ("text/event-stream;q=0", False),
        ("*/*", False),
        ("application/json", False),
        ("", False),
        (";;;,,q=", False),
    ],
)
def test_who_wants_events(accept, events):
    assert wants_events(accept) is events


@pytest.mark.parametrize(("wait", "header"), [(None, "1"), (0, "1"), (0.2, "1"), (2.1, "3")])
def test_retry_after_is_never_zero(wait, header):
    answer = response(TooManyRequestsError("slow down", retry_after=wait))
    assert answer.headers["retry-after"] == header
    assert json.loads(answer.body)["error"]["details"]["retry_after_seconds"] == int(header)


def test_a_503_says_whether_waiting_helps():
    def retryable(error):
        return json.loads(response(error).body)["error"]["details"]["retryable"]

    assert retryable(InferenceServiceUnavailableError("busy")) is True
    assert retryable(InferenceServiceUnavailableError("no key", retryable=False)) is False


def test_an_error_without_details_has_none():
    assert json.loads(response(BadRequestError("no")).body) == {
        "success": False,
        "status": 400,
        "error": {"message": "no", "type": "BadRequestError"},
    }
