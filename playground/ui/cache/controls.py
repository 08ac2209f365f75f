"""The cache of one request: on or off, how many answers may be wrong, and once: ask afresh, or keep nothing."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.ui.cache.words import in_a_hundred, percent

DELTAS = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05)
USUAL = 0.02
ON, DELTA = "chat_cache", "chat_cache_delta"
"""Where the widgets keep what was chosen."""


def cache_controls() -> None:
    """Draw the popover into the container around."""
    st.session_state.setdefault(DELTA, USUAL)
    on, delta = bool(st.session_state.get(ON)), float(st.session_state[DELTA])
    with st.popover(f"Cache · {percent(delta)}" if on else "Cache", icon=":material/bolt:", width="content"):
        st.toggle(
            "Reuse answers",
            key=ON,
            persist_state="session",
            help="An answer that was given before is reused for the same question and, once enough is known, for one "
            "that means the same. Sent as `enable_semantic_cache`.",
        )
        st.select_slider(
            "Answers that may be wrong",
            DELTAS,
            format_func=percent,
            key=DELTA,
            persist_state="session",
            disabled=not on,
            help="Sent as `cache_delta`.",
        )
        st.caption(explained(delta))


def caching(request: RawInferenceRequest) -> RawInferenceRequest:
    """The request with what the controls say; as it is while the cache is off."""
    if not st.session_state.get(ON):
        return request
    return request.model_copy(update={"enable_semantic_cache": True, "cache_delta": st.session_state.get(DELTA, USUAL)})


def fill(request: Mapping[str, Any]) -> None:
    """Set the controls as they were for a request."""
    st.session_state[ON] = bool(request.get("enable_semantic_cache"))
    delta = request.get("cache_delta")
    st.session_state[DELTA] = USUAL if delta is None else min(DELTAS, key=lambda each: abs(each - delta))


def explained(delta: float) -> str:
    """What a limit means."""
    if not delta:
        return "Only exact repeats of a question are reused, never a similar one."
    return f"At most {in_a_hundred(delta)} answers may be wrong because of the cache. Each answer shows its own chance."
