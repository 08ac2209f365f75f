"""The question: how to ask, what for, how many, where; all of it in the URL."""

from collections.abc import Mapping, Sequence
from contextlib import suppress

import streamlit as st

from playground.errors import BadRequestError, PlaygroundError
from playground.hover import short
from playground.ui.attachments.intake import intake
from playground.ui.attachments.tray import empty, tray
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.search import mixpeek
from playground.ui.search.demo import questions
from playground.ui.search.filters import ask_filters
from playground.ui.search.question import WAYS, Question, Way
from playground.ui.search.spaces import DEMO, Space
from playground.ui.search.targets import NOTHING, choices, elsewhere, label
from playground.units import counted
from playground.vectors.rows import TEXT, parsed

KS = (5, 10, 20, 50, 100)
TEXT_BOX, K = "q", "k"
WAY, LIKE, USING, WITH = "search_by", "search_like", "search_using", "search_with"
_IN_URL = {WAY: "by", LIKE: "like", USING: "using", WITH: "with"}
"""Parameters of the URL by the widgets whose values have labels: a bound widget would put those there."""
_OFFERED = 300
"""Documents that can be picked from a list; any other is found by a search and its button."""


def ask(space: Space, there: Sequence[Space]) -> tuple[Question | None, str, str]:
    """Draw the form; returns the question, None while there is none, and the names of the two targets."""
    for key, name in _IN_URL.items():
        if key not in st.session_state and name in st.query_params:
            st.session_state[key] = st.query_params[name]
    with st.container(border=True, gap="small", key="search_ask"):
        way = _way(space)
        value = _ASK[way](space)
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="search_options"):
            hosted = elsewhere(space)
            own = choices(space) | hosted
            using = _choose("Search by", USING, own, help_="Its vectors, or a saved retriever; here or at Mixpeek.")
            others = {
                NOTHING: "nothing",
                **{name: said for each in there if way in ways_of(each) for name, said in _others(each, using).items()},
            }
            others |= {name: said for name, said in hosted.items() if name != using}
            beside = _choose("Compare with", WITH, others, help_="The same question, asked there too, side by side.")
            k = st.selectbox("Hits", KS, index=1, key=K, bind="query-params", width=90)
            filters = ask_filters(space)
    if hosted and (problem := mixpeek.retrievers()[1]):
        st.markdown(f":orange[:material/info:] :small[Mixpeek’s retrievers are not listed: {sentence(problem)}]")
    _link({WAY: way if way != ways_of(space)[0] else "", LIKE: value if way == "document" else ""})
    _link({USING: using if using != space.id else "", WITH: beside if beside != NOTHING else ""})
    if value is None:
        _suggest(space, way)
        return None, using, beside
    return Question(way, value, int(k), filters), using, beside


def _link(values: Mapping[str, object]) -> None:
    """Say in the URL what the widgets say; what is usual is left out."""
    for key, value in values.items():
        name = _IN_URL[key]
        if value and st.query_params.get(name) != value:
            st.query_params[name] = str(value)
        elif not value and name in st.query_params:
            del st.query_params[name]


def like(document: str) -> None:
    """Ask for documents like one; a callback's work."""
    st.session_state[WAY] = "document"
    st.session_state[LIKE] = document


def _way(space: Space) -> Way:
    ways = ways_of(space)
    if st.session_state.get(WAY) not in ways:
        st.session_state[WAY] = ways[0]
    return (
        st.segmented_control(
            "Ask by",
            ways,
            format_func=lambda way: f":material/{WAYS[way][0]}: {WAYS[way][1]}",
            required=True,
            key=WAY,
            persist_state="session",
            label_visibility="collapsed",
        )
        or ways[0]
    )


def ways_of(space: Space) -> list[Way]:
    """How a namespace can be asked: by what its embedders read, and always by vectors."""
    made: list[Way] = [way for way in ("text", "image") if way in space.kinds]
    return [*made, "document", "vector"] if made else ["vector", "document"]


def _text(space: Space) -> str | None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="search_line"):
        text = st.text_input(
            "Search",
            key=TEXT_BOX,
            bind="query-params",
            type="search",
            icon=":material/search:",
            placeholder=f"What is to be found among {counted(space.count, 'document')}?",
            label_visibility="collapsed",
        )
        st.button("Search", key="search_go", type="primary")
    return (text or "").strip() or None


def _image(space: Space) -> str | None:  # noqa: ARG001 - all ways are asked alike
    held = tray("search_by")
    if not held:
        intake("search_by", ["image"], held.append, several=False)
        return None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="search_by_tray"):
        if held[0].preview:
            st.image(held[0].preview_uri, width=72, alt=held[0].name)
        st.markdown(quiet(held[0].name))
        st.button("Another image", key="search_by_other", type="tertiary", on_click=_empty)
    try:
        part = held[0].part
    except PlaygroundError as error:
        st.markdown(f":red[:material/error:] {sentence(error.message)}")
        return None
    return part.get("base64") or part["url"]


def _empty() -> None:
    empty("search_by")


def _vector(space: Space) -> tuple[float, ...] | None:
    lengths = " or ".join(f"{index.dimension:,}" for index in space.indexes)
    text = st.text_area(
        f"A vector of {lengths} numbers" if lengths else "A vector",
        key="search_by_vector",
        height=100,
        placeholder="[0.12, -0.5, 0.33, …]",
        persist_state="session",
    )
    if not (text or "").strip():
        return None
    try:
        found = parsed(text or "")
        if not space.fitting(len(found)):
            what = f"the vector has {len(found):,} numbers, and {lengths} are expected"
            raise BadRequestError(f"{what}; paste one of the same model")
    except PlaygroundError as error:
        st.markdown(f":red[:material/error:] {sentence(error.message)}")
        return None
    return found


def _document(space: Space) -> str | None:
    named = {document.id: _name(document.id, document.payload) for document in space.documents(_OFFERED)}
    linked = st.session_state.get(LIKE)
    chosen: str | None = st.selectbox(
        "Documents like",
        list(named) if not linked or linked in named else [linked, *named],
        index=None,
        format_func=lambda id_: named.get(id_, id_),
        key=LIKE,
        persist_state="session",
        placeholder="Choose one, or press More like this at a hit",
        label_visibility="collapsed",
    )
    return chosen


_ASK = {"text": _text, "image": _image, "vector": _vector, "document": _document}


def _name(id_: str, payload: object) -> str:
    text = payload.get(TEXT) or payload.get("name") if isinstance(payload, dict) else None
    return f"{short(str(text), 90)}" if text else id_


def _others(each: Space, using: str) -> dict[str, str]:
    return {name: label(each, said) for name, said in choices(each).items() if name != using}


def _choose(said: str, key: str, options: dict[str, str], *, help_: str) -> str:
    """One of several; not drawn where there is nothing to choose."""
    if len(options) < 2:
        with suppress(KeyError):
            del st.session_state[key]
        return next(iter(options))
    if st.session_state.get(key) not in options:
        st.session_state[key] = next(iter(options))
    return st.selectbox(
        said, list(options), format_func=options.__getitem__, key=key, persist_state="session", help=help_, width=210
    )


def _suggest(space: Space, way: Way) -> None:
    """Questions to try in a demo."""
    offered = questions(str(space.namespace.config.get(DEMO) or "")) if way == "text" else ()
    if not offered:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="search_try"):
        st.markdown(quiet("Try"), width="content")
        for place, each in enumerate(offered):
            st.button(each, key=f"search_try_{place}", on_click=_try, args=(each,))


def _try(text: str) -> None:
    st.session_state[TEXT_BOX] = text
