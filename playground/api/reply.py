"""Reply: JSON bytes for whatever the core says, without NaN, and the headers that every answer carries."""

import json
from typing import Any

from fastapi import Request
from pydantic_core import PydanticSerializationError, to_json, to_jsonable_python
from starlette.responses import Response
from starlette.types import Scope


def encode(value: Any) -> bytes:
    """JSON in UTF-8. NaN and infinities become null, for JSON has no such numbers; half a surrogate pair is escaped."""
    try:
        return to_json(value, inf_nan_mode="null")
    except PydanticSerializationError:  # a lone surrogate cannot be UTF-8
        return json.dumps(to_jsonable_python(value, inf_nan_mode="null"), allow_nan=False).encode()


class Reply(Response):
    """A JSON response."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Pydantic models, dataclasses and plain values alike."""
        return encode(content)


def stamps(scope: Scope) -> dict[str, str]:
    """The headers that the answer to this request will carry, whatever becomes of it; add to them at any time."""
    found: dict[str, str] = scope.setdefault("state", {}).setdefault("stamps", {})
    return found


def stamp(request: Request, headers: dict[str, str]) -> None:
    """Add headers to the answer to come, be it a success or an error."""
    stamps(request.scope).update(headers)
