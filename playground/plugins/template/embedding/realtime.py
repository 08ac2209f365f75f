"""Answers requests: texts become vectors. Put your model where `embed` is."""

import math
import zlib
from typing import Any

from playground.plugins import BaseInferenceService

DIMENSIONS = 64


class Embedder(BaseInferenceService):
    """Made once in a process of its own, then asked for each request; load weights in `__init__`."""

    async def run_inference(self, inputs: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
        """One vector for `text`, one each for `texts`."""
        letters = int(parameters.get("letters", 3))
        if "texts" in inputs:
            return {"embeddings": [embed(text, letters) for text in inputs["texts"]]}
        return {"embedding": embed(inputs["text"], letters)}


def embed(text: str, letters: int) -> list[float]:
    """A vector of length 1, the same for the same text."""
    vector = [0.0] * DIMENSIONS
    padded = f" {text.lower()} "
    for start in range(max(1, len(padded) - letters + 1)):
        vector[zlib.crc32(padded[start : start + letters].encode()) % DIMENSIONS] += 1.0
    length = math.hypot(*vector)
    return [value / length for value in vector]
