"""Paste a request: JSON, curl or Python in, the form that asks it out; what stood there before is one click away."""

from typing import Any

import streamlit as st

from playground.call import Task
from playground.errors import PlaygroundError
from playground.pasted import Pasted, Sought, pasted, sought
from playground.ui.core import core
from playground.ui.fault import sentence
from playground.ui.forms.fill import fill, put_back
from playground.ui.forms.form import PAGES, Form, form_of
from playground.ui.look import quiet
from playground.ui.sending import BACK

TEXT, PROBLEM, OPENED = "paste_text", "paste_problem", "paste_opened"
_ICON = ":material/content_paste:"


def paste_button(key: str) -> None:
    """Draw the button that opens the dialog. `key` is the page's name."""
    if st.button("Paste a request", key=f"{key}_paste", icon=_ICON, type="tertiary"):
        st.session_state.pop(PROBLEM, None)
        _dialog()


def paste_note(task: Task) -> None:
    """Draw what became of a request that was pasted into this page's form, until it is put away."""
    held: tuple[Form, dict[str, Any]] | None = st.session_state.get(_held(task))
    if held is None or "run" in st.query_params:  # what the form held was sent, or a run was opened
        _away(task)
        return
    form, _ = held
    page = PAGES[task]
    with st.container(border=True, gap="xxsmall", key=f"{page}_pasted"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{page}_pasted_line"):
            st.markdown(f"{_ICON} **The form holds the pasted request**", width="stretch")
            st.button(
                "Put back what was here", key=f"{page}_pasted_undo", type="tertiary", on_click=_undo, args=(task,)
            )
            st.button("Fine", key=f"{page}_pasted_fine", type="tertiary", on_click=_away, args=(task,))
        if form.attach:
            names = ", ".join(f"`{name}`" for name in form.attach)
            st.markdown(
                f":orange[:material/attach_file:] Its text only names {names}: attach again what is to be sent."
            )
        for note in form.notes:
            st.markdown(f":orange[:material/info:] {sentence(note)}")


@st.dialog("Paste a request", width="large", icon=_ICON)
def _dialog() -> None:
    if OPENED in st.session_state:
        st.rerun()  # `follow` does the rest
    st.text_area(
        "JSON, curl, or Python with httpx or mixpeek",
        key=TEXT,
        height=280,
        placeholder="curl http://127.0.0.1:8501/v1/inference -d '{…}'",
        help="It is read and never run.",
    )
    problem = st.session_state.get(PROBLEM)
    st.markdown(
        f":red[:material/error:] {sentence(problem)}"
        if problem
        else quiet(
            "It fills the form of the page that asks such requests; nothing is sent. What was given there can be put "
            "back; words in the question box that were not sent yet are replaced."
        )
    )
    st.button("Fill the form", key="paste_go", type="primary", on_click=_fill)


def follow(page: str) -> None:
    """Go to the page whose form was filled; `page` is the one that is about to be drawn, by its file.

    Before any widget: a page cannot be left once some of them stand in the URL.
    """
    filled = st.session_state.pop(OPENED, None)
    if filled and filled != page:
        st.switch_page(f"{filled}.py")


def _fill() -> None:
    text = st.session_state.get(TEXT) or ""
    try:
        search = sought(text)
        if search is not None:
            _search(search)
            return
        found = pasted(text)
        if found.request.inference_name:
            _plugin(found)
            return
        form = form_of(found, core().providers)
    except PlaygroundError as error:
        st.session_state[PROBLEM] = error.message
        return
    st.session_state.pop(PROBLEM, None)
    st.session_state[_held(form.task)] = (form, fill(form))
    st.session_state[OPENED] = PAGES[form.task]


def _search(asked: Sought) -> None:
    from playground.ui.search.pasting import put  # the pages that ask no searches need not load it

    put(asked)
    st.session_state.pop(PROBLEM, None)
    st.session_state[OPENED] = "search"


def _plugin(asked: Pasted) -> None:
    from playground.ui.plugins.pasting import put  # as above

    put(asked.request)
    st.session_state.pop(PROBLEM, None)
    st.session_state[OPENED] = "plugins"


def _undo(task: Task) -> None:
    box = {BACK: ""} if task == "chat" else {}
    put_back(task, box | st.session_state[_held(task)][1])
    _away(task)


def _away(task: Task) -> None:
    st.session_state.pop(_held(task), None)


def _held(task: Task) -> str:
    return f"paste_{task}"
