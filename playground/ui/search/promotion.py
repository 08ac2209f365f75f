"""Promotion on the page: somebody who embeds for vectors that were brought, so that words can be searched for."""

import streamlit as st

from playground.errors import PlaygroundError
from playground.ui.core import core
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.search.place import library
from playground.ui.search.spaces import Space, known
from playground.vectors.store import Index

_PROBLEM = "search_promotion_problem"


def promotion(found: Space) -> None:
    """Draw the choice of a model for each index, and the button; what cannot be is said as a sentence."""
    st.markdown("**Promote**")
    if not found.indexes:
        st.markdown(quiet("Put documents with vectors in first; then their index can have an embedder."))
        return
    st.markdown("Name the model that the vectors came from, and texts can be searched for and put in. It is for good.")
    chosen = {index.name: _model(index) for index in found.indexes}
    mappings = [(name, service) for name, service in chosen.items() if service]
    st.button(
        "Promote",
        key="search_promote",
        icon=":material/upgrade:",
        disabled=not mappings,
        on_click=_promote,
        args=(found, mappings),
    )
    problem = st.session_state.pop(_PROBLEM, "")
    if problem:
        st.markdown(f":red[:material/error:] {sentence(problem)}")


def _model(index: Index) -> str:
    options = [
        f"{name}/{model.id}"
        for name, provider in core().providers.items()
        if "embedding" in provider.tasks and provider.readiness().ready and name == "local"
        for model in provider.models()
        if "embedding" in model.tasks
    ]
    fitting = [each for each in options if _dimensions(each) == index.dimension]
    return (
        st.selectbox(
            f"`{index.name}`, {index.dimension:,} dimensions",
            [*fitting, *(each for each in options if each not in fitting)],
            index=None,
            accept_new_options=True,
            key=f"search_promote_{index.name}",
            placeholder="provider/model",
            help="Models of this machine are listed; any other is typed as `provider/model`.",
        )
        or ""
    )


def _dimensions(service: str) -> int | None:
    model = known(service)
    return model.dimensions if model else None


def _promote(found: Space, mappings: list[tuple[str, str]]) -> None:
    try:
        library().promotion.promote(found.scope, mappings)
    except PlaygroundError as error:
        st.session_state[_PROBLEM] = error.message
    else:
        st.session_state.pop("search_by", None)
        st.toast(f"`{found.id}` is managed now: texts can be searched for.", icon=":material/check:")
