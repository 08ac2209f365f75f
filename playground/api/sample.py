"""Sample: the request that every user interface of this API shows first, as curl and as Python."""

import json
import shlex
from typing import Any

BODY: dict[str, Any] = {"provider": "local", "model": "handbook", "inputs": {"prompts": ["What is TTFT?"]}}
"""Answered without any provider's key."""


def curl(origin: str, key: str, method: str = "POST", path: str = "/v1/inference", body: Any = None) -> str:
    """A command for a POSIX shell; `key` stands inside double quotes, so `$NAME` and `$(cat file)` work."""
    lines = [f"curl {'' if method == 'GET' else f'-X {method} '}{shlex.quote(origin + path)}"]
    if key:
        lines.append(f'-H "Authorization: Bearer {key}"')
    if body is not None:
        lines.append("-H 'Content-Type: application/json'")
        lines.append(f"-d {shlex.quote(json.dumps(body, ensure_ascii=False))}")
    return " \\\n  ".join(lines)
