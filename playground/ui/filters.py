"""Which runs the Runs page shows: search and filters, all of them in the URL."""

import time

import streamlit as st

from playground.store.filters import Filters
from playground.ui.core import NAMESPACE, core

PERIODS = {"24 hours": (1, 1), "7 days": (7, 6), "30 days": (30, 24), "90 days": (90, 24)}
"""What the period box offers: days, and hours that are one point of a chart."""
DEFAULT = "7 days"
"""What charts show when no period is picked."""
STATES = {"done": "done", "failed": "failed", "cancelled": "stopped"}
"""Statuses by what people call them."""
_TASKS = ("chat", "embedding", "transcription", "plugin", "search")
_DAY = 86400
_NAMES = ("text", "provider", "model", "task", "status", "period")


def pick(*, searching: bool) -> Filters:
    """Draw the filters and return what they say; without `searching` the two that charts do not know are left out."""
    facets = core().history.facets(NAMESPACE)
    text = _search() if searching else ""
    with st.container(horizontal=True, gap="small", key="runs_filters"):
        provider = _box("provider", tuple(facets.providers))
        model = _box("model", tuple(facets.models))
        task = _box("task", _TASKS)
        status = _box("status", tuple(STATES)) if searching else None
        period = _box("period", tuple(PERIODS), "Any period" if searching else DEFAULT)
    since = time.time() - PERIODS[period][0] * _DAY if period else None
    return Filters(text=text, provider=provider, model=model, task=task, status=status, since=since)  # type: ignore[typeddict-item]


def clear() -> None:
    """Take all filters away."""
    for name in _NAMES:
        st.session_state[f"runs_{name}"] = "" if name == "text" else None


def _search() -> str:
    text = st.text_input(
        "Search",
        key="runs_text",
        type="search",
        icon=":material/search:",
        placeholder="Search for words of a question, an answer, an error or an id",
        label_visibility="collapsed",
        bind="query-params",
    )
    return text or ""


def _box(name: str, options: tuple[str, ...], placeholder: str = "") -> str | None:
    return st.selectbox(
        name.capitalize(),
        options,
        index=None,
        format_func=lambda option: STATES.get(option, option),
        placeholder=placeholder or f"Any {name}",
        key=f"runs_{name}",
        label_visibility="collapsed",
        bind="query-params",
        width="stretch",
    )
