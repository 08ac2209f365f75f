"""A recording: the bundled sample, what a person gives, and the sound or film that a run was given."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any

import streamlit as st

from playground import samples
from playground.archive import masked
from playground.call import Modality
from playground.errors import PlaygroundError
from playground.media import sniff
from playground.record import RunRecord
from playground.run import Run
from playground.ui.attachments.attachment import Attachment, look, opened
from playground.ui.attachments.intake import intake
from playground.ui.core import core

UNNAMED = "Recording"
TAKEN = "transcribe_taken"
"""Where the session keeps what was given and not sent yet."""


@cache
def sample() -> Attachment:
    """The bundled sample; what it says is `samples.spoken`."""
    return opened("Sample", (samples.FOLDER / "speech.flac").read_bytes())


def ask_recording() -> Attachment | None:
    """Draw the ways to give a recording; returns what is there now."""
    intake("transcribe", ("audio", "video"), _take, several=False)
    taken: Attachment | None = st.session_state.get(TAKEN)
    return taken


def forget() -> None:
    """Let go of what was given: it is in a run now, or not wanted."""
    st.session_state.pop(TAKEN, None)


def inputs_of(given: Attachment) -> dict[str, Any]:
    """The `inputs` of a request for a recording."""
    return {"audio_base64": b64encode(given.data).decode()} if given.data else {"audio_url": given.url}


def identity(run: Run | RunRecord) -> str:
    """What the recording of a run is known by: `media:<sha256>`, or an address without what opens it."""
    inputs = run.request.inputs if isinstance(run, Run) else run.request.get("inputs", {})
    if inputs.get("audio_url"):
        return masked(str(inputs["audio_url"]))
    given = str(inputs.get("audio_base64") or "")
    return given if given.startswith("media:") else f"media:{sha256(_decoded(given)).hexdigest()}"


def sound_of(run: Run | RunRecord) -> Attachment | None:
    """The recording of a run, from its request while it lives, from the archive after; None when it is not to be had.

    One that cannot be read has no `facts`.
    """
    data = _data(run)
    kind = sniff(data)
    if kind is None:
        return None
    reference = f"media:{sha256(data).hexdigest()}"
    try:
        facts, preview = _seen(reference, data, kind[1])
    except PlaygroundError:
        facts, preview = {}, b""
    name = sample().name if reference == sample().reference else UNNAMED
    modality: Modality = "video" if facts.get("films") else "audio"
    return Attachment(name, modality, kind[1], data, weight=len(data), facts=facts, preview=preview)


@st.cache_data(max_entries=64, show_spinner=False)
def _seen(reference: str, _data: bytes, mime: str) -> tuple[Mapping[str, Any], bytes]:  # noqa: ARG001 - the key
    """What `look` says of a file, which never changes; `reference` is its key."""
    return look(_data, mime)


def _data(run: Run | RunRecord) -> bytes:
    if isinstance(run, Run):
        return _decoded(str(run.request.inputs.get("audio_base64") or ""))
    for reference in (run.request.get("inputs", {}).get("audio_base64"), *run.request.get("fetched", {}).values()):
        try:
            return core().blobs.get(str(reference))[0]
        except PlaygroundError:
            continue
    return b""


def _decoded(text: str) -> bytes:
    try:
        return b64decode(text.rpartition(",")[2])
    except ValueError:
        return b""


def _take(given: Attachment) -> None:
    st.session_state[TAKEN] = given
