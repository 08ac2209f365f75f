"""The nearest neighbours of one item by each model, side by side; what they share is marked by word and colour."""

from collections.abc import Mapping, Sequence

import streamlit as st

from playground.hover import short
from playground.neighbours import nearest
from playground.ui.embeddings import picking
from playground.ui.embeddings.embedded import Embedded
from playground.ui.embeddings.item import draw_item
from playground.ui.embeddings.neighbourhood import PICTURE, SMALL, choose, named
from playground.ui.look import quiet

EVERY = {2: "✓ both", 3: "✓ all"}
_COLOURS = ("green", "blue", "orange")


def draw_lists(founds: Mapping[str, Embedded], k: int) -> None:
    """Draw the choice of an item, and its `k` nearest by each model."""
    first = next(iter(founds.values()))
    choose(first)
    focus = picking.focus()
    if focus is None or focus >= len(first):
        st.markdown(quiet("Choose an item, a row of the table above, or a dot on a map, to see whom it is near to."))
        return
    draw_item(first, focus)
    near = {letter: nearest(found.vectors, k, [focus]) for letter, found in founds.items()}
    rows = {letter: each.indices[0].tolist() for letter, each in near.items()}
    for column, (letter, found) in zip(st.columns(len(founds), gap="medium"), founds.items(), strict=True):
        with column:
            st.markdown(f"**{letter}** {quiet(found.run.model)}")
            _list(
                found, rows[letter], near[letter].cosines[0].tolist(), marks(rows, letter), f"embeddings_near_{letter}"
            )


def marks(rows: Mapping[str, Sequence[int]], letter: str) -> list[str]:
    """For each neighbour that `letter` names, who else does, in words: `✓ both`, `A, C`, `only A`."""
    words = []
    for row in rows[letter]:
        naming = [other for other, theirs in rows.items() if row in theirs]
        if len(naming) == len(rows):
            words.append(EVERY[len(rows)])
        else:
            words.append(", ".join(naming) if len(naming) > 1 else f"only {letter}")
    return words


def _list(found: Embedded, rows: Sequence[int], cosines: Sequence[float], words: list[str], key: str) -> None:
    pictures = [found.pictures[row] for row in rows]
    kinds = list(dict.fromkeys(sorted(words, key=lambda word: (word not in EVERY.values(), word.startswith("only")))))
    st.dataframe(
        {
            "Named by": [[word] for word in words],
            **({PICTURE: pictures} if any(pictures) else {}),
            "Item": [named(found, row) for row in rows],
            "Cosine": cosines,
        },
        column_config={
            "Named by": st.column_config.MultiselectColumn(
                options=kinds, color=[_colour(word) for word in kinds], width=88
            ),
            PICTURE: SMALL,
            "Item": st.column_config.TextColumn(width=210),
            "Cosine": st.column_config.NumberColumn(format="%.3f", width=66),
        },
        hide_index=True,
        row_height=72,  # lower rows do not wrap
        height=480,
        key=key,
        alt="; ".join(f"{word}: {short(found.texts[row], 60)}" for word, row in zip(words, rows, strict=True)),
    )


def _colour(word: str) -> str:
    return _COLOURS[0] if word in EVERY.values() else _COLOURS[2] if word.startswith("only") else _COLOURS[1]
