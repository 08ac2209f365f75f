"""The map of a namespace: its documents by principal components, the question among them, lines to what it found."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from playground.colouring import OTHERS, Colouring
from playground.errors import PlaygroundError
from playground.figures import Kinds, point_map
from playground.hover import short
from playground.marks import Marks
from playground.matrix import Matrix, matrix, unit
from playground.projection import Projection, onto, pca
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.search.hits import title
from playground.ui.search.pictures import pictures
from playground.ui.search.searching import Outcome
from playground.ui.search.spaces import Space
from playground.vectors.fields import Field
from playground.vectors.store import Document

MOST = 3000
"""Documents on a map; of more, the first by id, and every hit."""
PLAIN, FOUND = "nothing", "what was found"
_PICTURED = 120
"""Up to this many documents, pictures stand on the map."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Documents of one index with their vectors (n, d) and their places; `directions`: all have length 1, as cosine
    sees them.
    """

    directions: bool
    documents: Sequence[Document]
    vectors: Matrix
    projection: Projection


def draw_map(space: Space, outcomes: Sequence[Outcome] = ()) -> None:
    """Draw the map of a namespace; with outcomes of it, what each found, and where the question lies."""
    asked = next(iter(outcomes[0].target.indexes), "") if outcomes else ""
    index = asked or (space.indexes[0].name if space.indexes else "")
    drawn = _drawn(space, index, space.namespace.changes, space.namespace.created)
    if drawn is None:
        st.markdown(quiet("A map needs three documents with vectors."))
        return
    colour = _colour(space, asked=bool(outcomes))
    _figure(space, drawn, outcomes, colour)
    share = sum(drawn.projection.explained or (0.0, 0.0))
    cut = f" {len(drawn.documents):,} of {space.count:,} documents are on it." if space.count > MOST else ""
    several = f" By the vectors of {index}." if len(space.indexes) > 1 else ""
    st.markdown(
        quiet(f"Principal components; the two axes hold {share:.0%} of the variance.{cut}{several}"),
        help="Near on a map is not always near in truth: hits are found in the original space.",
    )


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={Space: lambda space: (space.scope.owner, space.id)})
def _drawn(space: Space, index: str, changes: int, created: float) -> Drawn | None:  # noqa: ARG001 - parts of the key
    """The documents with their places; made anew when any of them has changed."""
    documents = [each for each in space.documents(MOST, vectors=True) if index in each.vectors]
    if len(documents) < 3:
        return None
    vectors = matrix(np.array([each.vectors[index] for each in documents], np.float32))
    found = space.namespace.index(index)
    directions = found is not None and found.metric == "cosine"
    vectors = unit(vectors) if directions else vectors
    return Drawn(directions, documents, vectors, pca(vectors))


def _colour(space: Space, *, asked: bool) -> Field | str:
    """Draw what to colour by; returns a field, or one of the two words."""
    named = {
        field.path: field for field in space.fields if field.kind in ("choice", "number") and "." not in field.path
    }
    options = [*([FOUND] if asked else []), *named, PLAIN]
    key = f"search_colour_{'asked' if asked else 'all'}"
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0]
    chosen = st.selectbox("Colour by", options, key=key, persist_state="session", width=200)
    return named.get(chosen, chosen)


def _figure(space: Space, drawn: Drawn, outcomes: Sequence[Outcome], colour: Field | str) -> None:
    path = colour.path if isinstance(colour, Field) else colour
    points = _points(drawn, outcomes, path)
    numeric = isinstance(colour, Field) and colour.kind == "number"
    colouring = None if colour == PLAIN else Colouring(path, _plain(points.groups, numeric), numeric)
    kinds = None
    if any(points.pictures):
        kinds = Kinds(["image" if image else "text" for image in points.pictures], points.pictures, drawn=True)
    figure = point_map(points.places, points.texts, colouring, points.marks, kinds)
    hits = f", with a question and {len(points.marks.near)} hits" if outcomes else ""
    st.echarts_chart(
        figure.option,
        key=f"search_map_{space.id}_{path}",
        height=440,
        alt=f"Map of {len(drawn.documents):,} documents of {space.id}{hits}",
    )


@dataclass(frozen=True, slots=True)
class _Points:
    """What stands on the map: a row for each document, and one more for a question that has a vector."""

    places: Matrix
    texts: Sequence[str]
    pictures: Sequence[str]
    groups: Sequence[object]
    marks: Marks


def _points(drawn: Drawn, outcomes: Sequence[Outcome], path: str) -> _Points:
    payloads = [each.payload for each in drawn.documents]
    texts = [title(each.id, each.payload) for each in drawn.documents]
    images = pictures(payloads) if len(payloads) <= _PICTURED else [""] * len(payloads)
    groups = _groups(drawn, outcomes) if path == FOUND else [each.get(path) for each in payloads]
    rows = {each.id: row for row, each in enumerate(drawn.documents)}
    near = list(dict.fromkeys(rows[id_] for outcome in outcomes for id_ in outcome.ids if id_ in rows))
    asked = _question_place(drawn, outcomes[0].vector) if outcomes else None
    if asked is None:
        focus = rows.get(str(outcomes[0].question.value)) if outcomes else None
        return _Points(drawn.projection.coordinates, texts, images, groups, Marks(focus=focus, near=near))
    return _Points(
        np.vstack([drawn.projection.coordinates, asked]),
        [*texts, f"Asked: {short(outcomes[0].question.title, 80)}"],
        [*images, ""],
        [*groups, "the question" if path == FOUND else None],
        Marks(focus=len(texts), near=near),
    )


def _plain(groups: Sequence[object], numeric: bool) -> list[object]:
    """Values that a column can have."""
    if numeric:
        return [each if isinstance(each, int | float) else None for each in groups]
    return [
        None if each is None else ", ".join(map(str, each)) if isinstance(each, list) else str(each) for each in groups
    ]


def _question_place(drawn: Drawn, vector: Sequence[float] | None) -> Matrix | None:
    if vector is None or len(vector) != drawn.vectors.shape[1]:
        return None
    try:
        asked = matrix([vector])
        return onto(drawn.vectors, drawn.projection.coordinates, unit(asked) if drawn.directions else asked)
    except PlaygroundError as error:
        st.markdown(f":orange[:material/info:] {sentence(error.message)}")
        return None


def _groups(drawn: Drawn, outcomes: Sequence[Outcome]) -> list[object]:
    """Which list each document stands in."""
    found = [set(outcome.ids) for outcome in outcomes]
    words = {(True,): "found", (True, True): "found by both", (True, False): "only A", (False, True): "only B"}
    return [words.get(tuple(each.id in ids for ids in found), OTHERS) for each in drawn.documents]
