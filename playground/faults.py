"""Errors as providers word them, in every shape that was seen, read into the error tree.

The condition is told from status codes and from the identifiers in the body, never from the sentence. The sentence is
passed on without keys and within a limit.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from playground.complaint import Complaint, read, understand
from playground.errors import (
    BadRequestError,
    ForbiddenError,
    InferenceServiceUnavailableError,
    NotFoundError,
    PayloadTooLargeError,
    PlaygroundError,
    ProviderError,
    TimeoutError,  # noqa: A004 - the contract's name for it
    TooManyRequestsError,
    UnauthorizedError,
)
from playground.exchange import request_id, without_keys
from playground.retry import asked_pause

_LIMIT = 500

# Identifiers that say more than the status they come with.
_PRECISE = {
    "api_key_invalid": 401,
    "invalid_api_key": 401,
    "insufficient_quota": 402,
    "billing_error": 402,
    "billing_hard_limit_reached": 402,
    "billing_not_active": 402,
    "credit_balance_exhausted": 402,
    "enforced_spend_limit_reached": 402,
    "insufficient_credits": 402,
    "request_too_large": 413,
    "overloaded_error": 529,
    "server_is_overloaded": 529,
}
# Identifiers that name the condition where there is no status: inside a stream that began with 200.
_LOOSE = {
    "authentication_error": 401,
    "unauthenticated": 401,
    "permission_error": 403,
    "permission_denied": 403,
    "not_found_error": 404,
    "not_found": 404,
    "model_not_found": 404,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "resource_exhausted": 429,
    "slow_down": 429,
    "timeout_error": 504,
    "deadline_exceeded": 504,
    "unavailable": 503,
    "overloaded": 503,
    "invalid_request_error": 400,
    "invalid_argument": 400,
    "failed_precondition": 400,
}
_WAITING = frozenset({408, 409, 429, 503, 504, 529})


@dataclass(frozen=True, slots=True)
class _Meaning:
    kind: type[PlaygroundError]
    says: str
    advice: str


_REFUSED = _Meaning(BadRequestError, "refused the request", "correct what it names and send the request again")
_SILENT = _Meaning(TimeoutError, "ran out of time", "try again, or ask for less at once")
_BUSY = _Meaning(InferenceServiceUnavailableError, "is overloaded", "try again in a moment or choose another model")
_FAILED = _Meaning(ProviderError, "failed", "try again; if it stays, its status page knows more")
_MEANINGS = {
    400: _REFUSED,
    401: _Meaning(UnauthorizedError, "does not accept the key", "check the key on the Settings page"),
    402: _Meaning(
        TooManyRequestsError, "wants to be paid first", "raise the limit in its console; waiting does not help"
    ),
    403: _Meaning(ForbiddenError, "does not allow this", "check what the key may do, and from which country"),
    404: _Meaning(NotFoundError, "does not have this", "check the model's name and the base URL"),
    405: _Meaning(NotFoundError, "does not have this", "check the base URL"),
    408: _SILENT,
    413: _Meaning(PayloadTooLargeError, "finds the request too large", "send less at once"),
    422: _REFUSED,
    429: _Meaning(TooManyRequestsError, "limits the rate", "wait and send the request again"),
    503: _BUSY,
    504: _SILENT,
    529: _BUSY,
}


def fault(provider: str, status: int, headers: Mapping[str, str], body: bytes | str) -> PlaygroundError:
    """The error for an answer whose status says that it is one; names of `headers` are lower case.

    `details` has `provider`, `upstream_status`, `upstream_code`, `request_id`; `retry_after` is at least 1 or None.
    """
    text = body if isinstance(body, str) else body.decode(errors="replace")
    complaint = read(text)
    told = complaint.meaning_in(_PRECISE) or status
    details = _details(provider, status, complaint) | {"request_id": request_id(headers) or complaint.request_id}
    return _error(told, complaint, details, asked_pause(headers, text))


def stream_fault(provider: str, data: Any) -> PlaygroundError:
    """The error for an error object that came with status 200: an event of a stream, or the whole body."""
    complaint = understand(data)
    told = complaint.meaning_in(_PRECISE) or complaint.status or complaint.meaning_in(_LOOSE) or 500
    return _error(told, complaint, _details(provider, 200, complaint), None)


def _details(provider: str, status: int, complaint: Complaint) -> dict[str, Any]:
    return {
        "provider": provider,
        "upstream_status": status,
        "upstream_code": next(iter(complaint.codes), None),
        "request_id": complaint.request_id,
    }


def _error(told: int, complaint: Complaint, details: dict[str, Any], pause: float | None) -> PlaygroundError:
    meaning = _MEANINGS.get(told, _FAILED if told >= 500 else _REFUSED)
    sentence = without_keys(" ".join(complaint.sentence.split())).rstrip(".")
    if len(sentence) > _LIMIT:
        sentence = sentence[:_LIMIT] + "…"
    status = details["upstream_status"]
    says = f"`{details['provider']}` {meaning.says}" + (f" ({status})" if status != 200 else "")
    return meaning.kind(
        f"{says}: {sentence}; {meaning.advice}" if sentence else f"{says}; {meaning.advice}",
        details=details,
        retry_after=None if pause is None or told not in _WAITING else max(pause, 1.0),
        retryable=False if told == 402 else None,
    )
