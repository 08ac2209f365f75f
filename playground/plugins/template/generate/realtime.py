"""Answers requests: a prompt becomes a text. Put your model where `telegram` is."""

import re
from typing import Any

from playground.plugins import BaseInferenceService

SMALL = {"a", "an", "and", "are", "has", "have", "is", "of", "please", "that", "the", "to", "us", "was", "with"}


class Generator(BaseInferenceService):
    """Made once in a process of its own, then asked for each request; load weights in `__init__`."""

    async def run_inference(self, inputs: dict[str, Any], parameters: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """One text for each prompt; of a conversation, its last message is the prompt."""
        if "messages" in inputs:
            return {"text": telegram(str(inputs["messages"][-1]["content"]))}
        texts = [telegram(prompt) for prompt in inputs["prompts"]]
        return {"text": texts[0]} if len(texts) == 1 else {"texts": texts}


def telegram(prompt: str) -> str:
    """What matters of a prompt."""
    sentences = re.findall(r"[^.!?]+", prompt)
    kept = ([word for word in re.findall(r"\w+", each.lower()) if word not in SMALL] for each in sentences)
    return " ".join(" ".join(words).upper() + " STOP" for words in kept if words)
