"""Presets of a comparison: all its panes under a name, to be opened again: who answers, and how; never the question."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import streamlit as st

from playground.call import Task
from playground.comparison import Pane, Set
from playground.store.presets import Shelf
from playground.ui.cache import controls
from playground.ui.compare import panes, session
from playground.ui.compare.pane import Head
from playground.ui.core import NAMESPACE, core
from playground.ui.presets import Kind, draw_presets, keepable

_SHELVES: Mapping[Task, Shelf] = {
    "chat": "compare-chat",
    "embedding": "compare-embedding",
    "transcription": "compare-transcription",
}
_HINT = "All panes with their models, parameters, system prompts and schemas, under a name. Never keys."


def setups(task: Task, heads: Sequence[Head]) -> None:
    """Draw the popover into the container around."""
    now = [head.pane for head in heads]
    draw_presets(Kind(_SHELVES[task], "compare", partial(_setup, task, now), partial(_fill, task), summary, _HINT))


def summary(kept: Mapping[str, Any]) -> str:
    """`2 panes: gpt-5, llama-4`."""
    models = [str(pane.get("model") or pane.get("provider")) for pane in kept["panes"]]
    return f"{len(models)} panes: {', '.join(models)}"


def _setup(task: Task, now: Sequence[Pane]) -> dict[str, Any]:
    cache = controls.limit("compare") if task == "chat" else None
    kept: dict[str, Any] = keepable({"panes": [asdict(pane) for pane in now], "cache_delta": cache})
    return kept


def _fill(task: Task, kept: Mapping[str, Any]) -> str:
    """Show these panes and no set; returns what could not be set."""
    asked = Set("", NAMESPACE, 0.0, "comparison", task, "", tuple(Pane(**pane) for pane in kept["panes"]))
    for name in list(st.query_params):  # what the address names would go before
        del st.query_params[name]
    session.clear()
    panes.fill(asked)
    if task == "chat":
        delta = kept.get("cache_delta")
        controls.fill("compare", {"enable_semantic_cache": delta is not None, "cache_delta": delta})
    there = {name for name, each in core().providers.items() if task in each.tasks}
    lost = sorted({pane.provider for pane in asked.panes} - there)
    named = " and ".join(f"`{name}`" for name in lost)
    return f"There is no provider {named} any more; everything else is set." if lost else ""
