"""The card on the screen: the table, a figure with its table per measure, sentences per pair, and the files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from playground.comparison import Cell, Pane, Set
from playground.record import RunRecord
from playground.scorecard.card import Card, card
from playground.scorecard.preference import concerning
from playground.store.votes import Ballot
from playground.ui.compare.session import Shown
from playground.ui.core import core
from playground.ui.look import note, quiet
from playground.ui.scorecard.export import as_csv, as_json
from playground.ui.scorecard.figure import Row, figure, in_words, lines, listed, overview, rows
from playground.whiskers import height

_CARD = "scorecard_card"
_APART = (
    " What was asked apart from the others, after a pane was late or had been stopped, counts for the pane itself, but "
    "not in what is said of the time of two."
)
_SHOWN = 3
"""Sentences that stand open; six panes have fifteen for each measure."""


@dataclass(frozen=True, slots=True)
class Made:
    """A card, with the runs and votes that it was made from."""

    ids: frozenset[str]
    ballots: Sequence[Ballot]
    records: Mapping[Cell, RunRecord]
    card: Card


def draw_card(shown: Shown) -> None:
    """Draw the card of a set that has ended."""
    found = made(shown)
    if not any(run.status == "done" and cell.repeat >= 0 for cell, run in found.records.items()):
        st.markdown(note("No run has answered, so there is nothing to measure yet."))
        return
    panes = shown.asked.panes
    st.dataframe(
        overview(found.card, panes),
        hide_index=True,
        key="scorecard_table",
        column_config={"Measure": st.column_config.TextColumn(pinned=True)},
        alt="Medians and shares by measure and pane, with their intervals",
    )
    st.markdown(
        quiet(
            "Medians, and in brackets the interval that holds the true one in 95 of 100 such cards; shares likewise. "
            "Of 5 runs it does in 93 of 100, of fewer there is none. Warm-ups and cached answers are left out."
            + (_APART if any(score.apart for score in found.card.scores) else "")
        )
    )
    _files(shown.asked, found)
    with st.grid(2, min_column_width=330, gap="medium", key="scorecard_figures"):
        for row in rows(found.card):
            if not any(each.value for each in row.estimates.values()) and not row.share:  # what is free needs no figure
                continue
            with st.container(border=True, height="stretch", key=f"scorecard_{row.name}"):
                _measure(row, panes, found.card.sentences.get(row.name, ()))


def made(shown: Shown) -> Made:
    """The card, made once for the runs and votes that are there."""
    ids = frozenset(core().history.sets.glances(shown.asked.id))
    ballots = concerning(shown.asked, core().history.votes.all(shown.asked.namespace))
    held: Made | None = st.session_state.get(_CARD)
    if held is None or (held.ids, held.ballots) != (ids, ballots):
        with st.spinner("Measuring …", show_time=True):
            history = core().history
            found = {cell: history.get(run, shown.asked.namespace) for cell, run in shown.runs.items()}
            records = {cell: run for cell, run in found.items() if run is not None}
            held = Made(ids, ballots, records, card(shown.asked, records, ballots))
        st.session_state[_CARD] = held
    return held


def _measure(row: Row, panes: Sequence[Pane], sentences: Sequence[str]) -> None:
    drawn, table = st.tabs([row.title, "Table"], key=f"scorecard_tabs_{row.name}")
    with drawn:
        st.echarts_chart(
            figure(row, panes),
            height=height(lines(row, panes)),
            key=f"scorecard_figure_{row.name}",
            alt=in_words(row, panes),
        )
    with table:
        st.dataframe(listed(row, panes), hide_index=True, key=f"scorecard_table_{row.name}", alt=f"{row.title} by pane")
    st.markdown(_listed(sentences[:_SHOWN]))
    if len(sentences) > _SHOWN:
        with st.expander(f"{len(sentences) - _SHOWN} more pairs", type="compact", key=f"scorecard_pairs_{row.name}"):
            st.markdown(_listed(sentences[_SHOWN:]))


def _listed(sentences: Sequence[str]) -> str:
    return "\n".join(f"- :small[{said}]" for said in sentences)


def _files(asked: Set, made: Made) -> None:
    with st.container(horizontal=True, gap="small", key="scorecard_files"):
        for name, mime, write in (("CSV", "text/csv", as_csv), ("JSON", "application/json", as_json)):
            st.download_button(
                name,
                partial(write, asked, made.records, made.ballots),
                f"{asked.id}.{name.lower()}",
                mime,
                key=f"scorecard_{name.lower()}",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
            )
