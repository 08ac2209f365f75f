"""A new namespace: its name, and who embeds for it; or vectors of one's own, with dimension and metric."""

from collections.abc import Sequence
from typing import get_args

import streamlit as st

from playground.errors import BadRequestError, PlaygroundError
from playground.namespace import FORM, fits
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.picker import Choice, pick_model
from playground.ui.search.heading import CREATING, open_space
from playground.ui.search.place import library, scope
from playground.vectors.collections import index_of
from playground.vectors.store import Index, Metric, Namespace

EMBEDDED, BROUGHT = "A model embeds", "My own vectors"
METRICS: tuple[Metric, ...] = get_args(Metric)
INDEX = "embedding"
"""What the index of brought vectors is called."""
_METRIC_HELP = (
    "Cosine compares directions, dot product also lengths, euclidean distances. For vectors of length 1, as most "
    "models make them, all three give the same order."
)
_SECOND_HELP = "Both models embed everything; a search asks both, and their lists are fused by rank (RRF)."


def creation(*, first: bool) -> None:
    """Draw the form; `first`: there is no namespace yet, so there is nothing to go back to."""
    with st.container(border=True, key="search_create"):
        st.markdown("**New namespace**")
        left, right = st.columns([4, 5], gap="medium")
        with left:
            name = st.text_input(
                "Name", key="search_name", placeholder="my-texts", max_chars=128, persist_state="session"
            )
            way = st.segmented_control(
                "Vectors", (EMBEDDED, BROUGHT), default=EMBEDDED, required=True, key="search_vectors"
            )
        with right:
            choices = _models() if way == EMBEDDED else []
            length = None if way == EMBEDDED else st.number_input("Dimension", 1, 65_536, 384, key="search_dimension")
            metric: Metric = st.selectbox("Metric", METRICS, key="search_metric", help=_METRIC_HELP)
        blocked = next((f"{each.title} is not set up" for each in choices if not each.readiness.ready), "")
        with st.container(horizontal=True, gap="small"):
            made = st.button(
                "Create", key="search_create_go", type="primary", disabled=bool(blocked), help=blocked or None
            )
            if not first:
                st.button("Cancel", key="search_create_cancel", on_click=lambda: st.session_state.pop(CREATING, None))
        if made:
            _create((name or "").strip(), choices, int(length) if length else None, metric)


def make(name: str, services: Sequence[str], metric: Metric, config: dict[str, str] | None = None) -> Namespace:
    """Make a namespace for which these services embed. Raises PlaygroundError."""
    _vet(name)
    where = scope(name)
    dimensions = [library().services.dimension(scope(""), service) for service in services]
    indexes = [
        Index(index_of(service.partition("/")[2] or service), length, metric)
        for service, length in zip(services, dimensions, strict=True)
    ]
    mapped = {index.name: service for index, service in zip(indexes, services, strict=True)}
    return library().store.create(
        Namespace(where.owner, name, tuple(indexes), mode="managed", services=mapped, config=config or {})
    )


def _models() -> list[Choice]:
    st.markdown(":small[Embedder]")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="search_embedder"):
        found = [pick_model("embedding", "search_new")]
    second = st.toggle("A second embedder", key="search_two", help=_SECOND_HELP)
    if second:
        with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="search_embedder_two"):
            found.append(pick_model("embedding", "search_also"))
    read = [set(each.can.model.inputs) for each in found if each.can]
    kinds = sorted(set.intersection(*read)) if read else []
    if kinds:
        st.markdown(quiet(f"Takes {' and '.join(f'{kind}s' for kind in kinds)}."))
    elif read:
        st.markdown(":orange[:material/info:] One of them reads texts and the other images: nothing goes into both.")
    return found


def _create(name: str, choices: Sequence[Choice], length: int | None, metric: Metric) -> None:
    try:
        if length is not None:
            _vet(name)
            library().store.create(Namespace(scope(name).owner, name, (Index(INDEX, length, metric),)))
        else:
            services = [f"{choice.provider}/{choice.model}" for choice in choices if choice.model]
            if len(set(services)) < len(choices):
                raise BadRequestError("pick a model for each embedder, and two different ones")
            with st.spinner("Asking the model for the length of its vectors"):
                make(name, services, metric)
    except PlaygroundError as error:
        st.markdown(f":red[:material/error:] {sentence(error.message)}")
    else:
        open_space(name)
        st.rerun()


def _vet(name: str) -> None:
    if not fits(name):
        raise BadRequestError(f"a namespace needs a name of {FORM}" if not name else f"`{name}` is no name: use {FORM}")
