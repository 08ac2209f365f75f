"""A scorecard on its way: how far, how to stop it, how to go on with more repeats."""

from collections import Counter
from collections.abc import Mapping

import streamlit as st

from playground.errors import PlaygroundError
from playground.record import Status
from playground.scorecard.plan import further
from playground.ui.compare.files import parts_of
from playground.ui.compare.session import Shown, shown_set
from playground.ui.core import core
from playground.ui.fault import sentence
from playground.ui.look import quiet

_BEAT = 0.7
_PROBLEM = "scorecard_problem"
_MORE = 5
_WORDS: Mapping[Status, str] = {"failed": "failed", "cancelled": "stopped"}


def draw_progress(shown: Shown) -> None:
    """Draw the bar while it runs; afterwards what came of it, and the way to more."""
    with st.container(key="scorecard_state"):
        if shown.live:
            st.fragment(run_every=_BEAT)(_live)(shown.asked.id)
        else:
            _ended(shown)


def _live(id: str) -> None:  # noqa: A002 - the field's name
    shown = shown_set(id)
    if shown is None or not shown.live:
        st.rerun()
    waiting, ended = core().sweeps.waiting(id), len(core().history.sets.glances(id))
    total = len(shown.runs) + waiting
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="scorecard_live"):
        st.progress(min(1.0, ended / max(1, total)), f":small[{ended:,} of {total:,} runs, warm-ups among them]")
        st.button(
            "Stop",
            key="scorecard_stop",
            icon=":material/stop_circle:",
            help="What has arrived is kept and counted",
            on_click=core().sweeps.stop,
            args=(id, shown.asked.namespace),
        )
    st.markdown(quiet("The card stands here when all have answered, or when you stop."))


def _ended(shown: Shown) -> None:
    glances = core().history.sets.glances(shown.asked.id)
    ids = [run for cell, run in shown.runs.items() if cell.repeat >= 0]
    found = Counter(glances[run].status for run in ids if run in glances)
    told = [f"{found['done']:,} answers"]
    told += [f"{found[status]:,} {word}" for status, word in _WORDS.items() if found[status]]
    cells = further(shown.asked, _MORE, shown.runs)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="scorecard_ended"):
        st.markdown(quiet(" · ".join(told)), width="stretch")
        st.button(
            f"{_MORE} more repeats",
            key="scorecard_more",
            icon=":material/add:",
            type="tertiary",
            help=f"{len(cells):,} more runs, those that were left out among them",
            on_click=_go_on,
            args=(shown,),
        )
    if problem := st.session_state.pop(_PROBLEM, ""):
        st.markdown(f":red[:material/error:] {sentence(problem)}")


def _go_on(shown: Shown) -> None:
    try:
        core().sweeps.go_on(shown.asked, further(shown.asked, _MORE, shown.runs), parts_of(shown.asked))
    except PlaygroundError as error:
        st.session_state[_PROBLEM] = error.message
