"""This exact request: as JSON, curl and Python, and what went over the wire."""

import json
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from playground.record import RunRecord
from playground.snippets import Asked, as_curl, as_json, as_mixpeek, as_python
from playground.ui.core import core


def request_button(run: RunRecord, key: str) -> None:
    """A small button that opens the panel for an ended run in a dialog."""
    if st.button("Request", key=f"{key}_request", icon=":material/code:", type="tertiary"):
        _dialog(run)


@st.dialog("This exact request", width="large")
def _dialog(run: RunRecord) -> None:
    exact_request(run.request, run)


def exact_request(request: Asked, run: RunRecord | None = None) -> None:
    """Draw the request's forms as tabs; with a run also what was sent and what came back."""
    origin = _origin()
    names = ["curl", "Python", "Mixpeek SDK", "JSON"] + (["On the wire", "Response"] if run else [])
    tabs = dict(zip(names, st.tabs(names), strict=True))
    with tabs["curl"]:
        st.code(as_curl(request, origin), language="bash", wrap_lines=True)
        st.caption("`PLAYGROUND_API_KEY` is on the Settings page.")
    with tabs["Python"]:
        st.code(as_python(request, origin), language="python", wrap_lines=True)
    with tabs["Mixpeek SDK"]:
        st.code(as_mixpeek(request, origin), language="python", wrap_lines=True)
        st.caption("`pip install mixpeek`; the key is the same one.")
    with tabs["JSON"]:
        st.code(as_json(request), language="json", wrap_lines=True)
    if run:
        with tabs["On the wire"]:
            _wire(run)
        with tabs["Response"]:
            text = ((run.response or {}).get("data") or {}).get("text")
            if text:
                st.code(text, language=None, wrap_lines=True)
            st.code(_json(run.response or run.error), language="json", wrap_lines=True)


def _wire(run: RunRecord) -> None:
    if not run.exchanges:
        st.caption("Nothing: this model runs inside the playground.")
    for exchange in run.exchanges:
        status = exchange.get("status") or "no answer"
        st.caption(f"`{exchange['method']} {exchange['url']}` · {status} · {exchange.get('request_id') or 'no id'}")
        st.code(_json({"headers": exchange.get("headers"), "body": exchange.get("body")}), "json", wrap_lines=True)


def _json(value: Any) -> str:
    return core().settings.masked(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def _origin() -> str:
    """Where this page came from, as a program reaches it too."""
    parts = urlsplit(str(st.context.url or ""))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else "http://127.0.0.1:8501"
