"""Files in: by upload, drag, camera, microphone and address; they wait in the tray until they are embedded."""

from dataclasses import replace

import streamlit as st

from playground.inputs import MAX_FILES
from playground.ui.attachments.attachment import Attachment, look
from playground.ui.attachments.cards import cards
from playground.ui.attachments.intake import intake
from playground.ui.attachments.taking import FILES, fate, refusal, taken
from playground.ui.attachments.tray import add, remove, tray
from playground.ui.embeddings.fitting import draw_objection, listed
from playground.ui.embeddings.thumbnails import SIDE
from playground.ui.look import quiet
from playground.ui.picker import Choice

KEY = "embeddings"
_SHOWN = 4
"""Cards that stand on the page; more scroll."""


def ask_files(choice: Choice) -> None:
    """Draw the ways to give files that the model takes, and why it does not take the others."""
    kinds = taken(choice)
    if kinds:
        intake(f"{KEY}_files", kinds, take)
    elif choice.can and not tray(KEY):
        said = f"`{choice.model}` takes {listed(choice.can.model.inputs)} only. Images go to:"
        draw_objection(choice, said, ["image"], f"{KEY}_none")


def take(file: Attachment) -> None:
    """Into the tray, with a thumbnail for a preview: many files wait, and every click draws them all."""
    if file.preview:
        file = replace(file, preview=look(file.preview, "image/webp", SIDE)[1])
    add(KEY, [file])


def show_files(choice: Choice) -> None:
    """Draw the files that wait."""
    files = tray(KEY)
    if not files:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"{KEY}_waiting"):
        st.markdown(quiet(f"{len(files)} of {MAX_FILES} files wait"))
        st.button(
            "Remove all",
            key=f"{KEY}_empty",
            icon=":material/close:",
            type="tertiary",
            on_click=lambda: tray(KEY).clear(),
        )
    with st.container(height=290 if len(files) > _SHOWN else "content", border=False, key=f"{KEY}_tray"):
        cards(files, KEY, say=lambda file: _say(choice, file), remove=lambda place: remove(KEY, place))


def _say(choice: Choice, file: Attachment) -> str:
    if choice.can is None or file.modality not in FILES:
        return ""
    problem = refusal(choice, file)
    return f":small[:red[:material/block: {problem}]]" if problem else quiet(fate(choice, file))
