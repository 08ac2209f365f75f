"""The cache of one request: on or off, how many answers may be wrong, and once: ask afresh, or keep nothing."""

import streamlit as st

from playground.ui.cache.words import in_a_hundred, percent

DELTAS = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05)
USUAL = 0.02
ON, DELTA = "chat_cache", "chat_cache_delta"
"""Where the widgets keep what was chosen; a link and a run that is opened again set them."""


def cache_controls() -> None:
    """Draw the popover into the container around."""
    on = bool(st.session_state.get(ON))
    delta = float(st.session_state.get(DELTA, USUAL))
    with st.popover(f"Cache · {percent(delta)}" if on else "Cache", icon=":material/bolt:", width="content"):
        st.toggle(
            "Reuse answers",
            key=ON,
            persist_state="session",
            help="An answer that was given before is reused for the same question and, once enough is known, for one "
            "that means the same. Sent as `enable_semantic_cache`.",
        )
        st.session_state.setdefault(DELTA, USUAL)
        st.select_slider(
            "Most answers that may be wrong",
            DELTAS,
            format_func=percent,
            key=DELTA,
            persist_state="session",
            disabled=not on,
            help="Sent as `cache_delta`.",
        )
        st.caption(explained(delta))


def explained(delta: float) -> str:
    """What a limit means."""
    if not delta:
        return "Only exact repeats of a question are reused, never a similar one."
    return f"At most {in_a_hundred(delta)} answers may be wrong because of the cache. Each answer shows its own chance."
