"""Fill: put a form's values where a page's widgets read them, and back what was there before."""

from typing import Any

import streamlit as st

from playground.call import Task
from playground.ui import knobs, schema
from playground.ui.attachments.composer import DETAILS
from playground.ui.cache import controls
from playground.ui.conversation import TURNS
from playground.ui.embeddings.intake import FILE
from playground.ui.forms.form import PAGES, Form
from playground.ui.sending import BACK
from playground.ui.transcribe.recording import TAKEN

_OWN: dict[Task, tuple[str, ...]] = {
    "chat": (
        *("chat_system", "chat_schema", "chat_cache", "chat_cache_delta", "chat_cache_once", "chat_detail"),
        *(TURNS, "chat_tray", BACK),
    ),
    "embedding": (
        *("embeddings_lines", "embeddings_way", FILE, "embeddings_column", "embeddings_tray"),
        *("embeddings_run", "embeddings_with", "embeddings_also", "embeddings_compared"),
    ),
    "transcription": (TAKEN, "transcribe_run", "transcribe_with"),
}
_RUNS = ("run", "with", "also", "check")
"""Parameters of the URL that name what a page shows; a form shows nothing yet."""


def fields(task: Task) -> list[str]:
    """The keys of a page's form."""
    page = PAGES[task]
    names = ("provider", "model", "extra", *(knob.name for knob in knobs.KNOBS[task]))
    return [*(f"{page}_{name}" for name in names), *_OWN[task]]


def fill(form: Form) -> dict[str, Any]:
    """Fill the form of its page; a callback's work. Returns what was there, for `put_back`."""
    page, request = PAGES[form.task], form.request
    before = {name: st.session_state[name] for name in fields(form.task) if name in st.session_state}
    before = {name: list(value) if isinstance(value, list) else value for name, value in before.items()}
    put_back(form.task, {f"{page}_{name}": request[name] for name in ("provider", "model")} | dict(form.values))
    parameters = dict(request.get("parameters") or {})
    if form.task == "chat":
        st.session_state["chat_system"] = request["inputs"].get("system") or ""
        st.session_state["chat_detail"] = parameters.pop("detail") if parameters.get("detail") in DETAILS else None
        schema.fill(page, parameters.pop("schema", None))
        controls.fill(page, request)
    knobs.fill(form.task, page, parameters)
    return before


def put_back(task: Task, values: dict[str, Any]) -> None:
    """Make the form hold exactly this; a callback's work."""
    for name in fields(task):
        if name not in values:  # one that is in the URL would come back from there
            st.session_state.pop(name, None)
    for name, value in values.items():
        st.session_state[name] = value
    for name in _RUNS:
        st.query_params.pop(name, None)
