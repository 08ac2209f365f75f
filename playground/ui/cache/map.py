"""The map of entries: near each other lies what means similar things; a click on a dot opens its entry."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from playground.cache.shelf import Line
from playground.colouring import Colouring
from playground.figures import Figure, point_map
from playground.hover import short
from playground.matrix import Matrix
from playground.projection import Projection
from playground.projector import FEWEST, Drawing, project
from playground.ui.cache.entries import OPENING
from playground.ui.core import NAMESPACE, core
from playground.ui.look import note

MOST = 2000
"""Entries on the map, the newest."""
_COLOURS = ("Answer", "Model", "Verdicts", "From")
_METHODS = {"umap": "UMAP", "pca": "PCA"}
_HEIGHT = 540


def entry_map() -> None:
    """Draw the map with its table twin."""
    lines, vectors = core().cache.vectors(NAMESPACE, limit=MOST)
    if len(lines) < 2:
        st.markdown(note("A map needs two entries; the first of them is made by any chat with the cache on."))
        return
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="cache_map_controls"):
        st.segmented_control(
            "Map",
            list(_METHODS),
            format_func=_METHODS.__getitem__,
            default="umap",
            required=True,
            key="cache_map_method",
            persist_state="session",
        )
        colour = st.selectbox("Colour by", _COLOURS, key="cache_map_colour", persist_state="session", width=180)
        projection = _projection(vectors)
    drawn, listed = st.tabs(["Map", "Table"], key="cache_map_tabs")
    with drawn:
        _draw(lines, projection, colour)
    with listed:
        _list(lines)


def _draw(lines: Sequence[Line], projection: Projection, colour: str) -> None:
    figure = point_map(
        projection.coordinates, [line.prompt for line in lines], Colouring(colour, _values(lines, colour))
    )
    option = {name: value for name, value in figure.option.items() if name not in ("toolbox", "brush")}
    key = f"cache_map_{colour}"
    st.echarts_chart(
        option,
        key=key,
        height=_HEIGHT,
        on_select=lambda: _open(key, figure, lines),
        alt=f"Map of {len(lines):,} entries by {_METHODS[projection.method]}, coloured by {colour.lower()}",
    )
    newest = f"The newest {MOST:,} entries. " if len(lines) == MOST else ""
    st.caption(f"{newest}Dots that lie together mean similar things. A click on a dot opens its entry.")


def _values(lines: Sequence[Line], colour: str) -> list[str | None]:
    match colour:
        case "Answer":
            counts = Counter(line.group for line in lines if line.group is not None)
            shared = {group for group, count in counts.items() if count > 1}
            return [short(line.answer, 40) if line.group in shared else None for line in lines]
        case "Model":
            return [line.model for line in lines]
        case "Verdicts":
            return [_verdicts(line) for line in lines]
        case _:
            return ["demo" if line.demo else "you" for line in lines]


def _verdicts(line: Line) -> str:
    if not line.right and not line.wrong:
        return "not judged"
    return "always right" if not line.wrong else "always wrong" if not line.right else "both"


def _list(lines: Sequence[Line]) -> None:
    st.dataframe(
        {
            "Prompt": [short(line.prompt, 200) for line in lines],
            "Answer": [short(line.answer, 200) for line in lines],
            "Model": [line.model for line in lines],
            "Verdicts": [_verdicts(line) for line in lines],
            "From": ["demo" if line.demo else "you" for line in lines],
        },
        hide_index=True,
        height=_HEIGHT,
        key="cache_map_table",
        alt="The entries on the map",
    )


def _open(key: str, figure: Figure, lines: Sequence[Line]) -> None:
    rows = figure.picked(st.session_state[key]["selection"]["selected"])
    if len(rows) == 1:
        st.session_state[OPENING] = lines[rows[0]].entry


def _projection(vectors: Matrix) -> Projection:
    """The map to show now: UMAP when it is wanted and there, else PCA."""
    if st.session_state["cache_map_method"] == "umap" and len(vectors) >= FEWEST:
        drawing = project(vectors, "umap")
        if drawing.done() and drawing.failure() is None:
            return drawing.result()
        if not drawing.done():
            _wait(drawing)
    return project(vectors, "pca").result()


@st.fragment(run_every=0.5)
def _wait(drawing: Drawing) -> None:
    """Say that UMAP is on its way; run the page once more when it is there."""
    st.markdown(
        ":small[:shimmer[Computing UMAP]]",
        help="PCA is shown until then. An installation's first UMAP compiles for 10 to 25 seconds.",
    )
    if drawing.done():
        st.rerun()
