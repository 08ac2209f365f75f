"""The strip above the run: what the request would meet, in one line that keeps its place."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.errors import PlaygroundError
from playground.preflight import Preflight, Range
from playground.ui.cache.words import chip, percent
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.units import dollars

Switch = Literal["on", "off", ""]
_LIKELY: Mapping[str, str] = {
    "exact": "exact",
    "hit": "likely similar",
    "audited": "likely similar",
    "learning": "learning",
    "guarded": "similar, not surely enough",
    "miss": "nothing similar",
}
"""What a dry look-up says of the next answer, by the status it would have."""
_HELD = "preflight"
"""Where the session keeps the last pre-flight of each page: (what it was of, what came of it)."""


def strip(
    key: str, mark: Any, made: Callable[[], RawInferenceRequest], *, open_end: bool = False, cache: Switch = ""
) -> None:
    """Draw the line. `key` is the page's name, `made` makes the request; `mark` changes when that would be another one,
    so that a click elsewhere costs nothing. `open_end`: words are still to come, so that counts are where it begins.
    `cache` says whether it is on, where the page has one.

    A request that cannot be made yet leaves the line empty.
    """
    with st.container(key=f"{key}_preflight"):
        found = _found(key, mark, made)
        st.markdown("&nbsp;" if found is None else line(found, open_end=open_end, cache=cache))


def stopped(key: str, why: str) -> None:
    """Draw the line of a page whose form is not right yet, so that there is no request."""
    with st.container(key=f"{key}_preflight"):
        st.markdown(f":red[:material/block:] :small[{sentence(why)}]")


def line(found: Preflight, *, open_end: bool = False, cache: Switch = "") -> str:
    """A pre-flight in Markdown: what stops it first, what it takes after."""
    parts = [_size(found, open_end), _price(found, open_end), likelihood(found.cache) or _switched(cache)]
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


def tokens(found: Range | None, *, exact: bool) -> str:
    """`12 tokens in`, `about 10 to 20 tokens in`; empty where it is not known."""
    if found is None:
        return ""
    if exact:
        return f"{found.low:,.0f} {_noun(found.low)} in"
    return f"{_between(found)} tokens in"


def price(found: Range | None) -> str:
    """`free`, `$0.0010 to $0.0030`, `from $0.0010`, `price unknown`, as Markdown."""
    if found is None:
        return "price unknown"
    if found.high == 0:
        return "free"
    if found.high is None:
        return f"from {_money(found.low)}"
    return _money(found.high) if found.low == found.high else f"{_money(found.low)} to {_money(found.high)}"


def _size(found: Preflight, open_end: bool) -> str:
    if found.tokens is None:
        return ""
    of = f" of {found.context:,}" if found.context else ""
    files = f", {' and '.join(found.uncounted)} not counted" if found.uncounted else ""
    more = " before your words" if open_end else ""
    count = f"{found.tokens.low:,.0f}" if found.exact else _between(found.tokens)
    noun = _noun(found.context or found.tokens.low) if found.exact else "tokens"
    return f"{count}{of} {noun} in{more}{files}" + (f", {found.output:,} out at most" if found.output else "")


def _noun(count: float) -> str:
    return "token" if count == 1 else "tokens"


def _between(found: Range) -> str:
    if found.high is None:
        return f"{found.low:,.0f} or more"
    return f"about {found.low:,.0f}" + (f" to {found.high:,.0f}" if found.high > found.low else "")


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


def likelihood(receipts: Sequence[Mapping[str, Any]]) -> str:
    """What the cache would do, from its dry look-up: `cache: likely similar (94% alike)`; empty without receipts."""
    words = [_likely(receipt) for receipt in receipts]
    return f"cache: {', '.join(words)}" if words else ""


def _likely(receipt: Mapping[str, Any]) -> str:
    status, alike = str(receipt["status"]), receipt.get("similarity")
    word = _LIKELY.get(status) or chip(status).word.lower()
    return f"{word} ({percent(alike)} alike)" if alike is not None and status != "exact" else word


def _switched(cache: Switch) -> str:
    return {"on": "cache: waits for your words", "off": "cache: off"}.get(cache, "")
