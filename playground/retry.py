"""Whether a failed request is sent again, and how long to wait before."""

import random
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from math import isfinite

RETRIED = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
"""Statuses that may pass by themselves."""
LONGEST = 60.0
"""Seconds; who is asked to wait longer hears of it instead."""

_FIRST, _LAST = 0.5, 8.0
_RETRY_INFO = re.compile(r'"retryDelay"\s*:\s*"(\d+(?:\.\d+)?)s"')


def worth_it(status: int, headers: Mapping[str, str]) -> bool:
    """Whether sending again may help; `x-should-retry: false` is the provider's word that it does not."""
    return status in RETRIED and headers.get("x-should-retry", "").lower() != "false"


def asked_pause(headers: Mapping[str, str], body: str) -> float | None:
    """Seconds the provider asks to wait: `retry-after-ms`, `retry-after` (seconds or a date), Google's RetryInfo."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    after = headers.get("retry-after")
    if after is not None:
        seconds = _number(after)
        return _until(after) if seconds is None else seconds
    found = _RETRY_INFO.search(body)
    return float(found[1]) if found else None


def backoff(attempt: int) -> float:
    """Seconds before attempt number `attempt` + 1 when nobody said: 0.5, 1, 2, … 8, less up to a quarter by lot."""
    return float(min(_LAST, _FIRST * 2**attempt) * random.uniform(0.75, 1))


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return max(value, 0.0) if isfinite(value) else None


def _until(date: str) -> float | None:
    try:
        return max(parsedate_to_datetime(date).timestamp() - time.time(), 0.0)
    except (ValueError, OverflowError):
        return None
