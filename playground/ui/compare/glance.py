"""At a glance: which pane began first, was done first and cost least, of the one answer that each has given."""

from collections.abc import Callable, Mapping

import streamlit as st

from playground.store.row import Glance
from playground.ui.compare.session import Shown
from playground.ui.core import core
from playground.ui.look import quiet
from playground.units import dollars, seconds

_FIRSTS: Mapping[str, tuple[Callable[[Glance], float | None], Callable[[float], str]]] = {
    "First to start": (lambda glance: glance.ttft_ms, seconds),
    "First to end": (lambda glance: glance.total_ms, seconds),
    "Cheapest": (lambda glance: glance.cost, dollars),
}


def draw_glance(shown: Shown) -> None:
    """Draw the line once two of the row that is looked at have answered; nothing before."""
    glances = core().history.sets.glances(shown.asked.id)
    told = firsts(
        {
            pane.letter: glances[run]
            for pane in shown.asked.panes
            if (run := shown.run(pane.letter)) is not None and run in glances
        }
    )
    if told and not shown.live:
        help_ = "Of one answer each; a scorecard says what holds again and again."
        st.markdown(quiet(told.replace("$", "\\$")), help=help_, width="content")


def firsts(glances: Mapping[str, Glance]) -> str:
    """`First to start: **B** 0.21 s · Cheapest: **A and C** free`; the cache's answers tell nothing of a model."""
    fresh = {letter: each for letter, each in glances.items() if each.status == "done" and not each.cached}
    told = []
    for title, (read, said) in _FIRSTS.items():
        values = {letter: value for letter, each in fresh.items() if (value := read(each)) is not None}
        if len(values) > 1:
            best = said(min(values.values()))
            who = [letter for letter, value in values.items() if said(value) == best]
            if len(who) < len(values):
                told.append(f"{title}: **{' and '.join(who)}** {best}")
    return " · ".join(told)
