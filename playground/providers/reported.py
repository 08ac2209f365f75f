"""Which model answered, in the provider's own words: often a dated snapshot of the one that was asked for."""

from typing import Any


def reported(body: Any) -> str:
    """The model that a reply or an event names, wherever the five APIs have it; empty where none is named.

    Chat Completions, Responses, embeddings and Messages say `model`, in events also inside `response` (Responses) and
    `message` (Anthropic); Google says `modelVersion`.
    """
    match body:
        case {"modelVersion": str(model)} | {"model": str(model)}:
            return model
        case {"response": {"model": str(model)}} | {"message": {"model": str(model)}}:
            return model
    return ""
