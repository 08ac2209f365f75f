"""Embeddings: turn texts into vectors, see which mean similar things."""

import streamlit as st

from playground.errors import PlaygroundError
from playground.projector import projector
from playground.ui.bar import model_bar
from playground.ui.embeddings import session
from playground.ui.embeddings.intake import ask_texts, complain, given
from playground.ui.embeddings.result import draw_run
from playground.ui.embeddings.shelf import of_sample
from playground.ui.embeddings.welcome import wanted, welcome
from playground.ui.fault import fault
from playground.ui.watch import running

projector().warm()
lost = session.reopen()
shown = session.shown()
live = running(shown)

setup = model_bar("embedding", "embeddings")
with setup.row:
    st.button("New", key="embeddings_new", icon=":material/add:", on_click=session.clear, disabled=shown is None)

sample = wanted()
if sample and not setup.blocked:
    session.start(setup, of_sample(sample))
    st.rerun()

if lost is not None:
    fault(lost, key="embeddings_lost")
fresh = shown is None
if fresh:
    welcome()
label, key = ("Your own texts", "embeddings_texts") if fresh else ("Other texts", "embeddings_other")
with st.expander(label, expanded=fresh, icon=":material/edit_note:", key=key):
    ask_texts()
    if st.button(
        "Embed", key="embeddings_go", type="primary", disabled=bool(setup.blocked) or live, help=setup.blocked or None
    ):
        try:
            session.start(setup, given())
        except PlaygroundError as error:
            complain(error)
        else:
            st.rerun()
if shown is not None:
    draw_run(shown)
