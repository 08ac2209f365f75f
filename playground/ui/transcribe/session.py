"""Which run the page shows: its id in the session and in the URL, found again after a click, a refresh, a link."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError, PlaygroundError
from playground.record import RunRecord
from playground.ui.bar import Setup
from playground.ui.core import NAMESPACE, core
from playground.ui.link import linked
from playground.ui.transcribe.recording import UNNAMED, Recording, sample

RUN, NAMES = "transcribe_run", "transcribe_names"


def shown() -> str | None:
    """The id of the run on the page, None while there is none."""
    found: str | None = st.session_state.get(RUN)
    return found


def name(run: str, sound: Recording | None = None) -> str:
    """What the recording of a run is called: as it came, else what its `sound` tells; a request holds no name."""
    names: dict[str, str] = st.session_state.setdefault(NAMES, {})
    if run not in names and sound is not None:
        names[run] = sample().name if sound.data == sample().data else sound.name
    return names.get(run, UNNAMED)


def reopen() -> PlaygroundError | None:
    """Make the session show the run that the URL names; returns why it cannot."""
    found = linked(shown())
    if not isinstance(found, tuple):
        return found
    wanted, request = found
    if not any(name.startswith("audio_") for name in request.get("inputs", {})):
        return BadRequestError(f"run `{wanted}` transcribed no sound; the Runs page shows it")
    st.session_state[RUN] = wanted
    _restore(request)
    return None


def start(setup: Setup, recording: Recording) -> None:
    """Start a run for a recording with what the bar says, and show it."""
    _start(setup.request({"audio_base64": _base64(recording)}), recording.name)


def again(run: RunRecord, sound: Recording) -> None:
    """Send the request of an ended run once more; the history keeps its sound apart from it."""
    inputs = {name: value for name, value in run.request["inputs"].items() if not name.startswith("audio_")}
    request = {**run.request, "inputs": {**inputs, "audio_base64": _base64(sound)}}
    _start(RawInferenceRequest(**request), name(run.id, sound))


def _start(request: RawInferenceRequest, name: str) -> None:
    run = core().start(request, namespace=NAMESPACE, door="page")
    st.session_state.setdefault(NAMES, {})[run.id] = name
    st.session_state[RUN] = run.id
    st.query_params["run"] = run.id


def clear() -> None:
    """Show no run; it stays in the history."""
    st.session_state.pop(RUN, None)
    st.query_params.pop("run", None)


def _restore(request: Mapping[str, Any]) -> None:
    """Set the boxes of the bar as they were for a request, unless the URL says otherwise."""
    for field in ("provider", "model"):
        if f"transcribe_{field}" not in st.query_params and request.get(field):
            st.session_state[f"transcribe_{field}"] = request[field]


def _base64(recording: Recording) -> str:
    return b64encode(recording.data).decode()
