"""Whether models agree on who is near whom: shared neighbours, the items that changed most, lists side by side."""

import json
from functools import partial
from typing import Any

import streamlit as st

from playground.errors import PlaygroundError
from playground.ui.embeddings import picking
from playground.ui.embeddings.agreed import QUICK, Agreed, Founds, agreements, offered_ks, said
from playground.ui.embeddings.download import csv_of, draw_exports
from playground.ui.embeddings.lists import draw_lists
from playground.ui.embeddings.neighbourhood import PICTURE, SMALL
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.whiskers import Whisker, height, whiskers

MOST = 200
"""Items in the table of the most changed; the file has all."""
_HELP = (
    "Of an item's k nearest neighbours by one model, the share that the other model names too, over all items. By "
    "cosine in each model's own space, not on the maps. The interval says what other "
    "items like these would share; it allows for items being each other's neighbours."
)


def draw_agreement(founds: Founds) -> None:
    """Draw what at least two models share."""
    total = len(next(iter(founds.values())))
    st.markdown("### Do they agree on what is alike?", help=_HELP)
    offered = offered_ks(total)
    if not offered:
        st.markdown(quiet("Neighbours can be compared from three items on."))
        return
    if not _wanted(founds, total):
        return
    k = _choose(offered)
    try:
        agreed = agreements(founds, k)
    except PlaygroundError as error:
        st.markdown(f":orange[:material/info:] {quiet(sentence(error.message))}")
        return
    st.markdown("  \n".join(said(each) for each in agreed))
    _figure(agreed)
    _changed(founds, agreed)
    draw_lists(founds, k)


def _choose(offered: list[int]) -> int:
    if st.session_state.get("embeddings_k") not in offered:
        st.session_state["embeddings_k"] = 10 if 10 in offered else offered[-1]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="embeddings_k_row"):
        st.markdown("Nearest neighbours", width="content")
        found = st.segmented_control(
            "Nearest neighbours",
            offered,
            required=True,
            key="embeddings_k",
            label_visibility="collapsed",
            persist_state="session",
        )
    return int(found or offered[-1])


def _wanted(founds: Founds, total: int) -> bool:
    """Whether the neighbours of all are to be computed; of many that takes long and is asked for first."""
    key = f"embeddings_near_of_{'_'.join(found.run.id for found in founds.values())}"
    if total > QUICK and not st.session_state.get(key):
        st.markdown(quiet(f"Every pair of {total:,} items is compared, which may take a minute."))
        if not st.button("Compare the neighbours", key="embeddings_near_go", icon=":material/compare_arrows:"):
            return False
        st.session_state[key] = True
    with st.spinner(f"Comparing every pair of {total:,} items"):
        for found in founds.values():
            _ = found.near
    return True


def _figure(agreed: list[Agreed]) -> None:
    lines = [Whisker(each.name, f"shared of {each.found.k}", each.found.share, each.found.chance) for each in agreed]
    drawn, listed = st.tabs(["Overlap", "Table"], key="embeddings_overlap_tabs")
    with drawn:
        alt = "; ".join(said(each) for each in agreed).replace("**", "")
        st.echarts_chart(whiskers(lines), height=height(lines), key="embeddings_overlap", alt=alt)
    with listed:
        share = st.column_config.NumberColumn(format="percent")
        st.dataframe(
            {
                "Models": [each.name for each in agreed],
                "k": [each.found.k for each in agreed],
                "Shared": [each.found.share.value for each in agreed],
                "from": [each.found.share.low for each in agreed],
                "to": [each.found.share.high for each in agreed],
                "By chance": [each.found.chance for each in agreed],
                "Items": [each.found.share.n for each in agreed],
            },
            column_config=dict.fromkeys(("Shared", "from", "to", "By chance"), share),
            hide_index=True,
            key="embeddings_overlap_table",
            alt="Shared neighbours by pair of models, with 95 % interval and chance",
        )


def _changed(founds: Founds, agreed: list[Agreed]) -> None:
    """Draw the items whose neighbours changed most; a click on a row brings its item into focus."""
    pair = _pick(agreed)
    first = founds[pair.first]
    rows = list(pair.found.changed[:MOST])
    key = f"embeddings_changed_{pair.first}{pair.second}_{pair.found.k}"  # a row that is ticked stays what it was
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**Whose neighbours changed most between {pair.name}**", width="content")
        draw_exports("overlap", partial(as_csv, founds, agreed), partial(as_json, founds, agreed))
    pictures = [first.pictures[row] for row in rows]
    labels = {first.label: [first.table.columns[first.label][row] for row in rows]} if first.label else {}
    counts = [round(pair.found.shares[row] * pair.found.k) for row in rows]
    st.dataframe(
        {
            "Shared": [f"{count} of {pair.found.k}" for count in counts],
            **({PICTURE: pictures} if any(pictures) else {}),
            "Item": [first.texts[row] for row in rows],
            **labels,
            "Share": [pair.found.shares[row] for row in rows],
        },
        column_config={
            PICTURE: SMALL,
            "Item": st.column_config.TextColumn(width="large"),
            "Shared": st.column_config.TextColumn(width=76),
            "Share": st.column_config.ProgressColumn(min_value=0, max_value=1, format="percent", width="small"),
        },
        hide_index=True,
        height=300,
        row_height=56 if any(pictures) else None,
        on_select=lambda: _focus(key, rows),
        selection_mode="single-row",
        key=key,
        alt=f"Items by shared neighbours between {pair.name}, the most changed first",
    )


def _pick(agreed: list[Agreed]) -> Agreed:
    if len(agreed) == 1:
        return agreed[0]
    named = {each.name: each for each in agreed}
    if st.session_state.get("embeddings_pair") not in named:
        st.session_state["embeddings_pair"] = agreed[0].name
    picked = st.segmented_control("Between", list(named), required=True, key="embeddings_pair", persist_state="session")
    return named[picked or agreed[0].name]


def _focus(key: str, rows: list[int]) -> None:
    chosen = st.session_state[key].selection.rows
    st.session_state[picking.FOCUS] = rows[chosen[0]] if chosen else None


def as_csv(founds: Founds, agreed: list[Agreed]) -> bytes:
    """One line per item: its columns, and for each pair of models the share of neighbours that both name."""
    columns: dict[str, Any] = dict(next(iter(founds.values())).rows.table.columns)
    columns |= {f"shared@{each.found.k} {each.name}": each.found.shares for each in agreed}
    return csv_of(columns)


def as_json(founds: Founds, agreed: list[Agreed]) -> bytes:
    """The models with their runs, and for each pair the overlap and every item's nearest neighbours by both."""
    models = {
        letter: {"provider": each.run.provider, "model": each.run.model, "run": each.run.id}
        for letter, each in founds.items()
    }
    pairs = [_facts(founds, each) for each in agreed]
    return json.dumps({"models": models, "pairs": pairs}, ensure_ascii=False, indent=2).encode()


def _facts(founds: Founds, agreed: Agreed) -> dict[str, Any]:
    found = agreed.found
    near = {letter: founds[letter].near.indices[:, : found.k].tolist() for letter in (agreed.first, agreed.second)}
    items = [
        {"item": text, "shared": share, "neighbours": {letter: rows[row] for letter, rows in near.items()}}
        for row, (text, share) in enumerate(zip(founds[agreed.first].texts, found.shares, strict=True))
    ]
    share = found.share
    return {
        "between": [agreed.first, agreed.second],
        "k": found.k,
        "share": share.value,
        "interval": [share.low, share.high],
        "chance": found.chance,
        "items": items,
    }
