"""The nearest neighbours of one text, from the original space; without one, the closest pairs of all."""

import streamlit as st

from playground.hover import short
from playground.neighbours import nearest
from playground.ui.embeddings import picking
from playground.ui.embeddings.embedded import Embedded
from playground.ui.embeddings.map import NEAR

_OFFERED = 1000
"""More texts than this are searched, not listed."""
_PAIRED = 5000
"""Of more texts than this the closest pairs are not looked for: every pair is computed."""
_COSINE = st.column_config.ProgressColumn("Cosine", min_value=0, max_value=1, format="%.3f", width=96)
_TEXT = st.column_config.TextColumn(width=200)
_ROW, _HEIGHT = 72, 460  # lower rows do not wrap


def draw_neighbours(found: Embedded) -> None:
    """Draw the choice of a text and what is nearest to it."""
    _choose(found)
    focus = picking.focus()
    if focus is not None:
        _nearest(found, focus)
    elif len(found) <= _PAIRED:
        _pairs(found)


def _choose(found: Embedded) -> None:
    offered = list(range(len(found)))
    if len(found) > _OFFERED:
        offered = _search(found)
    focus = picking.focus()
    if focus is not None and focus not in offered:
        offered = [focus, *offered]
    st.selectbox(
        "Nearest neighbours of",
        offered,
        index=None,
        format_func=lambda row: short(found.texts[row], 90),
        key=picking.FOCUS,
        placeholder="Choose a text, or click a dot",
        persist_state="session",
    )


def _search(found: Embedded) -> list[int]:
    wanted = st.text_input("Find", key="embeddings_search", placeholder="Words in the text", type="search")
    words = wanted.casefold().split()
    hits = (row for row, text in enumerate(found.texts) if all(word in text.casefold() for word in words))
    return [row for row, _ in zip(hits, range(100), strict=False)]


def _nearest(found: Embedded, focus: int) -> None:
    near = nearest(found.vectors, NEAR, [focus])
    rows = near.indices[0].tolist()
    st.dataframe(
        {"Cosine": near.cosines[0].tolist(), "Text": [_named(found, row) for row in rows]},
        hide_index=True,
        column_config={"Cosine": _COSINE, "Text": _TEXT},
        row_height=_ROW,
        height=_HEIGHT,
        key="embeddings_nearest",
        alt=f"The {len(rows)} texts nearest to: {short(found.texts[focus], 80)}",
    )
    st.caption("By cosine in the original space, not on the map.")


def _named(found: Embedded, row: int) -> str:
    """A text with its label behind it."""
    label = found.table.columns[found.label][row] if found.label else None
    return found.texts[row] if label is None else f"{found.texts[row]} · {label}"


def _pairs(found: Embedded) -> None:
    one, cosine = found.twins.indices[:, 0].tolist(), found.twins.cosines[:, 0].tolist()
    pairs = {(min(row, other), max(row, other)): cosine[row] for row, other in enumerate(one)}
    best = sorted(pairs.items(), key=lambda pair: -pair[1])[:NEAR]
    st.dataframe(
        {
            "Cosine": [near for _, near in best],
            "Closest pairs": [
                f"{short(found.texts[row], 90)}  ≈  {short(found.texts[other], 90)}" for (row, other), _ in best
            ],
        },
        hide_index=True,
        column_config={"Cosine": _COSINE, "Closest pairs": _TEXT},
        row_height=_ROW,
        height=_HEIGHT,
        key="embeddings_pairs",
        alt="The closest pairs of texts",
    )
    st.caption("By cosine in the original space, not on the map.")
