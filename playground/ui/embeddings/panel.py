"""This exact request of an embedding run; long lists are shown by their beginning, the file has them whole."""

from dataclasses import replace
from typing import Any

import streamlit as st

from playground.record import RunRecord
from playground.snippets import as_json
from playground.ui.request import exact_request

_TEXTS, _NUMBERS = 200, 8


def request_button(run: RunRecord, key: str = "embeddings") -> None:
    """A small button that opens the panel. `key` begins its key."""
    if st.button("Request", key=f"{key}_request", icon=":material/code:", type="tertiary"):
        _dialog(run)


@st.dialog("This exact request", width="large")
def _dialog(run: RunRecord) -> None:
    request = trimmed(run.request, _TEXTS)
    if request != run.request:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"Shown with the first {_TEXTS} texts.")
            st.download_button(
                "The whole request",
                lambda: as_json(run.request),
                "request.json",
                "application/json",
                key="embeddings_whole_request",
                type="tertiary",
                icon=":material/download:",
                on_click="ignore",
            )
    exchanges = tuple(trimmed(exchange, _TEXTS) for exchange in run.exchanges)
    exact_request(request, replace(run, response=trimmed(run.response, _NUMBERS), exchanges=exchanges))


def trimmed(value: Any, limit: int) -> Any:
    """A JSON value with every list cut after `limit` items; the last item says how many more there are."""
    if isinstance(value, dict):
        return {name: trimmed(each, limit) for name, each in value.items()}
    if isinstance(value, list | tuple):
        kept = [trimmed(each, limit) for each in value[:limit]]
        return [*kept, f"… and {len(value) - limit:,} more"] if len(value) > limit else kept
    return value
