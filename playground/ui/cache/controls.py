"""The cache of one request: on or off, how many answers may be wrong, and once: ask afresh, or keep nothing."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.ui.cache.words import in_a_hundred, percent

DELTAS = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05)
USUAL = 0.02


def cache_controls(key: str) -> None:
    """Draw the popover into the container around. `key` is the page's name."""
    on_key, delta_key = f"{key}_cache", f"{key}_cache_delta"
    st.session_state.setdefault(delta_key, USUAL)
    on, delta = bool(st.session_state.get(on_key)), float(st.session_state[delta_key])
    label = f"Cache · {percent(delta)}" if on else "Cache off"
    with st.popover(label, icon=":material/bolt:", type="tertiary", key=f"{key}_cache_panel"):
        st.toggle(
            "Reuse answers",
            key=on_key,
            persist_state="session",
            help="An answer that was given before is reused for the same question and, once enough is known, for one "
            "that means the same. Sent as `enable_semantic_cache`.",
        )
        st.select_slider(
            "Answers that may be wrong",
            DELTAS,
            format_func=percent,
            key=delta_key,
            persist_state="session",
            disabled=not on,
            help="Sent as `cache_delta`.",
        )
        st.caption(explained(delta))


def caching(request: RawInferenceRequest, key: str) -> RawInferenceRequest:
    """The request with what the controls say; as it is while the cache is off."""
    if not st.session_state.get(f"{key}_cache"):
        return request
    delta = st.session_state.get(f"{key}_cache_delta", USUAL)
    return request.model_copy(update={"enable_semantic_cache": True, "cache_delta": delta})


def fill(key: str, request: Mapping[str, Any]) -> None:
    """Set the controls as they were for a request."""
    st.session_state[f"{key}_cache"] = bool(request.get("enable_semantic_cache"))
    delta = request.get("cache_delta")
    nearest = USUAL if delta is None else min(DELTAS, key=lambda each: abs(each - delta))
    st.session_state[f"{key}_cache_delta"] = nearest


def explained(delta: float) -> str:
    """What a limit means."""
    if not delta:
        return "Only exact repeats of a question are reused, never a similar one."
    return f"At most {in_a_hundred(delta)} answers may be wrong because of the cache. Each answer shows its own chance."
