"""The runs that have not ended, each with Stop; the page follows when one begins or ends."""

import streamlit as st

from playground.run import Run
from playground.store.excerpt import question
from playground.ui.core import NAMESPACE, core
from playground.units import seconds

BEAT = 2.0
"""Seconds between two looks."""
_OPENING = "runs_opening"
_STATES = {"queued": "Queued", "running": "Running"}


def underway() -> None:
    """Draw the live runs, and look again every `BEAT` seconds; when a run has ended the whole page runs once more."""
    st.fragment(run_every=BEAT)(_draw)(_latest())


def open_run(id_: str) -> None:
    """Show one run in place of the table; a callback's work, `follow` does the rest."""
    st.session_state[_OPENING] = id_


def follow() -> None:
    """Go to the run that was asked for. As a page change it takes the filters out of the URL in the same step."""
    if _OPENING in st.session_state:
        st.switch_page("runs.py", query_params={"run": st.session_state.pop(_OPENING)})


def _latest() -> tuple[list[str], list[str]]:
    """The runs under way and the newest that ended: when these change, what is drawn is out of date.

    Results of a search stand still: it costs too much to search all texts again with every run that ends.
    """
    newest = [] if st.session_state.get("runs_text") else core().history.glance(NAMESPACE, limit=1)
    return [run.id for run in core().live(NAMESPACE)], [line.id for line in newest]


def _draw(drawn: tuple[list[str], list[str]]) -> None:
    follow()
    if _latest() != drawn:
        st.rerun()
    for run in core().live(NAMESPACE):
        with st.container(
            border=True, horizontal=True, vertical_alignment="center", gap="small", key=f"runs_live_{run.id}"
        ):
            st.markdown(_line(run), width="stretch")
            with st.container(horizontal=True, width="content", gap="small"):
                stop, eye = ":material/stop_circle:", ":material/visibility:"
                args = (run.id,)
                st.button("Open", key=f"{run.id}_open", icon=eye, type="tertiary", on_click=open_run, args=args)
                st.button("Stop", key=f"{run.id}_stop", icon=stop, type="tertiary", on_click=run.cancel)


def _line(run: Run) -> str:
    asked = question(run.request.model_dump(exclude_none=True)) or run.task or "a run"
    model = f"{run.request.provider} / {run.request.model}"
    return f":shimmer[{_STATES.get(run.state, 'Ending')}] · {asked}  \n:small[{model} · {seconds(run.elapsed_ms)}]"
