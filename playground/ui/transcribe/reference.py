"""The reference text: what was really said in a recording, typed, pasted or from a text file."""

import streamlit as st

from playground import samples
from playground.texts import decode
from playground.ui.transcribe.recording import sample

_MB = 1
"""Largest text file; an hour of speech is some 60 KB."""


def ask_reference(recording: str) -> str:
    """Draw the box and return what is in it; kept for the session, for each recording by what it is known by."""
    key = key_of(recording)
    if recording == sample().reference and key not in st.session_state:
        st.session_state[key] = samples.spoken()
    given = bool((st.session_state.get(key) or "").strip())
    title = "Reference text" if given else "Add a reference text to measure the error rate"
    with st.expander(title, icon=":material/fact_check:", key="transcribe_reference_box"):
        text = st.text_area(
            "What was really said",
            key=key,
            height=130,
            placeholder="Type or paste every word that is spoken, or upload a .txt file.",
            persist_state="session",
        )
        st.file_uploader(
            "A text file with what was said",
            type=["txt"],
            max_upload_size=_MB,
            key=f"{key}_file",
            on_change=_read,
            args=(key,),
        )
    return (text or "").strip()


def key_of(recording: str) -> str:
    """The key of the box for a recording."""
    return f"transcribe_reference_{recording}"


def _read(key: str) -> None:
    file = st.session_state[f"{key}_file"]
    if file is not None:
        st.session_state[key] = decode(file.getvalue()).strip()
