"""Embeddings as OpenAI and every compatible server speaks them.

Vectors are asked for as they come by default (a list of numbers): nothing is sent that was not set, and not every
server knows `encoding_format`. Where the user set `encoding_format: "base64"` (little-endian float32, a quarter of the
bytes) the answer is decoded to the same list.

A server without pooling (llama.cpp, llama-cpp-python) answers with one vector per token. Averaging them would give
numbers that look like an embedding and mean something else for every model that was trained with another pooling, so
that is an error that says how to start the server. A single vector in one more pair of brackets is taken out of them.
"""

import base64
import binascii
import math
import sys
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from playground.call import Call, Chunk
from playground.errors import ProviderError
from playground.providers import bearer, counts, intakes
from playground.providers.intake import Intake
from playground.providers.parameters import translate
from playground.wire import Target, WireRequest

_RESERVED = frozenset(("model", "input", "stream"))


def takes(model: str) -> Intake:  # noqa: ARG001 - the protocol's
    """Text only."""
    return intakes.TEXT


def encode(call: Call, target: Target) -> WireRequest:
    """The request for all of `call.texts` at once."""
    body = {"model": call.model, "input": list(call.texts)} | translate(call, _RESERVED, {})
    return WireRequest(f"{target.base_url}/embeddings", bearer.headers(target), body)


def decode(call: Call, body: Any) -> Chunk:
    """`{"embeddings": [[float]]}` in the order of the texts, whatever order the server chose."""
    if not isinstance(body, Mapping) or not isinstance(body.get("data"), list):
        raise ProviderError(
            "the provider answered without `data`; does the model make embeddings, and is the base URL right?"
        )
    rows = _ordered(body["data"], len(call.texts))
    vectors = [_vector(row.get("embedding"), call.model) for row in rows]
    lengths = sorted(set(map(len, vectors)))
    if len(lengths) > 1:
        raise ProviderError(f"`{call.model}` answered with vectors of {lengths[0]} and {lengths[-1]} numbers in one go")
    return Chunk(data={"embeddings": vectors}, usage=counts.usage(body.get("usage")))


def _ordered(rows: Sequence[Any], wanted: int) -> list[Mapping[str, Any]]:
    """One row per text, by `index`; by position where the server numbers nothing."""
    found = [row for row in rows if isinstance(row, Mapping)]
    if len(found) != wanted:
        raise ProviderError(f"the provider gave {len(found)} embeddings for {wanted} texts; send fewer at once")
    if all(row.get("index") is None for row in found):
        return found
    numbered = {row.get("index"): row for row in found}
    if numbered.keys() != set(range(wanted)):
        raise ProviderError(f"the provider numbered its embeddings {sorted(map(str, numbered))[:5]}, not from 0 on")
    return [numbered[index] for index in range(wanted)]


def _vector(value: Any, model: str) -> list[float]:
    if isinstance(value, str):
        return _unpacked(value, model)
    if isinstance(value, list) and value and isinstance(value[0], list):
        if len(value) > 1:
            raise ProviderError(
                f"`{model}` answered with one vector per token ({len(value)}), not one per text; start the server with "
                "the pooling this model was trained with (llama.cpp: `--pooling mean`, `cls` or `last`)"
            )
        value = value[0]
    return numbers(value, model)


def numbers(value: Any, model: str) -> list[float]:
    """The list itself when all of it is finite numbers (checked at the speed of C). Raises ProviderError."""
    try:
        good = bool(value) and math.isfinite(math.fsum(array("d", value)))
    except (TypeError, ValueError, OverflowError):
        good = False
    if not good:
        raise ProviderError(f"`{model}` answered with something that is no vector of finite numbers; try another model")
    vector: list[float] = value
    return vector


def _unpacked(text: str, model: str) -> list[float]:
    floats = array("f")
    try:
        floats.frombytes(base64.b64decode(text, validate=True))
    except (binascii.Error, ValueError):
        raise ProviderError(f"`{model}` answered with base64 that holds no float32 numbers") from None
    if sys.byteorder == "big":
        floats.byteswap()
    return numbers(floats.tolist(), model)
