"""What a published client did with each thing it was asked for, as one JSON object on stdout."""

import json
import sys
from collections.abc import Callable
from typing import Any

CASES: dict[str, Callable[[], Any]] = {}
TOLD: dict[str, Any] = json.loads(sys.argv[1])


def case(function: Callable[[], Any]) -> Callable[[], Any]:
    """Have a function's value, or what it raised, reported under its name."""
    CASES[function.__name__] = function
    return function


def main() -> None:
    """Do everything in order."""
    sys.stdout.write(json.dumps({name: _done(function) for name, function in CASES.items()}))


def _done(function: Callable[[], Any]) -> dict[str, Any]:
    try:
        value = function()
    except Exception as error:  # noqa: BLE001 - what is raised is what is reported
        return _told(error)
    return {"type": type(value).__name__, "value": _plain(value)}


def _told(error: Exception) -> dict[str, Any]:
    """The exception by the words that its reader has."""
    body, data = getattr(error, "body", None), getattr(error, "data", None)
    headers = getattr(error, "headers", None) or {}
    return {
        "raised": type(error).__name__,
        "status": getattr(error, "status", getattr(error, "code", None)),
        "data": _plain(data),
        "data_type": type(data).__name__,
        "body": body if isinstance(body, str) else str(getattr(error, "detail", "")) or str(error),
        "retry_after": headers.get("Retry-After") or getattr(error, "retry_after", None),
        "retryable": getattr(error, "retryable", None),
    }


def _plain(value: Any) -> Any:
    value = value.to_dict() if hasattr(value, "to_dict") else value
    return json.loads(json.dumps(value, default=str))
