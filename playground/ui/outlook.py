"""Each page's own strip: which request it would send now."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError
from playground.ui import conversation
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.tray import tray
from playground.ui.bar import Setup
from playground.ui.cache.controls import limit
from playground.ui.embeddings.intake import FILE, given
from playground.ui.embeddings.items import inputs_of
from playground.ui.preflight import stopped, strip
from playground.ui.sending import asking
from playground.ui.transcribe import recording as recorded
from playground.ui.typed import typed

_WORD = "?"
"""Stands for a question that nobody has written yet."""


@st.fragment
def chat_strip(setup: Setup, *, system: str | None, schema: Mapping[str, Any] | None, blocked: str) -> None:
    """Draw the strip of a conversation, with the words in the box; before there are any, without those.

    `blocked` is what has to be mended first: the box says it, but not while words stand in it.
    """
    if blocked and setup.choice.readiness.ready:
        stopped("chat", blocked)
        return
    turns = conversation.turns()
    said = [(turn.question, turn.run, [file.reference for file in turn.files]) for turn in turns]
    words = typed("chat_input", str(turns[-1].run) if turns else "").strip()
    wish = limit("chat")
    mark = (*_mark(setup), system, _text(schema), said, conversation.is_live(), _files("chat"), words, wish)

    def made() -> RawInferenceRequest:
        request = asking(_picked(setup), words or _WORD, system=system, schema=schema)
        return request if words else request.model_copy(update={"enable_semantic_cache": False})  # nothing to look up

    strip("chat", mark, made, open_end=not words, cache="off" if wish is None else "on")


def embeddings_strip(setup: Setup) -> None:
    """Draw the strip of texts and files that wait to be embedded."""
    names = ("embeddings_way", "embeddings_lines", "embeddings_column")
    read = st.session_state.get(FILE)
    mark = (*_mark(setup), [st.session_state.get(name) for name in names], id(read), _files("embeddings"))

    def made() -> RawInferenceRequest:
        rows = given(_picked(setup).choice)
        return setup.request(inputs_of(rows.texts if rows else [], tray("embeddings")))

    strip("embeddings", mark, made)


def transcribe_strip(setup: Setup, recording: Attachment | None) -> None:
    """Draw the strip of a recording that waits to be transcribed."""

    def made() -> RawInferenceRequest:
        if recording is None:
            raise BadRequestError("there is no recording yet")
        return _picked(setup).request(recorded.inputs_of(recording))

    strip("transcribe", (*_mark(setup), recording.reference if recording else ""), made)


def _mark(setup: Setup) -> tuple[Any, ...]:
    choice = setup.choice
    return choice.provider, choice.model, choice.readiness.ready, _text(setup.parameters)


def _picked(setup: Setup) -> Setup:
    if not setup.choice.model:
        raise BadRequestError("no model is picked yet")
    return setup


def _files(page: str) -> list[str]:
    return [file.reference for file in tray(page)]


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
