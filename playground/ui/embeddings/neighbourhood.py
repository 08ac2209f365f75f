"""The nearest neighbours of one row, from the original space; without one, the closest pairs of all."""

from typing import Any

import streamlit as st

from playground.hover import short
from playground.neighbours import nearest
from playground.ui.embeddings import picking
from playground.ui.embeddings.embedded import Embedded
from playground.ui.embeddings.item import draw_item
from playground.ui.embeddings.map import NEAR
from playground.ui.embeddings.shelf import KIND

_OFFERED = 1000
"""More texts than this are searched, not listed."""
_PAIRED = 5000
"""Of more texts than this the closest pairs are not looked for: every pair is computed."""
_COSINE = st.column_config.ProgressColumn("Cosine", min_value=0, max_value=1, format="%.3f", width=96)
_TEXT, _NARROW = (st.column_config.TextColumn(width=width) for width in (200, 128))
PICTURE, SMALL = "Picture", st.column_config.ImageColumn(width=58)
_ROW, _HEIGHT = 72, 460  # lower rows do not wrap


def draw_neighbours(found: Embedded) -> None:
    """Draw the choice of a text and what is nearest to it."""
    choose(found)
    focus = picking.focus()
    if focus is not None and focus < len(found):
        draw_item(found, focus)
        _nearest(found, focus)
    elif len(found) <= _PAIRED:
        _pairs(found)


def choose(found: Embedded) -> None:
    """Draw the choice of an item."""
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
        placeholder="Choose one, or click a dot",
        persist_state="session",
    )


def _search(found: Embedded) -> list[int]:
    wanted = st.text_input("Find", key="embeddings_search", placeholder="Words in the text or name", type="search")
    words = wanted.casefold().split()
    hits = (row for row, text in enumerate(found.texts) if all(word in text.casefold() for word in words))
    return [row for row, _ in zip(hits, range(100), strict=False)]


def _nearest(found: Embedded, focus: int) -> None:
    near = nearest(found.vectors, NEAR, [focus])
    rows = near.indices[0].tolist()
    _table(
        {
            "Cosine": near.cosines[0].tolist(),
            PICTURE: [found.pictures[row] for row in rows],
            found.noun.capitalize().removesuffix("s"): [named(found, row) for row in rows],
        },
        "embeddings_nearest",
        f"The {len(rows)} {found.noun} nearest to: {short(found.texts[focus], 80)}",
    )


def _table(columns: dict[str, list[Any]], key: str, alt: str) -> None:
    """A list of what is near, nearest first; columns of pictures only where there are some."""
    shown = {name: values for name, values in columns.items() if any(values) or not name.startswith(PICTURE)}
    text = _NARROW if PICTURE in shown else _TEXT
    looks = {name: SMALL if name.startswith(PICTURE) else text for name in shown}
    st.dataframe(
        shown,
        hide_index=True,
        column_config={**looks, "Cosine": _COSINE},
        row_height=_ROW,
        height=_HEIGHT,
        key=key,
        alt=alt,
    )
    st.caption("By cosine in the original space, not on the map.")


def named(found: Embedded, row: int) -> str:
    """A text or name with its label behind it; of what kind it is, its look tells."""
    label = found.table.columns[found.label][row] if found.label and found.label != KIND else None
    return found.texts[row] if label is None else f"{found.texts[row]} · {label}"


def _pairs(found: Embedded) -> None:
    one, cosine = found.twins.indices[:, 0].tolist(), found.twins.cosines[:, 0].tolist()
    pairs = {(min(row, other), max(row, other)): cosine[row] for row, other in enumerate(one)}
    best = sorted(pairs.items(), key=lambda pair: -pair[1])[:NEAR]
    _table(
        {
            "Cosine": [near for _, near in best],
            PICTURE: [found.pictures[row] for (row, _), _ in best],
            f"{PICTURE} beside": [found.pictures[other] for (_, other), _ in best],
            "Closest pairs": [
                f"{short(found.texts[row], 90)}  ≈  {short(found.texts[other], 90)}" for (row, other), _ in best
            ],
        },
        "embeddings_pairs",
        f"The closest pairs of {found.noun}",
    )
