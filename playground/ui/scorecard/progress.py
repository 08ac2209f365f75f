"""A scorecard on its way: how far, how to stop it, how to go on with more repeats."""

from collections import Counter
from collections.abc import Mapping

import streamlit as st

from playground.errors import PlaygroundError
from playground.record import Status
from playground.scorecard.plan import further
from playground.store.row import Glance
from playground.ui.compare.files import parts_of
from playground.ui.compare.session import Shown, shown_set
from playground.ui.core import core
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.scorecard.figure import called
from playground.units import counted, seconds

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
    glances = core().history.sets.glances(id)
    ended, total = len(glances), len(shown.runs) + core().sweeps.waiting(id)
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
    for letter in core().sweeps.late(id):
        _late(shown, letter)
    st.markdown(quiet(f"Answers so far: {' · '.join(_so_far(shown, glances))}"))
    st.markdown(quiet("The card stands here when all have answered, or when you stop."))


def _so_far(shown: Shown, glances: Mapping[str, Glance]) -> list[str]:
    """`A 3`, `B 2 and 1 failed`."""
    told = []
    for pane in shown.asked.panes:
        found = Counter(glances[run].status for run in _runs(shown, pane.letter) if run in glances)
        told.append(
            f"**{pane.letter}** {found['done']:,}" + (f" and {found['failed']:,} failed" if found["failed"] else "")
        )
    return told


def _late(shown: Shown, letter: str) -> None:
    """Who is not waited for, since when, and the way to go on without."""
    pane = shown.asked.pane(letter)
    run = next((run for run in core().live(shown.asked.namespace) if run.id in _runs(shown, letter)), None)
    if pane is None or run is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"scorecard_late_{letter}"):
        st.markdown(
            f":orange[:material/hourglass_top:] **{called(pane)}** has not answered for {seconds(run.elapsed_ms)}. "
            + quiet("The others go on; what it misses is asked of it at the end."),
            width="stretch",
        )
        st.button(
            f"Go on without {letter}",
            key=f"scorecard_drop_{letter}",
            icon=":material/person_remove:",
            type="tertiary",
            help="Its answers so far are kept and counted",
            on_click=core().sweeps.drop,
            args=(shown.asked.id, letter, shown.asked.namespace),
        )


def _runs(shown: Shown, letter: str) -> frozenset[str]:
    return frozenset(run for cell, run in shown.runs.items() if cell.pane == letter)


def _ended(shown: Shown) -> None:
    glances = core().history.sets.glances(shown.asked.id)
    ids = [run for cell, run in shown.runs.items() if cell.repeat >= 0]
    found = Counter(glances[run].status for run in ids if run in glances)
    told = [counted(found["done"], "answer")]
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
    for said in _failures(shown, glances):
        st.markdown(said)
    if problem := st.session_state.pop(_PROBLEM, ""):
        st.markdown(f":red[:material/error:] {sentence(problem)}")


def _failures(shown: Shown, glances: Mapping[str, Glance]) -> list[str]:
    """For each pane that failed how often it did, and the cause that was told most, with a run to look at."""
    told = []
    for pane in shown.asked.panes:
        runs = [run for cell, run in shown.runs.items() if cell.pane == pane.letter and cell.repeat >= 0]
        failed = [glances[run] for run in runs if run in glances and glances[run].status == "failed"]
        if failed:
            [(cause, _)] = Counter(glance.answer for glance in failed).most_common(1)
            example = next(glance.id for glance in failed if glance.answer == cause)
            of = f"{len(failed):,} of {len(runs):,}"
            link = f"[receipt](/receipt?run={example})"
            told.append(f":red[:material/error:] :small[**{called(pane)}**: {of} failed. {sentence(cause)} {link}]")
    return told


def _go_on(shown: Shown) -> None:
    try:
        core().sweeps.go_on(shown.asked, further(shown.asked, _MORE, shown.runs), parts_of(shown.asked))
    except PlaygroundError as error:
        st.session_state[_PROBLEM] = error.message
