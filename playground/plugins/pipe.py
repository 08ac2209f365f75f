"""What goes between the server and a plugin's process: JSON with its length before it, never longer than allowed.

Vectors of an answer may stand behind the JSON (`playground.plugins.floats`).
"""

import json
from typing import IO, Any

from playground.plugins.floats import put_back, taken

MOST = 64 * 2**20
"""Bytes of one message, either way."""


class BrokenError(Exception):
    """What came is no message: too long, cut, or no JSON."""


def send(stream: IO[bytes], message: bytes) -> None:
    """Write one message and flush."""
    stream.write(len(message).to_bytes(4, "big"))
    stream.write(message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """One message; None at the end. Raises BrokenError."""
    head = stream.read(4)
    if not head:
        return None
    length = int.from_bytes(head, "big")
    if len(head) < 4 or length > MOST:
        raise BrokenError
    body = stream.read(length)
    if len(body) < length:
        return None
    return body


def parsed(message: bytes) -> dict[str, Any]:
    """The object in a message; NaN and infinities are no JSON. Raises BrokenError."""
    end = message.find(b"\0")
    try:
        found = json.loads(message if end < 0 else message[:end], parse_constant=_refuse)
        if end >= 0:
            put_back(found["result"], found.pop("floats"), message[end + 1 :])
    except (ValueError, RecursionError, TypeError, AttributeError, KeyError) as error:
        raise BrokenError from error
    if not isinstance(found, dict):
        raise BrokenError
    return found


def answered(result: dict[str, Any]) -> bytes:
    """The message that holds a plugin's answer. Raises as `written` does."""
    rest, lengths, numbers = taken(result)
    return written({"result": rest, "floats": lengths}) + b"\0" + numbers if numbers else written({"result": rest})


def written(value: Any) -> bytes:
    """A value as JSON. Raises ValueError, TypeError and RecursionError for what JSON cannot hold."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def _refuse(constant: str) -> None:
    raise ValueError(constant)
