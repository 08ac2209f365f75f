"""An ended answer on the screen: reasoning apart, the text, its sources, the schema's verdict, what it took."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.record import RunRecord
from playground.ui.cache.evidence import cache_receipts
from playground.ui.conversation import answer_text, ask_again, take_back
from playground.ui.fault import fault
from playground.ui.look import quiet
from playground.ui.permalink.share import copy_link
from playground.ui.reading import draw_reading, has_boxes
from playground.ui.receipt import receipt
from playground.ui.request import request_button
from playground.ui.schema import verdict
from playground.ui.watch import draw_text, joined, thoughts
from playground.units import counted


def show_answer(run: RunRecord, key: str, *, last: bool) -> None:
    """Draw an ended chat run; `last` adds what can be done with the end of a conversation."""
    data: Mapping[str, Any] = (run.response or {}).get("data") or {}
    draw_said(run, key)
    if run.status == "failed" and run.error:
        fault(run.error, key=key, retry=_again if last else None)
    if run.response and "schema" in (run.request.get("parameters") or {}):
        verdict(data)
    _sources(data.get("sources") or [])
    cache_receipts(run, key)
    _actions(run, key, last=last)


def draw_said(run: RunRecord, key: str) -> None:
    """Draw what an ended run said, and what had arrived when it was stopped or failed."""
    data: Mapping[str, Any] = (run.response or {}).get("data") or {}
    _reasoning(run, data, key)
    asked = "schema" in (run.request.get("parameters") or {})
    if has_boxes(data):
        draw_reading(run, data, key)
    text = answer_text(run) if data.get("json") is None else json.dumps(data["json"], indent=2, ensure_ascii=False)
    if has_boxes(data):
        st.code(text, language=None, wrap_lines=True)  # lines as they stand in the image
    else:
        draw_text(st.empty(), text, as_json=asked)
    if run.status == "cancelled":
        st.markdown(":orange[:material/stop_circle:] :small[You stopped this answer. What had arrived is kept above.]")


def _reasoning(run: RunRecord, data: Mapping[str, Any], key: str) -> None:
    place = st.container()
    shown = data.get("reasoning") or run.reasoning
    texts = (shown,) if isinstance(shown, str) else tuple(text or "" for text in shown)
    if any(texts):
        count = f" · {counted(run.reasoning_tokens, 'token')}" if run.reasoning_tokens else ""
        thoughts(f"Reasoning{count}", place, key, expanded=False).markdown(joined(texts))


def _sources(sources: list[Any]) -> None:
    """What the model quotes, as one line."""
    badges = [f":gray-badge[{source.get('title', '')} · {source.get('page', '')}]" for source in sources]
    if badges:
        st.markdown(f"{quiet(':material/menu_book: Sources')} {' '.join(badges)}")


def _actions(run: RunRecord, key: str, *, last: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_actions"):
        receipt(run)
        with st.container(horizontal=True, width="content", gap="small"):
            request_button(run, key)
            copy_link(run.id, key)
            if last:
                _last_actions(run, key)


def _last_actions(run: RunRecord, key: str) -> None:
    icon = ":material/refresh:"
    failed = run.status == "failed"  # it has a Try again of its own
    if not failed and st.button("Regenerate", key=f"{key}_again", icon=icon, type="tertiary"):
        _again()
    if st.button("Edit", key=f"{key}_edit", icon=":material/edit:", type="tertiary", on_click=take_back):
        st.rerun()


def _again() -> None:
    ask_again()
    st.rerun()
