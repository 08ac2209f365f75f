"""What was picked on the map: a selection of rows, and one text in focus."""

from collections.abc import Mapping

import streamlit as st

from playground.figures import Figure

SELECTED, FOCUS, DRAWN = "embeddings_selected", "embeddings_focus", "embeddings_drawn"


def selected() -> list[int]:
    """The selected rows, in order."""
    found: list[int] = st.session_state.get(SELECTED, [])
    return found


def focus() -> int | None:
    """The row whose neighbours are shown."""
    found: int | None = st.session_state.get(FOCUS)
    return found


def chart_key(run: str, colour: str) -> str:
    """The chart's identity. It changes with the groups, and when a drawn area would lie over another map."""
    drawn = st.session_state.get(DRAWN, 0), st.session_state.get(f"{DRAWN}_{run}", 0)
    return f"embeddings_map_{run}_{colour}_{drawn[0]}_{drawn[1]}"


def take(key: str, figure: Figure, others: Mapping[str, str]) -> None:
    """Remember what the chart says is selected; one point more than before comes into focus.

    `others` are the charts beside it, run to key: what was selected on them is no more, so they are drawn anew.
    """
    selection = st.session_state[key]["selection"]
    now = figure.picked(selection["selected"])
    new = set(now) - set(selected())
    if len(new) == 1 and not selection["areas"]:
        st.session_state[FOCUS] = new.pop()
    st.session_state[SELECTED] = now
    for run, other in others.items():
        chart = st.session_state.get(other)
        if chart is not None and chart["selection"]["selected"]:
            st.session_state[f"{DRAWN}_{run}"] = st.session_state.get(f"{DRAWN}_{run}", 0) + 1


def redraw(key: str) -> None:
    """Before another map is drawn: an area drawn on this one means nothing there, the rows in it still do."""
    chart = st.session_state.get(key)
    if chart is not None and chart["selection"]["areas"]:
        st.session_state[DRAWN] = st.session_state.get(DRAWN, 0) + 1


def drop() -> None:
    """Select nothing."""
    st.session_state[SELECTED] = []
    st.session_state[DRAWN] = st.session_state.get(DRAWN, 0) + 1
