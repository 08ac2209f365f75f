"""Slides: decks of saved runs, put in order and shown one after the other; opened by its link."""

import streamlit as st

from playground.errors import NotFoundError
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import fault
from playground.ui.link import settle
from playground.ui.slides.order import all_decks, arrange
from playground.ui.slides.stage import stage

settle()
opened, slide = st.query_params.get("deck", ""), st.query_params.get("slide", "")
deck = core().history.decks.get(opened, NAMESPACE) if opened else None
if opened and deck is None:
    fault(NotFoundError(f"there is no deck `{opened[:80]}`; it may belong to another data folder"), key="slides")
    st.page_link("slides.py", label="All decks", icon=":material/arrow_back:")
elif deck is None:
    all_decks()
elif slide and deck.runs:
    stage(deck, int(slide) if slide.isdecimal() else 1)
else:
    arrange(deck)
