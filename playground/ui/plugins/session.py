"""What the page shows: a plugin by its id, and runs by theirs; in the session and the URL, so that a link opens it."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

Shown = Literal["run", "checks", "compared"]
"""Which runs: the last trial, those of the contract checks, the two of a comparison."""
_NAMES: tuple[Shown, ...] = ("run", "checks", "compared")
_OPENED = "plugins_opened"


def opened() -> str:
    """The id of the plugin that is looked at, empty for the list of all."""
    found: str = st.query_params.get("plugin") or st.session_state.get(_OPENED) or ""
    if found:
        if found != st.session_state.get(_OPENED):
            for name in _NAMES:  # a link's own runs are not those of the plugin before
                st.session_state.pop(_mark(name), None)
        st.session_state[_OPENED] = st.query_params["plugin"] = found
    return found


def open_plugin(id_: str) -> None:
    """Look at a plugin; a callback's work."""
    leave()
    st.session_state[_OPENED] = st.query_params["plugin"] = id_


def leave() -> None:
    """Back to the list of all."""
    for name in _NAMES:
        put(name, ())
    st.session_state.pop(_OPENED, None)
    for key in ("plugin", "view"):
        st.query_params.pop(key, None)


def runs(name: Shown) -> list[str]:
    """The ids of runs that are shown, as the URL says or as they were; none while there are none."""
    wanted = st.query_params.get(name)
    found: list[str] = wanted.split(",") if wanted else st.session_state.get(_mark(name), [])
    if found:
        put(name, found)
    return found


def put(name: Shown, ids: Sequence[str]) -> None:
    """Show these runs, none to show none."""
    if ids:
        st.session_state[_mark(name)] = list(ids)
        st.query_params[name] = ",".join(ids)
    else:
        st.session_state.pop(_mark(name), None)
        st.query_params.pop(name, None)


def _mark(name: Shown) -> str:
    return f"plugins_{name}"
