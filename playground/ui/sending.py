"""The foot of a conversation: tray and input, and what becomes of a question: a run, or back where it came from."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.errors import PlaygroundError
from playground.ui import conversation
from playground.ui.attachments.composer import composer, detail
from playground.ui.attachments.intake import complaints, max_bytes, problems, receive
from playground.ui.attachments.taking import listed, refusal, taken
from playground.ui.attachments.tray import add, empty, tray
from playground.ui.attachments.words import NOUNS
from playground.ui.bar import Setup
from playground.ui.cache.controls import caching, once
from playground.ui.look import keep_draft, quiet
from playground.ui.picker import Choice

PENDING, BACK = "chat_send", "chat_back"
"""A question that a button asks; one that could not be sent and goes back into the box."""


def foot(choice: Choice, *, disabled: bool) -> None:
    """Draw what stands above the box: what is left out or was wrong, the tray and the ways into it."""
    _left_out(choice)
    complaints("chat_box")
    composer(choice, "chat", None if disabled else _send_files)


def compose(choice: Choice, hint: str, *, disabled: bool) -> str | None:
    """Draw the box; returns the question that was sent off, empty where only files are asked about, else None.

    Files that were dropped on the box or pasted into it go through the tray like all others. To be called in no
    container: Streamlit puts the box below all others by itself, and only then follows the end of the page.
    """
    if BACK in st.session_state:
        st.session_state["chat_input"] = st.session_state.pop(BACK)
    kinds = taken(choice)
    given = st.chat_input(
        hint,
        key="chat_input",
        accept_file="multiple",  # always: the box forgets what was typed when this changes
        accept_audio="audio" in kinds,
        max_upload_size=max_bytes() // 2**20,
        disabled=disabled,
    )
    said = conversation.turns()
    with st.bottom:
        keep_draft("chat_input", str(said[-1].run) if said else "")
    pending: str | None = st.session_state.pop(PENDING, None)
    if given is None or disabled:
        return None if disabled else pending
    sounds = [given.audio] if "audio" in kinds and given.audio else []
    files = [(file.name, file.getvalue()) for file in (*given.files, *sounds)]
    receive("chat_box", files, lambda file: add("chat", [file]))
    return given.text


def send(setup: Setup, question: str, *, system: str | None, schema: Mapping[str, Any] | None) -> None:
    """Start the run for a question and the files in the tray, and show it.

    Where a file keeps it from going, question and files stay where they were, and the page says why.
    """
    files = tray("chat")
    held = problems("chat_box") or any(refusal(setup.choice, file) for file in files)
    if (question.strip() or files) and not held and _started(setup, question, system, schema):
        empty("chat")
    else:
        st.session_state[BACK] = question
    st.rerun()


def asking(setup: Setup, question: str, *, system: str | None, schema: Mapping[str, Any] | None) -> RawInferenceRequest:
    """The request that the page's form makes of a question. Raises NotFoundError for a file that is lost."""
    files, choice = tray("chat"), setup.choice
    earlier, kinds = conversation.turns(), taken(choice)
    inputs: dict[str, Any] = {"messages": conversation.messages(earlier, question, files, takes=kinds)}
    inputs |= {"system": system} if system else {}
    again = [file for turn in earlier for file in turn.files if file.modality in kinds]
    return caching(setup.request(inputs, schema=schema, detail=detail(choice, "chat", [*again, *files])), "chat")


def _started(setup: Setup, question: str, system: str | None, schema: Mapping[str, Any] | None) -> bool:
    try:
        request = asking(setup, question, system=system, schema=schema)
    except PlaygroundError as error:
        problems("chat_box").append(error.message)
        return False
    conversation.ask(request, question, list(tray("chat")), cache=once("chat"))
    return True


def _left_out(choice: Choice) -> None:
    """Say which files of the conversation the chosen model does not get."""
    kinds = taken(choice)
    lost = [file for turn in conversation.turns() for file in turn.files if file.modality not in kinds]
    if lost and choice.can:
        words = listed(list(dict.fromkeys(NOUNS[file.modality] for file in lost)), "and")
        st.markdown(quiet(f":material/info: `{choice.model}` does not get the {words} above."))


def _send_files() -> None:
    st.session_state[PENDING] = ""
