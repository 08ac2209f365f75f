"""The top of the page: which namespace, what it is, and what can be done with it as a whole."""

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from playground.errors import NotFoundError, PlaygroundError
from playground.ui.fault import sentence
from playground.ui.forms.door import paste_button
from playground.ui.look import quiet
from playground.ui.permalink.share import copy_path
from playground.ui.search import filling
from playground.ui.search.place import library
from playground.ui.search.promotion import promotion
from playground.ui.search.spaces import DEMO, Space, said, space
from playground.vectors.store import Namespace

NAME, CREATING = "namespace", "search_creating"
LINKED = ("namespace", "q", "by", "k", "filters", "like", "using", "with")
"""Parameters of the URL that say what the page shows."""
_OPENING = "search_opening"


def lost(names: Sequence[str]) -> PlaygroundError | None:
    """Make the session show the namespace that was made or that the URL names; returns why it cannot."""
    if _OPENING in st.session_state:
        st.session_state[NAME] = st.session_state.pop(_OPENING)
    wanted = st.query_params.get(NAME) if NAME not in st.session_state else st.session_state[NAME]
    if wanted in names:
        return None
    st.session_state[NAME] = names[0] if names else None
    if not wanted:
        return None
    way = "choose one above, or make it with New" if names else "make it below"
    return NotFoundError(f"there is no namespace `{wanted}` here: it was deleted, or it is another key's; {way}")


def heading(there: Sequence[Namespace]) -> Space | None:
    """Draw the line of the namespace; returns the one that is shown, None while there is none or a new one is made."""
    if not there:
        return None
    creating = bool(st.session_state.get(CREATING))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="search_bar"):
        name = st.selectbox(
            "Namespace",
            [each.id for each in there],
            index=None,
            required=True,
            key=NAME,
            bind="query-params",
            label_visibility="collapsed",
            on_change=_leave,
        )
        found = space(name) if name and not creating else None
        st.button("New", key="search_new", icon=":material/add:", on_click=create, disabled=creating)
        if found is not None:
            _manage(found)
    if found is not None:
        _note(found)
    return found


def create() -> None:
    """Show the form for a new namespace."""
    st.session_state[CREATING] = True


def open_space(name: str) -> None:
    """Show a namespace; anything that was asked of another one goes."""
    st.session_state[_OPENING] = name
    _leave()


def _leave() -> None:
    st.session_state.pop(CREATING, None)
    for key in ("q", "filters"):
        if key in st.session_state:
            st.session_state[key] = ""
    for key in ("search_by", "search_like", "search_using", "search_with"):
        st.session_state.pop(key, None)
    for name in ("by", "like", "using", "with"):
        st.query_params.pop(name, None)


def _note(found: Space) -> None:
    demo = " :gray-badge[:material/science: Demo]" if DEMO in found.namespace.config else ""
    ready = ":green-badge[:material/check: Ready]" if found.count else ":gray-badge[:material/inbox: Empty]"
    words = f"{found.count:,} document{'s' * (found.count != 1)} · {said(found.indexes, found.embedders)}"
    own = "" if found.embedders else " · your own vectors"
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small", key="search_note"
    ):
        st.markdown(f"{ready}{demo} {quiet(words + own)}")
        link = {name: value for name in LINKED if (value := st.query_params.get(name))}
        with st.container(horizontal=True, gap="small", width="content", key="search_doors"):
            paste_button("search")
            copy_path(f"search?{urlencode(link)}", "search")


def _manage(found: Space) -> None:
    with st.popover("Manage", icon=":material/settings:", key="search_manage"):
        if found.namespace.mode == "standalone":
            promotion(found)
        _retrievers(found)
        st.markdown("**Delete**")
        count = f"its {found.count:,} documents" if found.count != 1 else "its document"
        st.markdown(f"The namespace `{found.id}` goes with {count} and retrievers, for good.")
        st.button("Delete for good", key="search_delete", icon=":material/delete:", on_click=_delete, args=(found,))


def _retrievers(found: Space) -> None:
    saved = library().retrievers.all(found.scope)
    if not saved:
        return
    st.markdown("**Saved retrievers**")
    for each in saved:
        with st.container(horizontal=True, vertical_alignment="center", key=f"search_saved_{each.id}"):
            st.markdown(f"{each.name}  \n{quiet(each.id)}", width="stretch")
            st.button(
                "Delete",
                key=f"search_forget_{each.id}",
                icon=":material/delete:",
                type="tertiary",
                on_click=_forget,
                args=(found, each.id),
            )


def _delete(found: Space) -> None:
    running = filling.filling(found)
    if running is not None:
        running.stop.set()
        filling.put_away(found)
    try:
        library().store.delete(found.scope.owner, found.id)
    except PlaygroundError as error:
        st.toast(sentence(error.message), icon=":material/error:")
        return
    st.session_state[NAME] = None
    _leave()
    st.toast(f"`{found.id}` is deleted.", icon=":material/delete:")


def _forget(found: Space, retriever: str) -> None:
    try:
        library().retrievers.delete(found.scope, retriever)
    except PlaygroundError as error:
        st.toast(sentence(error.message), icon=":material/error:")
