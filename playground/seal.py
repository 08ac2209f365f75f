"""Seal: one SHA-256 over what was asked and what came back, so that two people can tell they see the same run.

It covers the five fields in `COVERED`, as a run's record and `GET /v1/runs/{id}` have them; files are in the request as
the SHA-256 of their bytes, so it covers them too. It does not cover when the run was, how long it took beyond the
response's `latency_ms`, what it cost, and what the cache said. Anybody can check it with the run's JSON at hand:

    value = {name: run[name] for name in ("request", "response", "error", "partial", "versions")}
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    "sha256:" + hashlib.sha256(text.encode()).hexdigest()
"""

import json
import math
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from playground.record import RunRecord

COVERED = ("request", "response", "error", "partial", "versions")


def seal(run: RunRecord | Mapping[str, Any]) -> str:
    """`sha256:<64 hex digits>` of a record, or of a run as JSON (the API's, or the downloaded file)."""
    taken = {name: getattr(run, name) if isinstance(run, RunRecord) else run.get(name) for name in COVERED}
    return f"sha256:{sha256(canonical(taken)).hexdigest()}"


def canonical(value: Any) -> bytes:
    """JSON in UTF-8 with sorted keys and no blanks; numbers as Python writes them, NaN and infinities as null.

    Half a surrogate pair, which UTF-8 cannot hold, stands as its three bytes.
    """
    try:
        text = _dumped(value)
    except ValueError:
        text = _dumped(_finite(value))
    return text.encode("utf-8", "surrogatepass")


def _dumped(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain)


def _finite(value: Any) -> Any:
    match value:
        case float() if not math.isfinite(value):
            return None
        case Mapping():
            return {name: _finite(each) for name, each in value.items()}
        case list() | tuple():
            return [_finite(each) for each in value]
    return value


def _plain(value: object) -> object:
    """As the history writes what JSON does not know."""
    return dict(value) if isinstance(value, Mapping) else str(value)
