"""What a comparison on the screen offers next: measure it with many runs, judge it blindly, keep it as a document."""

import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from playground.comparison import Cell, Set, new_id, request
from playground.errors import PlaygroundError
from playground.scorecard.plan import Plan, order, plan
from playground.ui.compare.files import parts_of
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.units import dollars

USUAL, MOST = 5, 50
"""Repeats: fewer than 5 give a median no interval."""


def offer(asked: Set, runs: Mapping[Cell, str]) -> None:
    """Draw the ways from a comparison to its scorecard, to a blind vote and to its receipt."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="scorecard_offer"):
        with st.popover("Scorecard", icon=":material/scoreboard:", key="scorecard_panel"):
            _panel(asked, runs)
        if asked.task != "embedding":  # nobody can read vectors
            icon = ":material/how_to_vote:"
            st.page_link("vote.py", label="Blind vote", icon=icon, query_params={"set": asked.id})
        st.page_link("receipt.py", label="Receipt", icon=":material/receipt:", query_params={"set": asked.id})


def _panel(asked: Set, runs: Mapping[Cell, str]) -> None:
    st.markdown("**Ask again and again, and measure**")
    st.markdown(quiet("Medians with intervals, and what can be said of every two panes. The cache is left alone."))
    repeats = st.number_input(
        "Repeats", 1, MOST, value=USUAL, key="scorecard_repeats", help="Of each row, in every pane"
    )
    st.markdown(quiet(words(plan(asked, repeats, _paid(asked, runs)), asked, repeats)))
    if st.button("Start", key="scorecard_start", type="primary", icon=":material/play_arrow:"):
        _start(asked, repeats)


def words(planned: Plan, asked: Set, repeats: int) -> str:
    """What a plan comes to: `30 runs: 5 repeats × 2 panes × 3 rows, and 2 warm-ups. About $0.0042.`"""
    rows = f" × {len(asked.rows):,} rows" if len(asked.rows) > 1 else ""
    cost = "What it costs is not known." if planned.cost is None else f"It costs about {_dollars(planned.cost)}."
    if planned.cost == 0:
        cost = "It costs nothing."
    return (
        f"{planned.runs:,} runs: {repeats} repeat{'s' * (repeats > 1)} × {len(asked.panes)} panes{rows}, "
        f"and {planned.warm_ups} warm-ups that are not counted. {cost}"
    )


def _dollars(cost: float) -> str:
    return dollars(cost).replace("$", "\\$")


def _paid(asked: Set, runs: Mapping[Cell, str]) -> Mapping[str, list[float | None]]:
    """What the answers of each pane cost, those of the cache left out."""
    glances = core().history.sets.glances(asked.id)
    paid: dict[str, list[float | None]] = defaultdict(list)
    for cell, run in runs.items():
        glance = glances.get(run)
        if glance is not None and glance.status == "done" and not glance.cached:
            paid[cell.pane].append(glance.cost)
    return paid


def _start(asked: Set, repeats: int) -> None:
    new = replace(asked, id=new_id(), created_at=time.time(), namespace=NAMESPACE, kind="scorecard", cache=None)
    cells = order(new, repeats)
    try:
        parts = parts_of(new)
        for cell in cells:
            request(new, cell, parts)
        core().sweeps.start(new, cells, parts)
    except PlaygroundError as error:
        st.markdown(f":red[:material/error:] {sentence(error.message)}")
    else:
        st.switch_page("scorecard.py", query_params={"set": new.id})
