"""The strip above the run: what the request would meet, in one line that keeps its place."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.errors import PlaygroundError
from playground.preflight import Preflight, Range
from playground.ui.cache.words import chip
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.units import dollars

_HELD = "preflight"
"""Where the session keeps the last pre-flight of each page: (what it was of, what came of it)."""


def strip(key: str, mark: Any, made: Callable[[], RawInferenceRequest], *, open_end: bool = False) -> None:
    """Draw the line. `key` is the page's name, `made` makes the request; `mark` changes when that would be another one,
    so that a click elsewhere costs nothing. `open_end`: words are still to come, so that counts are where it begins.

    A request that cannot be made yet leaves the line empty.
    """
    with st.container(key=f"{key}_preflight"):
        found = _found(key, mark, made)
        st.markdown("&nbsp;" if found is None else line(found, open_end=open_end))


def line(found: Preflight, *, open_end: bool = False) -> str:
    """A pre-flight in Markdown: what stops it first, what it takes after."""
    parts = [_size(found, open_end), _price(found, open_end), _cache(found)]
    facts = quiet(" · ".join(part for part in parts if part))
    said = [each for each in found.problems if each.stops] or list(found.problems)
    if not said:
        return f":gray[:material/flight_takeoff:] {facts}"
    colour, icon = ("red", "block") if said[0].stops else ("orange", "info")
    more = f" :small[and {len(said) - 1} more: {', '.join(each.code for each in said[1:])}]" if len(said) > 1 else ""
    return f":{colour}[:material/{icon}:] :small[{sentence(said[0].message)}]{more} {facts}"


def _found(key: str, mark: Any, made: Callable[[], RawInferenceRequest]) -> Preflight | None:
    held: dict[str, tuple[Any, Preflight | None]] = st.session_state.setdefault(_HELD, {})
    if key not in held or held[key][0] != mark:
        try:
            held[key] = (mark, core().preflight(made(), NAMESPACE))
        except PlaygroundError:
            held[key] = (mark, None)
    return held[key][1]


def _size(found: Preflight, open_end: bool) -> str:
    if found.tokens is None:
        return ""
    of = f" of {found.context:,}" if found.context else ""
    files = f", {' and '.join(found.uncounted)} not counted" if found.uncounted else ""
    more = " before your words" if open_end else ""
    count = f"{found.tokens.low:,.0f}" if found.exact else _between(found)
    return f"{count}{of} tokens in{more}{files}" + (f", {found.output:,} out at most" if found.output else "")


def _between(found: Preflight) -> str:
    tokens = found.tokens or Range(0, None)
    return f"{tokens.low:,.0f} or more" if tokens.high is None else f"about {tokens.low:,.0f} to {tokens.high:,.0f}"


def _price(found: Preflight, open_end: bool) -> str:
    if found.dollars is None:
        return "price unknown" if found.task else ""
    low, high = found.dollars.low, found.dollars.high
    if high == 0:
        return "free"
    if high is None:
        return f"from {_money(low)}, and the answer has no limit" if found.task == "chat" else f"from {_money(low)}"
    return _money(high) if low == high else f"{_money(low)} to {_money(high)}" + (" and your words" if open_end else "")


def _money(amount: float) -> str:
    return dollars(amount).replace("$", "\\$") if amount else "\\$0"


def _cache(found: Preflight) -> str:
    words = [chip(str(receipt["status"])).word.lower() for receipt in found.cache]
    return f"cache: {', '.join(words)}" if words else ""
