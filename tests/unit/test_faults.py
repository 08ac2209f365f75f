"""Every error shape of section "errors" of the providers becomes one error that a person can act on."""

import json
import time
from email.utils import formatdate

import pytest

from playground.errors import (
    BadRequestError,
    ForbiddenError,
    InferenceServiceUnavailableError,
    NotFoundError,
    PayloadTooLargeError,
    ProviderError,
    TimeoutError,  # noqa: A004
    TooManyRequestsError,
    UnauthorizedError,
)
from playground.exchange import without_keys
from playground.faults import fault, stream_fault
from tests.replay import golden

CASES = [
    # golden, status, class, upstream_code, words that must be said
    ("openai-key.json", 401, UnauthorizedError, "invalid_api_key", ["does not accept the key", "Settings"]),
    ("openai-quota.json", 429, TooManyRequestsError, "insufficient_quota", ["current quota", "waiting does not help"]),
    ("openai-credit.json", 429, TooManyRequestsError, "credit_balance_exhausted", ["prepaid credit"]),
    ("openai-rate.json", 429, TooManyRequestsError, "rate_limit_exceeded", ["limits the rate", "Limit 3"]),
    ("openai-parameter.json", 400, BadRequestError, "unsupported_parameter", ["max_completion_tokens"]),
    ("openai-model.json", 404, NotFoundError, "model_not_found", ["`gpt-99`"]),
    ("openai-busy.json", 500, InferenceServiceUnavailableError, "server_is_overloaded", ["choose another model"]),
    ("anthropic-overloaded.json", 529, InferenceServiceUnavailableError, "overloaded_error", ["overloaded"]),
    ("anthropic-spend.json", 429, TooManyRequestsError, "enforced_spend_limit_reached", ["spend limit"]),
    ("anthropic-billing.json", 402, TooManyRequestsError, "billing_error", ["payment method"]),
    ("anthropic-large.json", 413, PayloadTooLargeError, "request_too_large", ["send less"]),
    ("google-key.json", 400, UnauthorizedError, "API_KEY_INVALID", ["API key not valid"]),
    ("google-rate.json", 429, TooManyRequestsError, "RESOURCE_EXHAUSTED", ["requests per minute"]),
    ("google-busy.json", 503, InferenceServiceUnavailableError, "UNAVAILABLE", ["overloaded"]),
    ("fastapi.json", 422, BadRequestError, None, ["body.model: Field required", "body.temperature: Input should"]),
    ("fastapi-plain.json", 404, NotFoundError, None, ["Not Found", "base URL"]),
    ("vllm.json", 404, NotFoundError, "NotFoundError", ["The model `m` does not exist"]),
    ("ollama.json", 404, NotFoundError, None, ["model 'llama9' not found"]),
    ("openrouter.json", 502, ProviderError, None, ["Provider returned error (upstream connect error)"]),
    ("bad-gateway.html", 502, ProviderError, None, ["`502 Bad Gateway`"]),
]


@pytest.mark.parametrize(("name", "status", "kind", "code", "words"), CASES, ids=[case[0] for case in CASES])
def test_every_shape(name, status, kind, code, words):
    error = fault("someone", status, {"x-request-id": "req_9"}, golden(f"errors/{name}"))
    assert type(error) is kind
    assert error.message.startswith("`someone` ")
    assert error.details["upstream_status"] == status
    assert error.details["upstream_code"] == code
    assert error.details["provider"] == "someone"
    assert error.details["request_id"] == "req_9"
    for word in words:
        assert word in error.message
    assert "***" not in error.message
    assert "<" not in error.message
    json.dumps(error.body())


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequestError),
        (401, UnauthorizedError),
        (402, TooManyRequestsError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (405, NotFoundError),
        (408, TimeoutError),
        (409, BadRequestError),
        (413, PayloadTooLargeError),
        (418, BadRequestError),
        (422, BadRequestError),
        (429, TooManyRequestsError),
        (500, ProviderError),
        (502, ProviderError),
        (503, InferenceServiceUnavailableError),
        (504, TimeoutError),
        (529, InferenceServiceUnavailableError),
        (599, ProviderError),
    ],
)
@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"{}", b'"x"', b"7", b"\xff\xfe", b"busy", b'{"error": null}'])
def test_the_status_alone_is_enough(status, kind, body):
    error = fault("someone", status, {}, body)
    assert type(error) is kind
    assert f"({status})" in error.message


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": None, "type": 5, "code": [], "details": "x"}},
        {"error": {"message": {"a": 1}}},
        {"error": [{"message": "in a list"}]},
        {"detail": [{"loc": 3, "msg": None}, "text", None]},
        {"detail": {"message": "nested"}},
        {"error": {"error": {"message": "twice"}}},
        {"error": {"message": "m", "details": [None, {"reason": None}, {"reason": "R"}]}},
        [[{"error": {"message": "deep"}}]],
        {"response": {"error": None}},
    ],
)
def test_odd_shapes_are_survived(body):
    assert fault("someone", 400, {}, json.dumps(body)).message.startswith("`someone` refused the request (400)")
    assert stream_fault("someone", body).message.startswith("`someone` ")


def test_money_is_not_retried_and_says_so():
    for name, status in (
        ("openai-quota", 429),
        ("openai-credit", 429),
        ("anthropic-spend", 429),
        ("anthropic-billing", 402),
    ):
        error = fault("someone", status, {"retry-after": "5"}, golden(f"errors/{name}.json"))
        assert error.details["retryable"] is False
        assert error.retry_after is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "0"}, 1),
        ({"retry-after": "-3"}, 1),
        ({"retry-after-ms": "2500", "retry-after": "9"}, 2.5),
        ({"retry-after-ms": "20"}, 1),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers, seconds):
    assert fault("someone", 429, headers, b"").retry_after == seconds


def test_retry_after_as_a_date():
    later = fault("someone", 429, {"retry-after": formatdate(time.time() + 30, usegmt=True)}, b"").retry_after
    assert 25 < later <= 30
    assert fault("someone", 429, {"retry-after": formatdate(time.time() - 30, usegmt=True)}, b"").retry_after == 1


def test_googles_retry_info():
    error = fault("google", 429, {}, golden("errors/google-rate.json"))
    assert error.retry_after == 17
    assert error.body()["error"]["details"]["retry_after_seconds"] == 17


def test_a_refusal_has_no_retry_after():
    assert fault("someone", 400, {"retry-after": "7"}, b"").retry_after is None


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        (golden("errors/anthropic-overloaded.json"), InferenceServiceUnavailableError, "overloaded_error"),
        (golden("errors/responses-error.json"), TooManyRequestsError, "rate_limit_exceeded"),
        (golden("errors/responses-failed.json"), ProviderError, "server_error"),
        (golden("errors/google-key.json"), UnauthorizedError, "API_KEY_INVALID"),
        (golden("errors/google-busy.json"), InferenceServiceUnavailableError, "UNAVAILABLE"),
        (golden("errors/openai-quota.json"), TooManyRequestsError, "insufficient_quota"),
        (golden("errors/vllm.json"), NotFoundError, "NotFoundError"),
        (golden("errors/ollama.json"), ProviderError, None),
        (golden("errors/openrouter.json"), ProviderError, None),
    ],
)
def test_errors_that_came_with_status_200(data, kind, code):
    error = stream_fault("someone", json.loads(data))
    assert type(error) is kind
    assert error.details["upstream_status"] == 200
    assert error.details["upstream_code"] == code
    assert "(200)" not in error.message


def test_anthropics_request_id_is_in_its_body():
    error = stream_fault("anthropic", json.loads(golden("errors/anthropic-overloaded.json")))
    assert error.details["request_id"] == "req_011CSHoEeqs5C35K2UUqR7Fy"


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-********************abcd",
        "sk-ant-api03-AbCdEf_12-xyz",
        "sk-abc...wxyz",
        "sk-or-v1-0123456789abcdef",
        "AIzaSyA-1234567890_abcdefghij",
        "gsk_AbCdEf1234567890",
        "xai-0123456789abcdef",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "****abcd",
        "xa***ab",
        "0123456789abcdefABCDEF0123456789",
    ],
)
def test_keys_in_a_sentence_are_dots(secret):
    body = json.dumps({"error": {"message": f"Your api key: {secret} is invalid. Bearer tok3n/+=, ?key=abc&x=1"}})
    message = fault("someone", 401, {}, body).message
    assert "Your api key: ••• is invalid. Bearer •••, ?key=•••&x=1" in message


@pytest.mark.parametrize(
    "text",
    [
        "Use 'max_completion_tokens' instead of `max_tokens` for gpt-6.1-terra-2026-10-01.",
        "The model `claude-opus-5-5` is deprecated; see https://docs.example/en/api/errors#http-errors",
        "skeleton keys, task-oriented sk and 2**32 tokens; **bold**",
        "request req_011CSHoEeqs5C35K2UUqR7Fy failed after 128000 tokens",
    ],
)
def test_other_words_are_left_alone(text):
    assert without_keys(text) == text


def test_a_long_sentence_is_cut():
    message = fault("someone", 400, {}, json.dumps({"error": {"message": "word " * 1000}})).message
    assert len(message) < 700
    assert "…" in message
