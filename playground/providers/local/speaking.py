"""Says a finished text piece by piece, counted in real tokens and cut at `max_tokens`."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from playground.call import Call, Chunk, Usage
from playground.errors import BadRequestError, CancelledError
from playground.providers.local.encoder import BUNDLED

_SAMPLING = (
    "temperature",
    "top_p",
    "top_k",
    "seed",
    "stop",
    "frequency_penalty",
    "presence_penalty",
    "reasoning_effort",
)
REFUSES: Mapping[str, str] = {
    **dict.fromkeys(_SAMPLING, "it quotes and samples nothing, so this would have no effect"),
    "schema": "it quotes sentences as they are; choose a model that writes",
    "image": "ask `image-reader`, which reads the text in images",
    "system": "it quotes and follows no instructions; choose a model that writes",
}
"""What a model that quotes does not take."""

_PIECE = re.compile(r"\s*\S+(?:\s+\Z)?")


def say(call: Call, text: str, data: Mapping[str, Any] | None = None) -> Iterator[Chunk]:
    """`text` word by word, then `data`, usage and the finish reason: `length` when `max_tokens` cut it."""
    limit = max_tokens(call.parameters)
    ends = _ends(text)
    cut = limit is not None and limit < len(ends)
    spoken = text[: ends[limit - 1]] if cut and limit is not None else text
    for piece in _PIECE.findall(spoken):
        if call.stop.is_set():
            raise CancelledError("the run was stopped")
        yield Chunk(text=piece)
    usage = Usage(
        prompt=sum(count(message.content) for message in call.messages), completion=limit if cut else len(ends)
    )
    yield Chunk(data=data, usage=usage, finish_reason="length" if cut else "stop")


def max_tokens(parameters: Mapping[str, Any]) -> int | None:
    """The limit that was asked for. Raises BadRequestError when it is no whole number of at least 1."""
    return whole(parameters, "max_tokens")


def whole(parameters: Mapping[str, Any], name: str) -> int | None:
    """A parameter that counts something, None when it was not given. Raises BadRequestError below 1."""
    value = parameters.get(name)
    if value is None:
        return None
    is_whole = isinstance(value, int | float) and float(value).is_integer() and not isinstance(value, bool)
    if not is_whole or value < 1:
        raise BadRequestError(f"`parameters.{name}` must be a whole number of at least 1; it is `{value}`")
    return int(value)


def count(text: str) -> int:
    """Tokens of a text by the bundled model's tokenizer (WordPiece)."""
    return len(_ends(text))


def _ends(text: str) -> list[int]:
    """Where each token ends in the text."""
    encoding = _tokenizer().encode(text, add_special_tokens=False)
    return [end for _, end in encoding.offsets]


@cache
def _tokenizer() -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))
