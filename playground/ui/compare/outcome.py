"""What a pane shows of its run: the words while they come, then the answer, or its difference from another's."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from playground.call import Task
from playground.diff import Kind, align, counts, stretches
from playground.errors import PlaygroundError
from playground.record import RunRecord
from playground.run import Run
from playground.ui.answer import draw_said
from playground.ui.cache.evidence import cache_receipts
from playground.ui.compare.vectors import draw_vectors
from playground.ui.conversation import answer_text
from playground.ui.diff import draw_diff
from playground.ui.fault import fault
from playground.ui.look import quiet
from playground.ui.receipt import receipt
from playground.ui.request import request_button
from playground.ui.schema import verdict
from playground.ui.watch import BEAT, draw_text, find, joined, phase, thoughts


@dataclass(frozen=True, slots=True)
class Base:
    """The answer that the others' words are compared with."""

    letter: str
    text: str


def draw_outcome(id: str, letter: str, task: Task, base: Base | None, again: Callable[[], None]) -> None:  # noqa: A002
    """Draw a run of a pane; `again` runs the pane once more."""
    key = f"compare_run_{letter}"
    run = find(id)
    with st.container(key=f"{key}_pane"):  # of its own: fragments in one container would share their identity
        if isinstance(run, Run):
            st.fragment(run_every=BEAT)(_live)(run, key, task)
        elif isinstance(run, RunRecord):
            _ended(run, letter, key, base, again)
        else:
            fault(run, key=key)


def text_of(id: str | None) -> str | None:  # noqa: A002 - the field's name
    """What an ended run answered in words, None while there is nothing to compare."""
    run: Run | RunRecord | PlaygroundError | None = find(id) if id else None
    return answer_text(run) or None if isinstance(run, RunRecord) else None


def _live(run: Run, key: str, task: Task) -> None:
    """Draw what is there and be done: six panes take turns in one thread, so none may wait."""
    if run.ended:
        st.rerun()
    thought, text = joined(run.reasoning), joined(run.texts)
    if thought:
        thoughts("Reasoning" if text else ":shimmer[Thinking]", st.container(), key, expanded=not text).markdown(
            thought
        )
    draw_text(st.empty(), text, as_json="schema" in (run.request.parameters or {}))
    if task != "chat" and run.progress is not None:
        st.progress(run.progress, f":small[{run.doing or 'Working on it'}]")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_live"):
        st.markdown(quiet(phase(run)))
        st.button("Stop", key=f"{key}_stop", icon=":material/stop_circle:", type="tertiary", on_click=run.cancel)


def _ended(run: RunRecord, letter: str, key: str, base: Base | None, again: Callable[[], None]) -> None:
    data: Mapping[str, Any] = (run.response or {}).get("data") or {}
    text = answer_text(run)
    if "embedding" in data or "embeddings" in data:
        draw_vectors(run, key)
    elif base is not None and base.letter != letter and text:
        _differences(base, letter, text, key)
    elif text or any(run.reasoning) or run.status != "failed":
        draw_said(run, key)
    if run.status == "failed" and run.error:
        fault(run.error, key=key, retry=again)
    if run.response and "schema" in (run.request.get("parameters") or {}):
        verdict(data)
    cache_receipts(run, key)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"{key}_actions"):
        receipt(run)
        with st.container(horizontal=True, width="content", gap="small"):
            request_button(run, key)
            if run.status != "failed" and st.button(  # a failed one has a Try again of its own
                "Run again", key=f"{key}_again", icon=":material/refresh:", type="tertiary"
            ):
                again()


def _differences(base: Base, letter: str, text: str, key: str) -> None:
    names: Mapping[Kind, str] = {
        "changed": "worded differently",
        "removed": f"only in {base.letter}",
        "added": f"only in {letter}",
    }
    pairs = align(base.text.split(), text.split())
    found = counts(pairs)
    told = [f"{found[kind]:,} {name}" for kind, name in names.items() if found[kind]]
    words = f"{found['same']:,} of {len(pairs):,} words the same"
    st.markdown(quiet(" · ".join([words, *told]) if told else f"Word for word the same as {base.letter}."))
    draw_diff(stretches(pairs), names, (base.letter, letter), key=f"{key}_diff")
