"""Token counts in the words of OpenAI's three APIs, read once."""

from collections.abc import Mapping
from typing import Any

from playground.call import Usage

# The same count under the names of Chat Completions, Responses and transcription, and of DeepSeek.
_PROMPT = ("prompt_tokens", "input_tokens")
_COMPLETION = ("completion_tokens", "output_tokens")
_PROMPT_DETAILS = ("prompt_tokens_details", "input_tokens_details")
_COMPLETION_DETAILS = ("completion_tokens_details", "output_tokens_details")


def usage(raw: Any) -> Usage | None:
    """A `usage` object as Usage; None where nothing was counted.

    `completion` includes reasoning as OpenAI counts it. xAI counts reasoning beside it, which shows in the total
    (prompt + completion + reasoning; docs.x.ai, consumption and rate limits), so there it is added.
    """
    if not isinstance(raw, Mapping):
        return None
    prompt, completion = _first(raw, _PROMPT), _first(raw, _COMPLETION)
    seconds = raw.get("seconds")
    if prompt is None and completion is None and not isinstance(seconds, int | float):
        return None
    inner, outer = _details(raw, _PROMPT_DETAILS), _details(raw, _COMPLETION_DETAILS)
    reasoning, total = _first(outer, ("reasoning_tokens",)), _first(raw, ("total_tokens",))
    if reasoning and completion is not None and total == (prompt or 0) + completion + reasoning:
        completion += reasoning
    cached = _first(inner, ("cached_tokens",))
    return Usage(
        prompt=prompt,
        completion=completion,
        reasoning=reasoning,
        cache_read=_first(raw, ("prompt_cache_hit_tokens",)) if cached is None else cached,
        cache_write=_first(inner, ("cache_write_tokens",)),
        seconds=float(seconds) if isinstance(seconds, int | float) else None,
    )


def _first(raw: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    return next((value for name in names if isinstance(value := raw.get(name), int)), None)


def _details(raw: Mapping[str, Any], names: tuple[str, ...]) -> Mapping[str, Any]:
    return next((value for name in names if isinstance(value := raw.get(name), Mapping)), {})
