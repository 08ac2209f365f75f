"""Keys made for others, on the Settings page: who has one, for what, how much; a new one, and away with one."""

import re
import time

import streamlit as st

from playground.errors import PlaygroundError
from playground.namespace import FORM
from playground.store.keys import NAME, Key
from playground.ui.core import core
from playground.ui.fault import fault, sentence
from playground.ui.look import quiet
from playground.ui.transcribe.words import plain

_MADE, _UNMADE, _PROBLEM = "settings_key_made", "settings_key_unmade", "settings_key_problem"
_COUNT = "settings_keys_made"
"""How many were made here: another popover for the next, so that this one closes and the key can be copied."""
_DAY = 86_400.0


@st.fragment
def keys_for_others() -> None:
    """Draw every key that was made, and the way to another."""
    try:
        found = core().history.keys.all()
    except PlaygroundError as error:
        fault(error, key="settings_keys")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Keys for others** · {len(found)}" if found else "**Keys for others**", width="stretch")
        with st.popover("New key", icon=":material/add:", key=f"settings_new_key_{st.session_state.get(_COUNT, 0)}"):
            _form()
    if problem := st.session_state.pop(_PROBLEM, None):
        st.markdown(f":red[:material/error:] {problem}")
    if made := st.session_state.pop(_MADE, None):  # drawn once: the next look does not have it
        _shown(*made)
    for key in found:
        _row(key)
    if not found:
        st.caption(
            "A key for each person or program, with a name, its own namespaces and its own limit. It is kept as a hash "
            "and can be revoked by itself. In a terminal: `python -m playground keys create NAME`."
        )


def _form() -> None:
    with st.form("settings_new_key", border=False, enter_to_submit=False):
        st.text_input("Name", key="settings_key_name", max_chars=NAME, placeholder="Who uses it: ci, Ada, notebook")
        st.text_input(
            "Namespaces",
            key="settings_key_namespaces",
            placeholder="All of them",
            help=f"Comma separated. Empty stands for all there are and will be. Each must be {FORM}.",
        )
        st.number_input(
            "Requests a minute",
            key="settings_key_limit",
            min_value=0,
            value=None,
            step=1,
            placeholder="As for all",
            help="0 is no limit. Empty: what `PLAYGROUND_RATE_LIMIT` says.",
        )
        st.form_submit_button("Make the key", key="settings_key_make", type="primary", on_click=_make)
        if problem := st.session_state.pop(_UNMADE, None):
            st.markdown(f":red[:material/error:] {problem}")


def _make() -> None:
    given = st.session_state
    names = [name for name in re.split(r"[,\s]+", given["settings_key_namespaces"]) if name]
    limit = given["settings_key_limit"]
    try:
        text, key = core().history.keys.create(
            given["settings_key_name"], names or None, None if limit is None else float(limit)
        )
    except PlaygroundError as error:
        given[_UNMADE] = sentence(error.message)
    else:
        given[_MADE] = key.name, text
        given.update(settings_key_name="", settings_key_namespaces="", settings_key_limit=None)
        given[_COUNT] = given.get(_COUNT, 0) + 1


def _shown(name: str, text: str) -> None:
    with st.container(border=True, key="settings_key_shown"):
        st.markdown(
            f":green[:material/check_circle:] The key of **{plain(name)}**. Copy it now: it is shown this once."
        )
        st.code(text, language=None, wrap_lines=True)


def _row(key: Key) -> None:
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="small", key=f"settings_key_{key.id}"
    ):
        st.markdown(f"**{plain(key.name)}** `{key.hint}`  \n{quiet(_words(key))}", width="stretch")
        with st.popover("Revoke", icon=":material/block:", type="tertiary"):
            st.markdown("Programs that use it are refused from now on. It cannot be taken back.")
            st.button("Revoke this key", key=f"settings_revoke_{key.id}", type="primary", on_click=_revoke, args=(key,))


def _revoke(key: Key) -> None:
    try:
        core().history.keys.revoke(key.id)
    except PlaygroundError as error:
        st.session_state[_PROBLEM] = sentence(error.message)


def _words(key: Key) -> str:
    scope = "all namespaces" if key.namespaces is None else ", ".join(f"`{name}`" for name in key.namespaces)
    some = f"{key.limit:g} request{'s' * (key.limit != 1)} a minute" if key.limit else "no limit"
    limit = "" if key.limit is None else some
    return " · ".join(filter(None, (scope, limit, f"made {_ago(key.created_at)}", _used(key))))


def _used(key: Key) -> str:
    return "never used" if key.used_at is None else f"last used {_ago(key.used_at)}"


def _ago(moment: float) -> str:
    days = int((time.time() - moment) // _DAY)
    return "within a day" if days < 1 else "a day ago" if days == 1 else f"{days} days ago"
