"""The button that puts runs into a deck, a new one or one that is there."""

from collections.abc import Sequence

import streamlit as st

from playground.store.decks import TITLE
from playground.ui.core import NAMESPACE, core
from playground.ui.look import quiet

NEW = "A new deck"


def add_button(ids: Sequence[str], key: str) -> None:
    """Draw the popover for these runs, in this order. `key` is the place's name."""
    with st.popover("Slides", icon=":material/slideshow:", type="tertiary", key=f"{key}_slides", width="content"):
        decks = {deck.id: deck for deck in core().history.decks.all(NAMESPACE)}
        options = [*decks, NEW]
        chosen = st.selectbox(
            "Add to",
            options,
            format_func=lambda id_: decks[id_].title if id_ in decks else NEW,
            key=f"{key}_deck",
        )
        title = "Slides"
        if chosen == NEW:
            title = st.text_input("Its title", value="Slides", key=f"{key}_deck_title", max_chars=TITLE)
        words, args = "Add" if len(ids) == 1 else f"Add {len(ids):,} runs", (list(ids), chosen, title, key)
        st.button(words, key=f"{key}_deck_add", type="primary", on_click=_add, args=args)
        added = st.session_state.get(f"{key}_added")
        if added in decks:
            deck = decks[added]
            st.markdown(quiet(f":material/check: “{deck.title}” has {_slides(len(deck.runs))}."))
            icon = ":material/slideshow:"
            st.page_link("slides.py", label="Open the deck", icon=icon, query_params={"deck": deck.id})


def _add(ids: list[str], chosen: str, title: str, key: str) -> None:
    decks = core().history.decks
    if chosen == NEW:
        chosen = decks.make(NAMESPACE, title.strip() or "Slides", ids).id
        st.session_state[f"{key}_deck"] = chosen
    else:
        decks.change(chosen, NAMESPACE, lambda runs: [*runs, *ids])
    st.session_state[f"{key}_added"] = chosen


def _slides(count: int) -> str:
    return "1 slide" if count == 1 else f"{count:,} slides"
