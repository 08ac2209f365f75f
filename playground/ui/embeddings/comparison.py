"""Several models on the same items: each with its progress or its map, side by side, then what can be said of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from playground.errors import PlaygroundError
from playground.record import RunRecord
from playground.run import Run
from playground.ui.embeddings.agreement import draw_agreement
from playground.ui.embeddings.embedded import Embedded
from playground.ui.embeddings.map import LETTERS, draw_controls, draw_map
from playground.ui.embeddings.result import draw_notes, draw_receipt, follow, vectors_of
from playground.ui.embeddings.retrieval import checked, draw_retrieval
from playground.ui.embeddings.selection import draw_selection
from playground.ui.embeddings.session import KEYS, Place
from playground.ui.embeddings.together import keep
from playground.ui.fault import fault
from playground.ui.look import note, quiet
from playground.ui.transcribe.words import plain
from playground.ui.watch import BEAT, find

_HEIGHTS = {2: 440, 3: 380}
_APART = (
    "Each map is its model's own: places and distances on one say nothing about places on another. What you select on "
    "one, by a click or a lasso, is marked on all."
)


@dataclass(frozen=True, slots=True)
class _Pane:
    """One model: its letter, its run once that has ended, and its vectors once they are there."""

    letter: str
    run: RunRecord | None
    found: Embedded | None


def draw_runs(shown: Mapping[Place, str]) -> None:
    """Draw the runs by their ids, live or ended."""
    st.fragment(_draw)(dict(shown))


def _draw(shown: Mapping[Place, str]) -> None:
    controls, columns = st.container(), st.columns(len(shown), gap="medium")
    panes: list[_Pane] = []
    for column, letter, (place, id_) in zip(columns, LETTERS, shown.items(), strict=False):
        with column:
            panes.append(_pane(letter, place, id_))
    founds = {pane.letter: pane.found for pane in panes if pane.found is not None}
    if not founds:
        return
    first = next(iter(founds.values()))
    draw_notes(first)
    if len(first) < 2:
        st.markdown(
            note("One item has nothing to lie near to. Give two or more, and the maps show how close they are.")
        )
        return
    if len(set(map(len, founds.values()))) > 1:
        told = (
            "The models cut a film into different pieces, so their vectors are not of the same items. Open one alone."
        )
        st.markdown(note(told))
        return
    with controls:
        views = draw_controls(founds, [columns[LETTERS.index(letter)].container() for letter in founds])
    for (letter, found), view in zip(founds.items(), views, strict=True):
        with columns[LETTERS.index(letter)]:
            others = [other for other in founds.values() if other is not found]
            draw_map(found, view, others, _HEIGHTS[len(shown)])
    if len(founds) > 1:
        _draw_foot(panes, founds)
    draw_selection(first)
    if len(founds) > 1:
        draw_agreement(founds)
    draw_retrieval(founds)


def _draw_foot(panes: Sequence[_Pane], founds: Mapping[str, Embedded]) -> None:
    """What the maps are, and once all runs have ended the link to the receipt of what is compared here."""
    runs = {pane.letter: pane.run for pane in panes if pane.run is not None}
    queries = dict(zip(founds, checked(founds), strict=False))
    ended = {letter: run for letter, run in queries.items() if isinstance(run, RunRecord)}
    words, link = st.columns([6, 1])
    words.markdown(quiet(_APART))
    if len(runs) == len(panes) and len(ended) == len(queries):
        query = {"set": keep(runs, ended)}
        link.page_link("receipt.py", label="Receipt", icon=":material/receipt:", query_params=query)


def _pane(letter: str, place: Place, id_: str) -> _Pane:
    """Draw how a run stands, in a few lines."""
    run, key, found = find(id_), KEYS[place], None
    with st.container(key=f"{key}_pane", gap="xsmall"):  # of its own: fragments in one would share their identity
        if isinstance(run, PlaygroundError):
            st.markdown(f"**{letter}**")
            fault(run, key=f"{key}_run")
        else:
            model = run.request.model if isinstance(run, Run) else run.model
            st.markdown(f"**{letter} · {plain(model or '')}**")
            if isinstance(run, Run):
                st.fragment(run_every=BEAT)(follow)(run, key)
            else:
                found = vectors_of(run, place)
                draw_receipt(run, found, key)
    return _Pane(letter, run if isinstance(run, RunRecord) else None, found)
