"""What holds for all panes: the task at the head of the page, and below the question parameters and system prompt."""

import time

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.call import Task
from playground.ui.cache.controls import cache_controls
from playground.ui.cache.words import age
from playground.ui.compare import panes, question, rows, session
from playground.ui.compare.pane import Common
from playground.ui.core import NAMESPACE, core
from playground.ui.knobs import knobs
from playground.ui.look import quiet
from playground.ui.schema import schema_editor
from playground.ui.system import system_prompt
from playground.ui.transcribe.words import plain

_TASKS: dict[Task, str] = {"chat": "Chat and vision", "embedding": "Embeddings", "transcription": "Transcription"}


def heading() -> tuple[Task, DeltaGenerator]:
    """Draw the head of the page; returns what is compared, and the place for presets."""
    st.session_state.setdefault(session.TASK, "chat")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="compare_heading"):
        task: Task | None = st.segmented_control(
            "What is compared",
            list(_TASKS),
            required=True,
            format_func=_TASKS.__getitem__,
            key=session.TASK,
            persist_state="session",
            label_visibility="collapsed",
        )
        presets = st.container(width="content")
        _earlier()
        st.button("New", key="compare_new", icon=":material/add:", type="tertiary", on_click=session.clear)
    return task or "chat", presets


def ask_common(task: Task) -> Common:
    """Draw the line below the question; returns what holds for all panes."""
    found, system, schema, problem = None, None, None, ""
    synced = bool(st.session_state.setdefault(panes.SYNC, True))
    shared = bool(st.session_state.setdefault(panes.SHARED, True))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="compare_attaching"):
        question.attach(task)
        if task != "transcription":
            rows.rows_button()
        if task == "chat" and shared:
            system = system_prompt(panes.key(task), None)
            schema, problem = schema_editor(panes.key(task), None)
        if synced:
            found = knobs(task, lambda _: {}, panes.key(task))
        if task == "chat":
            cache_controls("compare")
    return Common(found, system, schema, own=not shared, problem=problem)


def switches(task: Task) -> None:
    """Draw what says whether panes share parameters and system prompt."""
    _switch(task, panes.SYNC, "Sync parameters", "The same parameters for every pane.")
    if task == "chat":
        _switch(task, panes.SHARED, "One system prompt", "The same system prompt and schema for every pane.")


def _switch(task: Task, key: str, label: str, help_: str) -> None:
    st.toggle(
        label, key=key, help=help_, on_change=panes.switched, args=(task, key), persist_state="session", width="content"
    )


def _earlier() -> None:
    """The sets of before, to be opened again."""
    with st.popover("Earlier", icon=":material/history:", type="tertiary", key="compare_earlier"):
        found = core().history.sets.recent(NAMESPACE, "comparison", 12)
        if not found:
            st.markdown(quiet("What you compare is kept, and stands here."))
        with st.container(horizontal=True, gap="small", key="compare_elsewhere"):
            st.page_link("scorecard.py", label="Scorecards", icon=":material/scoreboard:")
            st.page_link("vote.py", label="Votes", icon=":material/how_to_vote:")
            st.page_link("slides.py", label="Slides", icon=":material/slideshow:")
        for line in found:
            counts = f"{line.panes} panes" + (f", {line.rows:,} rows" if line.rows > 1 else "")
            facts = quiet(f"{counts} · {age(time.time() - line.created_at)}")
            st.button(
                f"{_short(line.title) or 'Without words'}  \n{facts}",
                key=f"compare_open_{line.id}",
                type="tertiary",
                width="stretch",
                wrap=True,
                on_click=session.open_set,
                args=(line.id,),
            )


def _short(title: str) -> str:
    """A title on one line, as it was typed."""
    text = plain(title[:72])
    return f"{text}…" if len(title) > 72 else text
