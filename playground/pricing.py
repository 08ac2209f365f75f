"""What a call costs in US dollars, by the price list in the `genai-prices` wheel: offline, and None when not known.

A cost is None, never 0, when the model is not on the list, when the list has no price for what was used (tokens of a
model that is sold by the minute, say), or when the provider did not count. The one real 0 is provider `local`: it runs
on the person's own machine. Loopback servers (Ollama, LM Studio, …) may be anybody's and stay unknown.

The list's standard prices hold; service tiers (`flex`, `priority`, `fast`, batch) and tool calls are not in `Usage`
and so not in the cost. The library's own sum takes about 90 us a call, a good part of what the whole engine may
spend, so tokens are added up here (3 us) and a test compares both on every model of the list.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from math import inf
from time import time
from typing import Any

from playground.call import Task, Usage

LOCAL = "local"

LISTS: Mapping[str, str] = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "google",
    "openrouter": "openrouter",
    "groq": "groq",
    "mistral": "mistral",
    "deepseek": "deepseek",
    "together": "together",
    "fireworks": "fireworks",
    "xai": "x-ai",
}
"""Our provider names and their names on the list; who is not here has no price."""

AS_OF: Mapping[str, str] = {"0.2.3": "2026-11-09"}
"""The newest dated price in each release of the list that we have looked at; the list itself has no date."""


@dataclass(frozen=True, slots=True)
class Price:
    """Dollars per million tokens (`input`, `output`) and per minute of audio; None where it is not sold that way.

    `tiered` says that long prompts cost more than this. `source` names the list and its release, `as_of` is an ISO
    date or None where the release's date is not known.
    """

    input: float | None
    output: float | None
    minute: float | None
    tiered: bool
    source: str
    as_of: str | None


def cost(provider: str, model: str, usage: Usage, task: Task, when: float) -> float | None:
    """Dollars for one request that was sent at `when` (Unix seconds); None when that is not known.

    One request, not a sum of several: where long prompts are dearer, the size of each decides.
    """
    if provider == LOCAL:
        return 0.0
    if (usage.prompt is None and usage.seconds is None) or (listed := _listed(provider, model)) is None:
        return None
    rates = vars(listed.get_prices(datetime.fromtimestamp(when, UTC)))
    match task:
        case "chat":
            return _sum(_input(rates, usage), _output(rates, usage))
        case "embedding":
            return _input(rates, usage)
        case "transcription" if usage.seconds is not None and "audio_hours" in rates:
            return _duration(provider, model, usage.seconds, when) if 0 <= usage.seconds < inf else None
        case "transcription" if "input_audio_mtok" not in rates:
            return _sum(_input(rates, usage), _output(rates, usage))
        case _:
            return None  # sound and text tokens have two prices, and `Usage` does not tell them apart


def price(provider: str, model: str) -> Price | None:
    """What the list says of a model now; None when it says nothing."""
    if provider == LOCAL:
        return Price(0.0, 0.0, 0.0, False, "runs on this machine", None)
    listed = _listed(provider, model)
    if listed is None:
        return None
    from genai_prices import __version__

    rates = vars(listed.get_prices(datetime.fromtimestamp(time(), UTC)))
    hour = _rate(rates.get("audio_hours"), 0)
    found = Price(
        _rate(rates.get("input_mtok"), 0),
        _rate(rates.get("output_mtok"), 0),
        None if hour is None else hour / 60,
        any(getattr(rate, "tiers", None) for rate in rates.values()),
        f"genai-prices {__version__}",
        AS_OF.get(__version__),
    )
    return None if found.input is found.output is found.minute is None else found


@lru_cache(maxsize=4096)
def _listed(provider: str, model: str) -> Any:
    """The list's entry for a model, None when it has none; a miss is remembered like a hit."""
    if provider not in LISTS:
        return None
    from genai_prices import Usage as Counts
    from genai_prices import calc_price

    try:
        return calc_price(Counts(), model, provider_id=LISTS[provider]).model
    except LookupError:
        return None


def _input(rates: Mapping[str, Any], usage: Usage) -> float | None:
    """Cache tokens are part of the prompt and have their own prices where the list has them."""
    parts = (("cache_read_mtok", usage.cache_read), ("cache_write_mtok", usage.cache_write))
    return _side(rates, usage.prompt, usage.prompt, "input_mtok", parts)


def _output(rates: Mapping[str, Any], usage: Usage) -> float | None:
    return _side(rates, usage.prompt, usage.completion, "output_mtok", (("output_reasoning_mtok", usage.reasoning),))


def _side(
    rates: Mapping[str, Any],
    prompt: int | None,
    count: int | None,
    name: str,
    parts: tuple[tuple[str, int | None], ...],
) -> float | None:
    """Dollars for `count` tokens of one direction, those in `parts` at their own price; None without a price."""
    full = _rate(rates.get(name), prompt)
    if full is None or count is None:
        return None
    dollars = 0.0
    for each, part in parts:
        special = _rate(rates.get(each), prompt)
        if part and special is not None:
            count -= part
            dollars += part * special
    return None if count < 0 else (dollars + count * full) / 1_000_000


def _rate(price: Any, prompt: int | None) -> float | None:
    """The price for a prompt of this many tokens: beyond a tier's start the whole request pays the tier."""
    if price is None:
        return None
    for tier in reversed(getattr(price, "tiers", ())):
        if (prompt or 0) > tier.start:
            return float(tier.price)
    return float(getattr(price, "base", price))


def _duration(provider: str, model: str, seconds: float, when: float) -> float:
    """Dollars for audio by the library's own sum, which knows the least that is billed (Groq: 10 s)."""
    from genai_prices import Usage as Counts
    from genai_prices import calc_price

    sent = datetime.fromtimestamp(when, UTC)
    counts = Counts(audio_seconds=seconds)
    return float(calc_price(counts, model, provider_id=LISTS[provider], genai_request_timestamp=sent).total_price)


def _sum(*dollars: float | None) -> float | None:
    known = [each for each in dollars if each is not None]
    return sum(known) if len(known) == len(dollars) else None
