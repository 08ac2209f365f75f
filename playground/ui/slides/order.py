"""Decks as they are prepared: all of them, and one with its runs to be put in order."""

from functools import partial

import streamlit as st

from playground.record import RunRecord
from playground.store.decks import TITLE, Deck, moved
from playground.store.excerpt import question
from playground.ui.core import NAMESPACE, core
from playground.ui.look import quiet
from playground.ui.report import report_button
from playground.ui.slides.stage import PACE
from playground.ui.transcribe.words import plain
from playground.units import seconds


def all_decks() -> None:
    """Draw every deck with the way into it, or what a deck is."""
    st.title("Slides", anchor=False)
    decks = core().history.decks.all(NAMESPACE)
    if not decks:
        st.markdown(
            "Saved runs as a presentation: one run per slide, in large type, turned by the arrow keys, each answer at "
            "the pace at which it came. Nobody is asked again, so it needs no key and no network."
        )
        icon = ":material/receipt_long:"
        st.page_link("runs.py", label="Tick runs on the Runs page, then choose Slides", icon=icon)
    for deck in decks:
        with st.container(
            border=True, horizontal=True, vertical_alignment="center", gap="small", key=f"slides_of_{deck.id}"
        ):
            st.markdown(f"**{plain(deck.title)}**  \n{quiet(_count(deck))}", width="stretch")
            _go("Present", deck, {"slide": "1"}, ":material/slideshow:")
            _go("Arrange", deck, {}, ":material/reorder:")


def arrange(deck: Deck) -> None:
    """Draw a deck with everything that can be changed about it."""
    st.page_link("slides.py", label="All decks", icon=":material/arrow_back:")
    st.title(plain(deck.title), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="slides_doing"):
        if deck.runs:
            _go("Present", deck, {"slide": "1"}, ":material/slideshow:")
            report_button(deck.runs, "slides", title=deck.title)
        with st.popover("Title", icon=":material/edit:", type="tertiary"):
            st.text_input("Title", value=deck.title, key="slides_title", max_chars=TITLE)
            st.button("Save", key="slides_rename", type="primary", on_click=_rename, args=(deck,))
        with st.popover("Delete", icon=":material/delete:", type="tertiary"):
            st.markdown("The runs stay in the history.")
            st.button("Delete this deck", key="slides_delete", on_click=_delete, args=(deck,))
        st.toggle("Answers at their recorded pace", key=PACE, persist_state="session")
    if not deck.runs:
        st.markdown("No slides yet.")
        st.page_link("runs.py", label="Tick runs on the Runs page", icon=":material/receipt_long:")
    for place, id_ in enumerate(deck.runs):
        _row(deck, place, id_)


def _row(deck: Deck, place: int, id_: str) -> None:
    run, key = core().history.get(id_, NAMESPACE), f"slides_row_{place}"
    last = place == len(deck.runs) - 1
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small", key=key):
        st.markdown(f"{place + 1}", width=24)
        st.markdown(_words(run, id_), width="stretch")
        with st.container(horizontal=True, width="content", gap="xsmall"):
            for name, icon, by, off in (("up", "arrow_upward", -1, place == 0), ("down", "arrow_downward", 1, last)):
                words = f"Move slide {place + 1} {name}"
                st.button(
                    words,
                    key=f"{key}_{name}",
                    icon=f":material/{icon}:",
                    help=words,
                    type="tertiary",
                    on_click=_change,
                    args=(deck, id_, by),
                    disabled=off,
                )
            bin_, words = ":material/delete:", f"Take slide {place + 1} out"
            out = (deck, id_)
            st.button(words, key=f"{key}_out", icon=bin_, help=words, type="tertiary", on_click=_change, args=out)


def _change(deck: Deck, id_: str, by: int = 0) -> None:
    """Move a run, or take it out where `by` is 0."""
    change = partial(moved, run=id_, by=by) if by else lambda runs: [each for each in runs if each != id_]
    core().history.decks.change(deck.id, NAMESPACE, change)


def _rename(deck: Deck) -> None:
    core().history.decks.rename(deck.id, NAMESPACE, st.session_state["slides_title"].strip() or deck.title)


def _delete(deck: Deck) -> None:
    core().history.decks.delete(deck.id, NAMESPACE)
    st.query_params.pop("deck", None)


def _go(label: str, deck: Deck, more: dict[str, str], icon: str) -> None:
    st.page_link("slides.py", label=label, icon=icon, query_params={"deck": deck.id, **more})


def _words(run: RunRecord | None, id_: str) -> str:
    if run is None:
        return f"`{id_}`  \n{quiet('This run is not in the history any more.')}"
    asked = question(run.request) or run.task or "a run"
    return (
        f"**{plain(asked)}**  \n{quiet(f'{plain(run.provider)} / {plain(run.model)} · {seconds(run.timings.total)}')}"
    )


def _count(deck: Deck) -> str:
    return "1 slide" if len(deck.runs) == 1 else f"{len(deck.runs):,} slides"
