"""What goes between the server and a plugin's process: JSON with its length before it, never longer than allowed."""

import json
from typing import IO, Any

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
    try:
        found = json.loads(message, parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BrokenError from error
    if not isinstance(found, dict):
        raise BrokenError
    return found


def written(value: Any) -> bytes:
    """A value as JSON. Raises ValueError, TypeError and RecursionError for what JSON cannot hold."""
    return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()


def _refuse(constant: str) -> None:
    raise ValueError(constant)
