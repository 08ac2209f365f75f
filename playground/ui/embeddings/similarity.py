"""The similarity matrix: every pair of the selected texts, of all when they are few, of a sample when they are not."""

import random

import streamlit as st

from playground.heatmap import heatmap
from playground.neighbours import similarity
from playground.ui.embeddings import picking
from playground.ui.embeddings.embedded import Embedded

MOST = 100
"""Texts in a matrix: 10,000 cells."""


def draw_similarity(found: Embedded) -> None:
    """Draw the matrix in an expander that computes when it is opened."""
    panel = st.expander("Similarity matrix", key="embeddings_similarity", icon=":material/grid_on:", on_change="rerun")
    if not panel.open:
        return
    rows, said = _rows(found)
    labels = found.table.columns[found.label] if found.label else None
    if labels:
        order = {label: place for place, label in enumerate(dict.fromkeys(labels))}
        rows = sorted(rows, key=lambda row: order[labels[row]])
    with panel:
        st.caption(said + (f" Ordered by `{found.label}`." if labels else "") + f" Hover for the two {found.noun}.")
        option = heatmap(
            similarity(found.vectors[rows]),
            [found.texts[row] for row in rows],
            [str(labels[row]) for row in rows] if labels else None,
            [found.pictures[row] for row in rows] if any(found.pictures) else None,
        )
        st.echarts_chart(
            option, key="embeddings_matrix", height=560, alt=f"Cosine similarity of {len(rows)} {found.noun}"
        )


def _rows(found: Embedded) -> tuple[list[int], str]:
    """Which rows, and the sentence that says which."""
    selected = picking.selected()
    if 2 <= len(selected) <= MOST:
        return selected, f"The {len(selected)} selected {found.noun}."
    pool, name = (selected, "selected") if len(selected) > MOST else (list(range(len(found))), "")
    if len(pool) <= MOST:
        return pool, f"All {len(pool)} {found.noun}."
    return sorted(random.Random(0).sample(pool, MOST)), f"A sample of {MOST} of the {len(pool):,} {name} {found.noun}."
