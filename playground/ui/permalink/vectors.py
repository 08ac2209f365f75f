"""What the receipt of an A/B of embeddings says: the items, shared neighbours, and the retrieval check."""

from collections.abc import Mapping

import streamlit as st

from playground.comparison import ITEMS, QUERIES
from playground.errors import PlaygroundError
from playground.pairs import Pair
from playground.record import RunRecord
from playground.ui.compare.session import Shown
from playground.ui.core import core
from playground.ui.embeddings.agreed import QUICK, Founds, agreements, offered_ks, said
from playground.ui.embeddings.embedded import Embedded, embedded
from playground.ui.embeddings.neighbourhood import PICTURE, SMALL
from playground.ui.embeddings.ranking import ranked, scores, verdicts
from playground.ui.embeddings.retrieval import expected_of
from playground.ui.fault import sentence
from playground.ui.look import quiet

_TOLD = 10
"""The number of neighbours that is told in a sentence; the table has the others."""
_SHORT = 9


def items_of(shown: Shown) -> Mapping[str, Embedded]:
    """The vectors of the items by their models' letters, of the models that have them."""
    found = {}
    for letter, run in _runs(shown, ITEMS).items():
        try:
            found[letter] = embedded(run)
        except PlaygroundError:  # what failed is told by its own run
            continue
    return found


def draw_items(shown: Shown, founds: Founds) -> None:
    """Draw what was embedded."""
    asked = shown.asked
    with st.container(border=True, key="receipt_items"):
        st.markdown(f":small[:gray[Embedded]]  \n**{asked.prompt}**, {asked.rows[ITEMS]['count']:,} items")
        if not founds:
            st.markdown(quiet("No run has left vectors, so the items stand in no table."))
            return
        first = next(iter(founds.values()))
        pictures = {PICTURE: first.pictures} if any(first.pictures) else {}
        st.dataframe(
            {"#": list(range(1, len(first) + 1)), **pictures, **first.rows.table.columns},
            hide_index=True,
            height="content" if len(first) < _SHORT else 300,
            column_config={PICTURE: SMALL},
            key="receipt_items_table",
            alt=f"The {len(first):,} items",
        )


def draw_vectors(shown: Shown, founds: Founds) -> None:
    """Draw what the models share, and which finds what was expected."""
    if len(founds) < 2:
        st.markdown(quiet("Only one model has vectors, so there is nothing to compare."))
        return
    try:
        _shared(founds)
        _checked(shown, founds)
    except PlaygroundError as error:  # such as films, which the models cut into different pieces
        st.markdown(f":orange[:material/info:] {quiet(sentence(error.message))}")


def _shared(founds: Founds) -> None:
    total = len(next(iter(founds.values())))
    st.markdown("### Shared neighbours", anchors=False)
    offered = offered_ks(total)
    if not offered:
        st.markdown(quiet("Neighbours can be compared from three items on."))
        return
    if total > QUICK:
        st.markdown(quiet(f"Every pair of {total:,} items is compared on the Embeddings page, which takes a minute."))
        return
    with st.spinner(f"Comparing every pair of {total:,} items"):
        every = {k: agreements(founds, k) for k in offered}
    told = every[_TOLD if _TOLD in every else offered[-1]]
    st.markdown("  \n".join(map(said, told)))
    lines = [(pair.name, k, pair.found) for k, pairs in every.items() for pair in pairs]
    several = {"Models": [name for name, _, _ in lines]} if len(told) > 1 else {}
    with st.container(key="receipt_shared"):
        st.table(
            {
                **several,
                "Neighbours": [f"{k}" for _, k, _ in lines],
                "Shared": [f"{found.share.value:.0%}" for _, _, found in lines],
                "95 % interval": [_interval(found.share.low, found.share.high) for _, _, found in lines],
                "By chance": [f"{found.chance:.0%}" for _, _, found in lines],
            },
            border="horizontal",
            alt="Shared neighbours by their number, with interval and chance",
        )


def _checked(shown: Shown, founds: Founds) -> None:
    runs = {letter: run for letter, run in _runs(shown, QUERIES).items() if run.status == "done" and letter in founds}
    if not runs:
        return
    pairs = [Pair(pair["query"], tuple(pair["expected"])) for pair in shown.asked.rows[QUERIES]["pairs"]]
    st.markdown("### Which finds what was expected", anchors=False)
    checked = ranked({letter: founds[letter] for letter in runs}, runs, pairs, expected_of(founds, pairs))
    st.markdown("  \n".join(f"**{each}**" for each in verdicts(checked)))
    with st.container(key="receipt_scores"):
        st.table(scores(checked), border="horizontal", alt="Scores by model with 95 % intervals, and differences")
    st.dataframe(
        {
            "Query": [pair.query for pair in pairs],
            "Expected": [" | ".join(pair.expected) for pair in pairs],
            **{f"Rank {letter}": list(found.ranks) for letter, found in checked.found.items()},
        },
        hide_index=True,
        height="content" if len(pairs) < _SHORT else 300,
        key="receipt_queries",
        alt="Every query with what it expects and the rank of the first expected item by each model",
    )


def _runs(shown: Shown, row: int) -> dict[str, RunRecord]:
    """The runs of a row that the history holds, by their letters."""
    history, namespace = core().history, shown.asked.namespace
    found = {cell.pane: history.get(id_, namespace) for cell, id_ in sorted(shown.runs.items()) if cell.row == row}
    return {letter: run for letter, run in found.items() if run is not None}


def _interval(low: float | None, high: float | None) -> str:
    return "too few items" if low is None or high is None else f"{low:.0%} to {high:.0%}"
