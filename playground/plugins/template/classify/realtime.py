"""Answers requests: a text becomes a label. Put your model where `score` is."""

import re
from typing import Any

from playground.plugins import BaseInferenceService

GOOD = {"best", "excellent", "friendly", "good", "great", "lovely", "perfect", "quick", "warm", "wonderful"}
BAD = {"awful", "bad", "broken", "cold", "dirty", "late", "rude", "slow", "terrible", "worst"}


class Classifier(BaseInferenceService):
    """Made once in a process of its own, then asked for each request; load weights in `__init__`."""

    async def run_inference(self, inputs: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:
        """A label and how sure it is."""
        good = score(inputs["text"])
        scores = {"good": good, "bad": 1 - good}
        label = max(scores, key=lambda each: scores[each])
        sure = scores[label] >= float(parameters.get("threshold", 0.6))
        return {"label": label if sure else "unsure", "score": scores[label], "scores": scores}


def score(text: str) -> float:
    """How good a review is, 0 to 1; a half where nothing tells."""
    words = re.findall(r"[a-z]+", text.lower())
    good = sum(word in GOOD for word in words)
    bad = sum(word in BAD for word in words)
    return (good + 1) / (good + bad + 2)
