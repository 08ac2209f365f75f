"""What is going to be sent: the recording, what it is, how it travels to each model, and why it cannot."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from playground.errors import PlaygroundError
from playground.providers.remote import Remote
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.words import ICONS, measures
from playground.ui.bar import Setup
from playground.ui.core import core
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.picker import Choice
from playground.ui.transcribe.recording import forget
from playground.ui.transcribe.words import plain


def draw_sending(given: Attachment, setups: Sequence[Setup]) -> None:
    """Draw the recording and one line for each model that is to hear it."""
    with st.container(border=True, gap="xxsmall", key="transcribe_sending"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            name = f":material/{ICONS[given.modality]}: **{plain(given.name)}**"
            st.markdown(f"{name} {quiet('· ' + measures(given))}", width="stretch")
            st.button("Remove", key="transcribe_remove", icon=":material/close:", type="tertiary", on_click=forget)
        st.markdown("  \n".join(_travels(setup.choice, given) for setup in setups))


def _travels(choice: Choice, given: Attachment) -> str:
    problem = refusal(choice, given)
    return f":red[:material/block: {sentence(problem)}]" if problem else quiet(fate(choice, given))


def refusal(choice: Choice, given: Attachment) -> str:
    """Why a model cannot hear this recording, empty when it can, and for an address, which is looked at later."""
    if given.data and not given.facts.get("sounds"):
        return f"`{given.name}` holds no sound that can be read; choose another file"
    provider = core().providers[choice.provider]
    if not given.data or not choice.model or not isinstance(provider, Remote):
        return ""
    sound = replace(given.media, modality="audio", data=given.data)
    intake = provider.takes(choice.model, sound, "transcription")
    if intake is None:
        return ""
    known = provider.model(choice.model)
    try:
        intake.check([sound], model=choice.model, title=choice.title, inputs=known.inputs if known else None)
    except PlaygroundError as error:
        return error.message
    return ""


def fate(choice: Choice, given: Attachment) -> str:
    """How the recording travels to a model."""
    to = f"`{choice.model}`" if choice.model else choice.title
    if not given.data:
        if core().providers[choice.provider].fetches(choice.model, replace(given.media, modality="audio")):
            return f"{choice.title} gets the address and fetches it for {to}. Type and size are not known here."
        return f"The file is fetched here first, from public hosts only, then heard by {to}. Type and size show then."
    if choice.provider == "local":
        return f"Stays on this machine: {to} hears it here."
    whole = "The whole file is sent, its pictures too" if given.modality == "video" else "The whole file is sent"
    return f"{whole}, to {choice.title}: {to}."
