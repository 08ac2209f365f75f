"""Characters that a provider cut in two between chunks, joined again.

A character beyond U+FFFF is two `\\uXXXX` escapes in JSON, and some servers send them in two chunks; each half alone
cannot be encoded. A half that never finds its other becomes U+FFFD.
"""

from collections.abc import Iterator
from dataclasses import replace

from playground.call import Chunk


class _Joiner:
    """One text in pieces; a trailing first half waits for the next piece."""

    def __init__(self) -> None:
        self._held = ""

    def add(self, piece: str) -> str:
        """What can be passed on now."""
        piece, self._held = self._held + piece, ""
        if "\ud800" <= piece[-1] <= "\udbff":
            piece, self._held = piece[:-1], piece[-1]
        return _whole(piece)

    def rest(self) -> str:
        """What never found its other half."""
        held, self._held = self._held, ""
        return "\ufffd" if held else ""


def rejoin(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The chunks with whole characters only, in `text` and `reasoning`."""
    text, reasoning = _Joiner(), _Joiner()
    for chunk in chunks:
        whole, thought = chunk.text and text.add(chunk.text), chunk.reasoning and reasoning.add(chunk.reasoning)
        if whole != chunk.text or thought != chunk.reasoning:
            chunk = replace(chunk, text=whole, reasoning=thought)  # noqa: PLW2901 - the same chunk, mended
        yield chunk
    left = Chunk(text=text.rest(), reasoning=reasoning.rest())
    if left.text or left.reasoning:
        yield left


def _whole(piece: str) -> str:
    """Pairs of halves as one character, lone halves as U+FFFD; the piece itself when there are none."""
    try:
        piece.encode()
    except UnicodeEncodeError:
        return piece.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return piece
