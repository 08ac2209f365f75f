"""Transcribe: speech to text with times, heard while it goes on."""

import streamlit as st

from playground.ui.bar import model_bar
from playground.ui.fault import fault
from playground.ui.transcribe import session
from playground.ui.transcribe.recording import ask_recording, forget, sample
from playground.ui.transcribe.result import draw_run
from playground.ui.transcribe.welcome import wanted, welcome
from playground.ui.watch import running

lost = session.reopen()
shown = session.shown()
live = running(shown)

with st.container(key="transcribe_column"):
    setup = model_bar("transcription", "transcribe")
    if shown is not None:
        with setup.note:
            st.button("New", key="transcribe_new", icon=":material/add:", type="tertiary", on_click=session.clear)
    if wanted() and not setup.blocked:
        session.start(setup, sample())
        st.rerun()
    if lost is not None:
        fault(lost, key="transcribe_lost")
    place = st.container()
    title = "Your own recording" if shown is None else "Another recording"
    with st.expander(title, expanded=shown is None, icon=":material/mic:", key=f"transcribe_own_{shown is None}"):
        recording = ask_recording()
        go = st.button(
            "Transcribe",
            key="transcribe_go",
            type="primary",
            disabled=bool(setup.blocked) or live or recording is None,
            help=setup.blocked or None,
        )
    if go and recording is not None:
        session.start(setup, recording)
        forget()
        st.rerun()
    with place:  # last: a live run draws for a while, and everything around it should stand by then
        if shown is None:
            welcome()
        else:
            draw_run(shown)
