"""What came of a question: progress while it is looked for, then hits and map, or two lists side by side."""

import time
from collections.abc import Sequence

import streamlit as st

from playground.errors import PlaygroundError
from playground.ui.fault import fault
from playground.ui.look import quiet
from playground.ui.search.beside import draw_beside
from playground.ui.search.doing import draw_line
from playground.ui.search.hits import draw_hits, title
from playground.ui.search.map import draw_map
from playground.ui.search.pictures import pictures
from playground.ui.search.question import Question
from playground.ui.search.searching import Outcome, Searching, again, search
from playground.ui.search.spaces import Space
from playground.ui.search.targets import NOTHING, target
from playground.ui.watch import BEAT, TICK
from playground.units import seconds

_LISTED, _FEW = 100, 6
"""Documents that are listed where nothing was asked."""


def draw_results(space: Space, question: Question, using: str, beside: str) -> None:
    """Draw the answer of one target, or of two."""
    letters = [("", using)] if beside == NOTHING else [("A", using), ("B", beside)]
    outcomes = [_outcome(letter, name, question) for letter, name in letters]
    there = [each for each in outcomes if each is not None]
    if len(there) < len(letters) and (len(letters) == 1 or not there):
        return
    if len(there) == 2:
        draw_beside(there[0], there[1])
        _maps(space, there)
        return
    draw_line(there[0])
    left, right = st.columns([11, 8], gap="medium")
    with left:
        draw_hits(there[0])
    with right, st.container(key="search_side"):
        _maps(space, there)


def _maps(space: Space, outcomes: Sequence[Outcome]) -> None:
    ours = [each for each in outcomes if each.target.space.id == space.id]
    if ours:
        draw_map(space, ours)


def _outcome(letter: str, name: str, question: Question) -> Outcome | None:
    """What a target answered; while it has not, or where it cannot, that is drawn."""
    key = f"search_find_{letter}"
    length = len(question.value) if isinstance(question.value, tuple) else None
    try:
        found = search(target(name, question.way, length), question)
    except PlaygroundError as error:
        fault(error, key=key)
        return None
    if not found.ended:
        with st.container(key=f"{key}_pane"):
            st.fragment(run_every=BEAT)(_follow)(found, key)
    elif found.error is not None:
        fault(found.error, key=key, retry=lambda: _retry(found))
    return found.value


def _retry(found: Searching) -> None:
    again(found)
    st.rerun()


def _follow(found: Searching, key: str) -> None:
    """Draw a search under way for one beat; when it has ended the page runs once more."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_live"):
        place = st.empty()
        st.button("Stop", key=f"{key}_stop", icon=":material/stop_circle:", type="tertiary", on_click=found.stop.set)
    until = time.monotonic() + 0.9 * BEAT
    while not found.ended and time.monotonic() < until:
        place.markdown(quiet(f":shimmer[Searching] · {seconds(found.elapsed_ms)}"))
        found.wait(TICK)
    if found.ended:
        st.rerun()


def draw_documents(space: Space) -> None:
    """Draw what a namespace holds, where nothing was asked: its map and its first documents."""
    documents = space.documents(_LISTED)
    left, right = st.columns([11, 8], gap="medium")
    with left:
        first = "" if space.count <= _LISTED else f" The first {_LISTED} of {space.count:,}, by id."
        st.markdown(f"**Documents**{quiet(first)}")
        images = pictures(each.payload for each in documents)
        st.dataframe(
            {
                **({"Picture": images} if any(images) else {}),
                "Document": [title(each.id, each.payload) for each in documents],
                **_columns(space, [each.payload for each in documents]),
                "Id": [each.id for each in documents],
            },
            hide_index=True,
            height=440 if len(documents) > _FEW else "content",
            row_height=56 if any(images) else None,
            column_config={"Picture": st.column_config.ImageColumn(width=64), "Document": {"width": 330}},
            key="search_documents",
            alt=f"Documents of {space.id}",
        )
    with right:
        draw_map(space)


def _columns(space: Space, payloads: Sequence[object]) -> dict[str, list[object]]:
    names = [field.path for field in space.fields if field.kind != "words" and "." not in field.path][:4]
    return {name: [each.get(name) if isinstance(each, dict) else None for each in payloads] for name in names}
