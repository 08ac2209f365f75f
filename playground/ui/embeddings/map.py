"""The maps: at once by principal components, by UMAP as soon as it is there; several models have one each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.colouring import Colouring
from playground.figures import Kinds, point_map
from playground.marks import Marks
from playground.neighbours import nearest
from playground.projection import Projection
from playground.projector import Drawing, project
from playground.ui.embeddings import picking
from playground.ui.embeddings.embedded import Embedded
from playground.ui.embeddings.trusting import HELP, words

METHODS = {"umap": "UMAP", "pca": "PCA"}
LETTERS = "ABC"
"""What the models are called where there are several."""
PLAIN = "nothing"
NEAR = 10
_HEIGHT = 540


@dataclass(frozen=True, slots=True)
class View:
    """What the controls say: the projection that can be shown now, the column to colour by, whether to ring, and
    whether pictures stand on the map.
    """

    projection: Projection
    colour: str | None
    rings: bool
    pictures: bool


def draw_controls(founds: Mapping[str, Embedded], slots: Sequence[DeltaGenerator] = ()) -> list[View]:
    """Draw the controls in one line; returns a view for each map of these items.

    `founds` are by the letters of their models, `slots` where the state of UMAP goes for each; without, into the line.
    """
    found = next(iter(founds.values()))
    options = [PLAIN, *found.colours]
    if st.session_state.get("embeddings_colour") not in options:
        st.session_state["embeddings_colour"] = found.label or PLAIN
    line = st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="embeddings_controls")
    with line:
        st.segmented_control(
            "Map",
            list(METHODS),
            format_func=METHODS.__getitem__,
            default="umap",
            required=True,
            key="embeddings_method",
            persist_state="session",
            on_change=_redraw,
            args=(founds,),
        )
        colour = st.selectbox(
            "Colour by",
            options,
            key="embeddings_colour",
            persist_state="session",
            width=180,
        )
        rings = st.toggle(
            "Ring false neighbours",
            key="embeddings_rings",
            persist_state="session",
            help="Rings the dots that have mostly false neighbours: near on the map, not near in the original space.",
        )
        pictures = any(found.pictures) and st.toggle(
            "Pictures", value=True, key="embeddings_pictures", persist_state="session", help="Show them on the map."
        )
        chosen = None if colour == PLAIN else colour
        return [
            View(_projection(each, letter, slot), chosen, rings, pictures)
            for (letter, each), slot in zip(founds.items(), slots or [line], strict=True)
        ]


def draw_map(found: Embedded, view: View, others: Sequence[Embedded] = (), height: int = _HEIGHT) -> None:
    """Draw the map and the verdict on it; what is selected on it is no longer selected on those of `others`."""
    projection, colour = view.projection, view.colour
    trust = found.trust(projection) if view.rings else None
    focus = picking.focus()
    key = _key(found)
    chart = st.session_state.get(key)
    own = bool(chart and chart["selection"]["selected"])  # the chart itself shows what was selected on it
    marks = Marks(
        ringed=trust.mostly_false().tolist() if trust else (),
        focus=focus,
        near=() if focus is None else nearest(found.vectors, NEAR, [focus]).indices[0].tolist(),
        selected=() if own else picking.selected(),
    )
    kinds = None if found.noun == "texts" else Kinds(found.kinds, found.pictures, view.pictures)
    figure = point_map(projection.coordinates, found.texts, _colouring(found, colour), marks, kinds)
    st.echarts_chart(
        figure.option,
        key=key,
        height=height,
        on_select=lambda: picking.take(key, figure, {other.run.id: _key(other) for other in others}),
        alt=f"Map of {len(found):,} {found.noun} by {METHODS[projection.method]}"
        + (f" of {found.run.model}" if others else "")
        + (f", coloured by {colour}" if colour else ""),
    )
    st.markdown(f":small[{words(projection, found.trust(projection), len(found))}]", help=HELP)


def _projection(found: Embedded, letter: str, slot: DeltaGenerator) -> Projection:
    """The map to show now: UMAP when it is wanted and there, else PCA and a line in the slot that says why."""
    pca = project(found.vectors, "pca").result()
    if st.session_state["embeddings_method"] == "pca":
        return pca
    drawing, key = project(found.vectors, "umap"), f"embeddings_umap_{letter}"
    if not drawing.done():
        with slot:
            _wait(drawing, _key(found), key)
        return pca
    failure = drawing.failure()
    if failure is None:
        return drawing.result()
    with slot:
        st.markdown(f":orange[:material/info:] :small[Shown by PCA: {failure.message}.]")
        if failure.status != 400:
            st.button("Compute UMAP", key=f"{key}again", type="tertiary", on_click=_again, args=(found,))
    return pca


def _wait(drawing: Drawing, chart: str, key: str) -> None:
    with st.container(key=f"{key}waiting", width="content"):  # of its own: fragments in one container share identity
        st.fragment(run_every=0.5)(_waiting)(drawing, chart, key)


def _waiting(drawing: Drawing, chart: str, key: str) -> None:
    """Say that UMAP is on its way; run the page once more when it is there."""
    with st.container(horizontal=True, vertical_alignment="center", width="content", key=f"{key}waits"):
        st.markdown(
            ":small[:shimmer[Computing UMAP]]",
            help="PCA is shown until then. An installation's first UMAP compiles for 10 to 25 seconds.",
        )
        st.button("Skip", key=f"{key}skip", type="tertiary", on_click=_skip, args=(drawing,))
    if drawing.done():
        picking.redraw(chart)
        st.rerun()


def _key(found: Embedded) -> str:
    return picking.chart_key(found.run.id, st.session_state["embeddings_colour"])


def _redraw(founds: Mapping[str, Embedded]) -> None:
    for found in founds.values():
        picking.redraw(_key(found))


def _again(found: Embedded) -> None:
    project(found.vectors, "umap", again=True)


def _skip(drawing: Drawing) -> None:
    drawing.cancel()


def _colouring(found: Embedded, colour: str | None) -> Colouring | None:
    if colour is None:
        return None
    return Colouring(colour, found.table.columns[colour], numeric=found.table.kind(colour) == "number")
