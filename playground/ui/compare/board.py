"""The panes on the page: side by side where there is room, else one at a time behind tabs; one drawing for both."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from playground.call import Task
from playground.comparison import Cell
from playground.ui.compare import session
from playground.ui.compare.glance import draw_glance
from playground.ui.compare.outcome import Base, draw_outcome, text_of
from playground.ui.compare.pane import Common, Head, head
from playground.ui.compare.panes import letters
from playground.ui.compare.session import Shown
from playground.ui.look import quiet

_COLUMNS = {2: 2, 3: 3, 4: 2, 5: 3, 6: 3}
_BASE = "compare_base"


def draw_heads(task: Task, common: Common) -> list[Head]:
    """Draw every pane without its run; returns what their controls say."""
    there = letters()
    _tabs(there)
    heads = []
    with st.grid(_COLUMNS[len(there)], gap="small", key="compare_panes"):
        for letter in there:
            with st.container(border=True, height="stretch", key=f"compare_pane_{letter}"):
                heads.append(head(task, letter, common))
    return heads


def draw_outcomes(heads: Sequence[Head], shown: Shown | None, base: Base | None) -> None:
    """Draw the run of each pane into its place."""
    for each in heads:
        with each.place:
            _outcome(each.pane.letter, shown, base)


def draw_base(shown: Shown | None) -> Base | None:
    """Draw the choice of the answer that the others are compared with; returns it once it is there."""
    if shown is None or shown.asked.task == "embedding":
        return None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="compare_base_line"):
        st.markdown(quiet("Mark what differs from"), width="content")
        letter = st.segmented_control(
            "Mark what differs from",
            letters(),
            key=_BASE,
            persist_state="session",
            label_visibility="collapsed",
        )
        st.space("stretch")
        draw_glance(shown)
    text = text_of(shown.run(letter)) if letter else None
    return Base(letter, text) if letter and text else None


def _outcome(letter: str, shown: Shown | None, base: Base | None) -> None:
    run = shown.run(letter) if shown else None
    if shown is None:
        st.markdown(quiet("The answer stands here."))
    elif run is not None:
        cell = Cell(shown.row, letter)
        draw_outcome(run, letter, shown.asked.task, base, partial(_again, shown, cell))
    elif shown.asked.pane(letter) is None:
        st.markdown(quiet("This pane is new: it answers with the next run."))
    else:
        st.markdown(":small[:shimmer[Waits for its turn]]" if shown.live else quiet("Not run."))


def _again(shown: Shown, cell: Cell) -> None:
    session.again(shown.asked, [cell])
    st.rerun()


def _tabs(there: Sequence[str]) -> None:
    """The tabs of a narrow window; the stylesheet shows the chosen pane, so nothing runs at a change."""
    st.segmented_control(
        "Pane",
        there,
        default=there[0],
        required=True,
        key="compare_tab",
        on_change="ignore",
        label_visibility="collapsed",
        width="stretch",
    )
