"""Two targets side by side: what both found, what only one did, how the ranks differ, and the lists themselves."""

import streamlit as st

from playground.errors import NotFoundError
from playground.ui.look import quiet
from playground.ui.search.doing import draw_line
from playground.ui.search.hits import badges, draw_hits, title
from playground.ui.search.place import library
from playground.ui.search.searching import Outcome
from playground.ui.transcribe.words import plain
from playground.vectors.scope import Scope
from playground.vectors.slope import slope
from playground.vectors.versus import Versus, versus


def draw_beside(first: Outcome, second: Outcome) -> None:
    """Draw the comparison, then both lists."""
    found = versus(first.ids, second.ids)
    if found.both or _same_documents(first, second):
        st.markdown(said(found, first, second))
        with st.expander("Ranks and overlap", expanded=True, icon=":material/swap_vert:", key="search_versus"):
            _figures(found, first, second)
    else:
        st.markdown(
            "**They hold different documents**: nothing that one found is in the other, so the ranks cannot be "
            f"compared. {quiet('The same rows put into both have the same ids.')}"
        )
    left, right = st.columns(2, gap="medium")
    for column, letter, ours, theirs in ((left, "A", first, second), (right, "B", second, first)):
        other = "B" if letter == "A" else "A"
        with column:
            st.markdown(f"**{letter}** {quiet(plain(ours.target.title))}")
            draw_line(ours, letter)
            draw_hits(ours, letter, badges(ours.ids, theirs.ids, other))


def _same_documents(first: Outcome, second: Outcome) -> bool:
    """Whether anything that one found is in the other at all; of another server nobody knows."""
    if first.target.hosted or second.target.hosted or first.target.space.id == second.target.space.id:
        return True
    where = second.target.space.scope
    return any(_is_there(where, id_) for id_ in first.ids)


def _is_there(where: Scope, id_: str) -> bool:
    try:
        library().store.document(where.owner, where.namespace, id_)
    except NotFoundError:
        return False
    return True


def said(found: Versus, first: Outcome, second: Outcome) -> str:
    """The comparison as one sentence, in Markdown."""
    if not found.k:
        return "Neither found anything."
    at_random = found.chance(min(first.target.space.count, second.target.space.count))
    known = not (first.target.hosted or second.target.hosted)
    chance = f"; chance would give {at_random:.0%}" if known else ""
    moved = sum(1 for each in found.both if each.change)
    places = f"; {_moved(moved)}" if found.both else ""
    return (
        f"**Both found {len(found.both)} of {found.k}** (overlap {found.share:.0%}{chance})"
        f"{places}. Only A: {len(found.only_first)}. Only B: {len(found.only_second)}."
    )


def _moved(count: int) -> str:
    if not count:
        return "all of these stand at the same place"
    return "1 of these stands at another place" if count == 1 else f"{count} of these stand at another place"


def _figures(found: Versus, first: Outcome, second: Outcome) -> None:
    titles = {each.place.id: title(each.place.id, each.payload) for each in (*first.found, *second.found)}
    names = [f"A · {first.target.title}", f"B · {second.target.title}"]
    ranks, depth, table = st.tabs(["Ranks", "Overlap by depth", "Table"], key="search_versus_tabs")
    with ranks:
        height = max(260, 24 * found.k + 110)
        alt = said(found, first, second).replace("**", "")
        st.echarts_chart(slope(found, names, titles), height=min(height, 900), key="search_slope", alt=alt)
    with depth:
        st.line_chart(
            {"Depth": list(range(1, found.k + 1)), "Overlap": list(found.depths)},
            x="Depth",
            y="Overlap",
            height=240,
            alt="Share of the first hits that both lists have, by depth",
        )
    with table:
        firsts, seconds = ({id_: rank for rank, id_ in enumerate(each.ids, 1)} for each in (first, second))
        ids = list(dict.fromkeys([*first.ids, *second.ids]))
        st.dataframe(
            {
                "A": [firsts.get(id_) for id_ in ids],
                "B": [seconds.get(id_) for id_ in ids],
                "Change": [firsts[id_] - seconds[id_] if id_ in firsts and id_ in seconds else None for id_ in ids],
                "Document": [titles[id_] for id_ in ids],
            },
            hide_index=True,
            key="search_versus_table",
            column_config={name: st.column_config.NumberColumn(width=70) for name in ("A", "B", "Change")},
            alt="Ranks in both lists",
        )
