"""A pasted search, put into the form of this page."""

import streamlit as st

from playground.errors import BadRequestError
from playground.pasted import Sought
from playground.ui.search.asking import KS, LIKE, TEXT_BOX, USING, WAY, K
from playground.ui.search.filters import JSON
from playground.ui.search.heading import open_space
from playground.ui.search.place import library
from playground.ui.search.spaces import space, spaces


def put(asked: Sought) -> None:
    """Make the form ask this; a callback's work. Raises NotFoundError and BadRequestError for what it cannot hold."""
    there = [each.id for each in spaces()]
    name = asked.namespace if asked.namespace in there else st.session_state.get("namespace") or next(iter(there), "")
    found = space(name) if name else None
    if found is None or (asked.namespace and asked.namespace not in there):
        raise BadRequestError(f"there is no namespace `{asked.namespace}` here; make it, or name another one")
    values = _values(asked)
    kept = library().retrievers.get(found.scope, asked.retriever) if asked.retriever else None
    open_space(found.id)
    st.session_state.update(values)
    if kept is not None:
        st.session_state[USING] = f"{found.id}/{kept.id}"


def _values(asked: Sought) -> dict[str, object]:
    common: dict[str, object] = {
        K: min(KS, key=lambda k: abs(k - asked.k)),
        JSON: asked.filters,
        WAY: {"content": "image"}.get(asked.mode, asked.mode),
    }
    match asked.mode, asked.value:
        case "text", str(text):
            return common | {TEXT_BOX: text}
        case "vector", list(numbers):
            return common | {"search_by_vector": " ".join(map(str, numbers))}
        case "document", str(id_):
            return common | {LIKE: id_}
    raise BadRequestError("the pasted search asks by a file; choose the image on the Search page")
