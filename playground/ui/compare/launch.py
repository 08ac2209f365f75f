"""The foot of the question: run all panes, stop all, and why nothing can be run."""

from collections.abc import Sequence

import streamlit as st

from playground.call import Task
from playground.comparison import LETTERS
from playground.errors import PlaygroundError
from playground.ui.cache.controls import limit, once
from playground.ui.compare import rows, session
from playground.ui.compare.common import switches
from playground.ui.compare.outlook import strip
from playground.ui.compare.pane import Head
from playground.ui.compare.panes import add, letters
from playground.ui.compare.question import Question
from playground.ui.compare.session import PROBLEM, Shown
from playground.ui.fault import sentence

_GO = "compare_go"


def launch(task: Task, asked: Question, heads: Sequence[Head], *, at_once: bool) -> Shown | None:
    """Start a run in every pane after a click, or `at_once`; draw the buttons; returns what the page shows now."""
    blocked, shown = _blocked(heads), session.shown(task)
    clicked = at_once or st.session_state.get(_GO)  # known before its button is drawn, which so is drawn as it stands
    if clicked and not blocked and not (shown and shown.live):
        _start(task, asked, heads)
        shown = session.shown(task)
    live = shown is not None and shown.live
    count = len(heads) * len(asked.rows)
    strip(task, asked, heads)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="compare_launch"):
        st.button(
            f"Run {len(heads)} panes" if len(asked.rows) == 1 else f"Run {count:,} times",
            key=_GO,
            type="primary",
            icon=":material/play_arrow:",
            disabled=bool(blocked) or live,
            help=blocked or None,
        )
        if live and shown is not None:
            st.button(
                "Stop all",
                key="compare_stop",
                icon=":material/stop_circle:",
                on_click=session.stop,
                args=(shown.asked,),
            )
        _add(task, letters()[-1])
        st.space("stretch")
        switches(task)
    problem = st.session_state.pop(PROBLEM, "") or blocked
    if problem:
        st.markdown(f":red[:material/error:] {sentence(problem)}")
    return shown


def _add(task: Task, last: str) -> None:
    st.button(
        "Add pane",
        key="compare_add",
        icon=":material/add_column_right:",
        type="tertiary",
        disabled=len(letters()) == len(LETTERS),
        help=f"A copy of {last}; there may be {len(LETTERS)}",
        on_click=add,
        args=(task, last),
    )


def _start(task: Task, asked: Question, heads: Sequence[Head]) -> None:
    cache = limit("compare")
    try:
        session.start(
            task, asked, [head.pane for head in heads], cache=cache, wish=once("compare"), abreast=rows.abreast()
        )
    except PlaygroundError as error:
        st.session_state[PROBLEM] = error.message


def _blocked(heads: Sequence[Head]) -> str:
    """Why nothing can be run; one pane that its provider refuses keeps nobody."""
    for head in heads:
        if head.problem:
            return f"Pane {head.pane.letter}: {head.problem}"
    if not any(head.choice.readiness.ready for head in heads):
        return "No pane's provider is set up; choose one on this machine, or give a key"
    return ""
