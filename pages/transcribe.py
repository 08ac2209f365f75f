"""Transcribe: speech to text with times, by one model or two at once, measured against what was said."""

import streamlit as st

from playground.ui.bar import model_bar
from playground.ui.fault import fault
from playground.ui.forms.door import paste_button, paste_note
from playground.ui.outlook import transcribe_strip
from playground.ui.transcribe import session
from playground.ui.transcribe.compare import second_bar, second_button
from playground.ui.transcribe.recording import ask_recording, forget, sample
from playground.ui.transcribe.result import draw_runs
from playground.ui.transcribe.sending import draw_sending, refusal
from playground.ui.transcribe.welcome import wanted, welcome
from playground.ui.watch import running

lost = session.reopen()
shown = session.shown()
live = running(shown) or running(session.shown("with"))

with st.container(key="transcribe_wide" if session.comparing() else "transcribe_column"):
    setup = model_bar("transcription", "transcribe")
    second = second_bar(setup)
    setups = [setup] if second is None else [setup, second]
    with setup.note:
        paste_button("transcribe")
        if shown is not None:
            st.button("New", key="transcribe_new", icon=":material/add:", type="tertiary", on_click=session.clear)
    paste_note("transcription")
    if wanted() and not setup.blocked:
        session.start(setup, sample(), second if second and not second.blocked else None)
        st.rerun()
    if lost is not None:
        fault(lost, key="transcribe_lost")
    place = st.container()
    title = "Your own recording" if shown is None else "Another recording"
    with st.expander(title, expanded=shown is None, icon=":material/mic:", key=f"transcribe_own_{shown is None}"):
        recording = ask_recording()
        if recording is not None:
            draw_sending(recording, setups)
        blocked = next((each.blocked for each in setups if each.blocked), "")
        refused = recording is not None and any(refusal(each.choice, recording) for each in setups)
        transcribe_strip(setup, recording)
        go = st.button(
            "Transcribe" if second is None else "Transcribe with both",
            key="transcribe_go",
            type="primary",
            disabled=bool(blocked) or live or recording is None or refused,
            help=blocked or None,
        )
    if go and recording is not None:
        session.start(setup, recording, second)
        forget()
        st.rerun()
    with place:
        if shown is None:
            welcome()
        else:
            sound = draw_runs(shown, session.shown("with"))
            if second is not None and second_button(second, sound, live=running(session.shown("with"))) and sound:
                session.add(second, sound)
                st.rerun()
