"""Embeddings: turn texts and images into vectors, see which are alike."""

import streamlit as st

from playground.errors import PlaygroundError
from playground.projector import projector
from playground.ui.attachments.tray import tray
from playground.ui.bar import model_bar
from playground.ui.embeddings import session
from playground.ui.embeddings.intake import ask, complain, given
from playground.ui.embeddings.result import draw_run
from playground.ui.embeddings.shelf import with_files
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
    session.start(setup, *sample)
    st.rerun()

if lost is not None:
    fault(lost, key="embeddings_lost")
fresh = shown is None
if fresh:
    welcome()
label, key = (
    ("Your own texts and files", "embeddings_texts") if fresh else ("Other texts and files", "embeddings_other")
)
with st.expander(label, expanded=fresh, icon=":material/edit_note:", key=key):
    blocked = ask(setup.choice) or setup.blocked
    if st.button("Embed", key="embeddings_go", type="primary", disabled=bool(blocked) or live, help=blocked or None):
        try:
            files = tray("embeddings")
            session.start(setup, with_files(given(setup.choice), files), files)
        except PlaygroundError as error:
            complain(error)
        else:
            st.rerun()
if shown is not None:
    draw_run(shown)
