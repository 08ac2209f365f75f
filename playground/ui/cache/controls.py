"""The cache of one request: on or off, how many answers may be wrong, and once: ask afresh, or keep nothing."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.cache.visit import Wish
from playground.contract import RawInferenceRequest
from playground.ui.cache.words import in_a_hundred, percent

DELTAS = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05)
USUAL = 0.02
ONCE: Mapping[Wish, str] = {"refresh": "Ask afresh", "no_store": "Keep out"}
_ONCE = {
    None: "Use the cache as set above.",
    "refresh": "The model is asked; its answer takes the place of the stored one. Programs: `Cache-Control: no-cache`.",
    "no_store": "The model is asked and nothing is kept. Programs: `Cache-Control: no-store`.",
}


def cache_controls(key: str) -> None:
    """Draw the popover into the container around. `key` is the page's name."""
    on_key, delta_key, once_key = _keys(key)
    if st.session_state.pop(f"{once_key}_spent", False):
        st.session_state[once_key] = None
    st.session_state.setdefault(delta_key, USUAL)
    on, delta = bool(st.session_state.get(on_key)), float(st.session_state[delta_key])
    once = st.session_state.get(once_key) if on else None
    label = f"Cache · {ONCE[once].lower()}" if once else f"Cache · {percent(delta)}" if on else "Cache off"
    with st.popover(label, icon=":material/bolt:", type="tertiary", key=f"{key}_cache_panel"):
        st.toggle(
            "Reuse answers",
            key=on_key,
            persist_state="session",
            help="An answer that was given before is reused for the same question and, once enough is known, for one "
            "that means the same. Sent as `enable_semantic_cache`.",
        )
        limit_slider(delta_key, disabled=not on)
        st.pills(
            "The next request only",
            list(ONCE),
            format_func=ONCE.__getitem__,
            key=once_key,
            persist_state="session",
            disabled=not on,
        )
        st.caption(_ONCE[once])


def limit_slider(key: str, *, disabled: bool = False) -> float:
    """Draw the slider of the limit with what it means; returns it, 0 to 0.05."""
    st.session_state.setdefault(key, USUAL)
    delta = st.select_slider(
        "Answers that may be wrong",
        DELTAS,
        format_func=percent,
        key=key,
        persist_state="session",
        disabled=disabled,
        help="Sent as `cache_delta`.",
    )
    st.caption(explained(delta))
    return float(delta)


def caching(request: RawInferenceRequest, key: str) -> RawInferenceRequest:
    """The request with what the controls say; as it is while the cache is off."""
    delta = limit(key)
    if delta is None:
        return request
    return request.model_copy(update={"enable_semantic_cache": True, "cache_delta": delta})


def limit(key: str) -> float | None:
    """The limit that the controls say, None while the cache is off."""
    on_key, delta_key, _ = _keys(key)
    return float(st.session_state.get(delta_key, USUAL)) if st.session_state.get(on_key) else None


def once(key: str) -> Wish:
    """What the next request wants of the cache: `refresh`, `no_store`, or nothing special; asking uses it up."""
    on_key, _, once_key = _keys(key)
    wanted: Wish | None = st.session_state.get(once_key) if st.session_state.get(on_key) else None
    st.session_state[f"{once_key}_spent"] = True
    return wanted or ""


def fill(key: str, request: Mapping[str, Any]) -> None:
    """Set the controls as they were for a request."""
    on_key, delta_key, _ = _keys(key)
    st.session_state[on_key] = bool(request.get("enable_semantic_cache"))
    delta = request.get("cache_delta")
    st.session_state[delta_key] = USUAL if delta is None else nearest(delta)


def nearest(delta: float) -> float:
    """The limit of the slider that is nearest to another one."""
    return min(DELTAS, key=lambda each: abs(each - delta))


def explained(delta: float) -> str:
    """What a limit means."""
    if not delta:
        return "Only exact repeats of a question are reused, never a similar one."
    return f"At most {in_a_hundred(delta)} answers may be wrong because of the cache. Each answer shows its own chance."


def _keys(key: str) -> tuple[str, str, str]:
    return f"{key}_cache", f"{key}_cache_delta", f"{key}_cache_once"
