"""Reply: a whole answer as it is stored, gathered from chunks, and given out again as chunks."""

import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from playground.call import Chunk, Stop, Usage
from playground.errors import CancelledError

STORABLE = frozenset({"stop"})
"""Ends of an answer that is whole: not cut, not filtered, no call of a tool that somebody waits for."""
EXCERPT = 400
"""Letters of an answer that lists show."""
_SIGNS = re.compile(r"\*\*|`|^#{1,6} ", re.MULTILINE)
_PIECES, _PAUSE = 60, 0.008  # a stored answer comes back within half a second, however long it is


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer. `ms` and `cost` (US dollars, None: not known) are what it took when it was fresh."""

    text: str
    reasoning: str = ""
    data: Mapping[str, Any] | None = None
    finish_reason: str | None = None
    usage: Usage = field(default_factory=Usage)
    ms: float = 0.0
    cost: float | None = None
    made: float = 0.0

    @property
    def tokens(self) -> int:
        """Tokens that were counted for it."""
        return int((self.usage.prompt or 0) + (self.usage.completion or 0))

    def pack(self) -> bytes:
        """The answer as bytes."""
        return zlib.compress(json.dumps(asdict(self)).encode(), 1)


def unpack(data: bytes) -> Reply:
    """The answer in bytes. Raises ValueError when they are damaged."""
    try:
        values = json.loads(zlib.decompress(data))
        return Reply(**values | {"usage": Usage(**values["usage"])})
    except (zlib.error, UnicodeDecodeError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(f"a stored answer cannot be read: {error}") from error


class Gathering:
    """Chunks of one answer, added up."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._data: Mapping[str, Any] | None = None
        self._finish: str | None = None
        self.usage = Usage()

    def add(self, chunk: Chunk) -> None:
        """Take one in."""
        self._text.append(chunk.text)
        self._reasoning.append(chunk.reasoning)
        self._data = chunk.data if chunk.data is not None else self._data
        self._finish = chunk.finish_reason or self._finish
        self.usage = chunk.usage or self.usage

    def reply(self, ms: float, cost: float | None, made: float) -> Reply | None:
        """The whole answer; None when it is not one to keep: empty, cut, filtered."""
        text, reasoning = "".join(self._text), "".join(self._reasoning)
        if self._finish not in STORABLE or not text.strip():
            return None
        return Reply(text, reasoning, self._data, self._finish, self.usage, round(ms, 1), cost, made)


def replay(reply: Reply, *, stream: bool, stop: Stop) -> Iterator[Chunk]:
    """A stored answer as chunks: in pieces at a lively pace for who asked for a stream, else in one.

    Its usage is zero, for nothing was used. Raises CancelledError once `stop` is set.
    """
    if reply.reasoning:
        yield Chunk(reasoning=reply.reasoning)
    for number, piece in enumerate(_pieces(reply.text) if stream else [reply.text]):
        if number and stop.wait(_PAUSE):
            raise CancelledError("the run was stopped")
        yield Chunk(text=piece)
    yield Chunk(data=reply.data, finish_reason=reply.finish_reason, usage=Usage(prompt=0, completion=0))


def _pieces(text: str) -> Iterator[str]:
    """A text in at most 61 pieces that end where a word does."""
    size = max(12, -(-len(text) // _PIECES))
    start = 0
    while start < len(text):
        end = text.find(" ", start + size, start + 2 * size)
        end = end if end >= 0 else start + size
        yield text[start:end]
        start = end


def excerpt(text: str) -> str:
    """The beginning of an answer as one line without the signs of Markdown."""
    return " ".join(_SIGNS.sub("", text[: 2 * EXCERPT]).split())[:EXCERPT]
