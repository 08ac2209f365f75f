"""Hops: one answer that a provider gives in several replies, told as one.

Google ends a reply as CONTINUATION when a request has reached its limit of tokens and the answer has not ended; the
same request with the token of that reply goes on from there (`automatic_continuation` of google-genai 3.4).
"""

import contextlib
from collections.abc import Callable, Generator
from dataclasses import replace

from playground.call import Call, Chunk, Usage

CONTINUES = "continuation"
"""The finish reason by which a dialect says that the answer goes on; `data` is `{PARAMETER: token}`."""
PARAMETER = "continuationToken"
MOST = 16
"""Replies of one answer; one that is longer ends as `length`."""


def joined(call: Call, ask: Callable[[Call], Generator[Chunk, None, None]]) -> Generator[Chunk, None, None]:
    """The chunks of every reply, with the counts of the replies added up and one finish reason at the end."""
    spent: Usage | None = None
    for hop in range(1, MOST + 1):
        token = None
        counted = spent
        with contextlib.closing(ask(call)) as chunks:
            for chunk in chunks:
                if spent is not None and chunk.usage is not None:
                    chunk = replace(chunk, usage=_added(spent, chunk.usage))  # noqa: PLW2901 - the same, counted on
                counted = chunk.usage or counted
                if chunk.finish_reason == CONTINUES:
                    token = (chunk.data or {})[PARAMETER]
                    end = "length" if hop == MOST else None
                    chunk = replace(chunk, data=None, finish_reason=end)  # noqa: PLW2901 - its token is not an answer
                yield chunk
        if token is None:
            return
        spent = counted
        call = replace(call, parameters={**call.parameters, PARAMETER: token})


def _added(spent: Usage, usage: Usage) -> Usage:
    """Field by field; what one of the two does not say is what the other says."""

    def both(name: str) -> float | None:
        values = [value for each in (spent, usage) if (value := getattr(each, name)) is not None]
        return sum(values) if values else None

    return Usage(**{name: both(name) for name in Usage.__dataclass_fields__})  # type: ignore[arg-type]
