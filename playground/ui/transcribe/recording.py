"""A recording: the bundled sample, an uploaded file, the microphone; and the sound that a run was given."""

from base64 import b64decode
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import streamlit as st

from playground import samples
from playground.errors import PlaygroundError
from playground.media import sniff
from playground.record import RunRecord
from playground.runs import Run
from playground.ui.core import core
from playground.ui.look import quiet

UNNAMED = "Recording"
UPLOAD, RECORD = "Upload", "Record"
TAKEN, ROUND = "transcribe_taken", "transcribe_round"
"""Where the session keeps what was given (the widgets forget it on another page), and the number of the widgets."""
_TYPES = ["wav", "mp3", "flac", "ogg", "opus", "m4a", "aac", "aiff", "webm", "mp4", "mov", "mkv"]


@dataclass(frozen=True, slots=True)
class Recording:
    """A file with sound in it, and what it is called."""

    name: str
    data: bytes = field(repr=False)

    @property
    def mime(self) -> str:
        """What it is by its first bytes."""
        kind = sniff(self.data)
        return kind[1] if kind else "application/octet-stream"


@cache
def sample() -> Recording:
    """The bundled sample."""
    return Recording("Sample", (samples.FOLDER / "speech.flac").read_bytes())


def ask_recording() -> Recording | None:
    """Draw the ways to give a recording; returns what is there now."""
    way = st.segmented_control(
        "Recording",
        (UPLOAD, RECORD),
        default=UPLOAD,
        required=True,
        key="transcribe_way",
        label_visibility="collapsed",
        persist_state="session",
    )
    key = f"transcribe_given_{st.session_state.setdefault(ROUND, 0)}_{way}"
    if way == RECORD:
        st.audio_input(
            "Speak, then press the square", sample_rate=16_000, key=key, on_change=_take, args=(key, "Microphone")
        )
    else:
        st.file_uploader(
            "An audio file, or a film with sound",
            type=_TYPES,
            max_upload_size=int(core().settings.number("PLAYGROUND_MAX_MEDIA_MB")),
            key=key,
            on_change=_take,
            args=(key,),
        )
    taken: Recording | None = st.session_state.get(TAKEN)
    if taken is not None:
        st.markdown(quiet(f"{taken.name} · {len(taken.data) / 1e6:,.1f} MB"))
    return taken


def sound_of(run: Run | RunRecord) -> Recording | None:
    """The sound a run was given, from its request while it lives, from the archive after; None when it is gone."""
    if isinstance(run, Run):
        given = run.request.inputs.get("audio_base64")
        return None if given is None else Recording(UNNAMED, b64decode(str(given).rpartition(",")[2]))
    for reference in _references(run.request):
        try:
            data, _ = core().blobs.get(reference)
        except PlaygroundError:
            continue
        return Recording(UNNAMED, data)
    return None


def _references(request: Any) -> list[str]:
    """Where the history may keep the sound: what was sent, else what was fetched."""
    given = request.get("inputs", {}).get("audio_base64")
    return [str(reference) for reference in (given, *request.get("fetched", {}).values()) if reference]


def forget() -> None:
    """Empty the widgets: what was in them is in a run now."""
    st.session_state.pop(TAKEN, None)
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1


def _take(key: str, name: str = "") -> None:
    file = st.session_state[key]
    st.session_state[TAKEN] = None if file is None else Recording(name or file.name, file.getvalue())
