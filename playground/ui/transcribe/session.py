"""Which runs the page shows: their ids in the session and in the URL, found again after a click, a refresh, a link."""

from collections.abc import Mapping
from typing import Any, Literal

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError, PlaygroundError
from playground.record import RunRecord
from playground.run import Run
from playground.ui.attachments.attachment import Attachment
from playground.ui.bar import Setup
from playground.ui.core import NAMESPACE, core
from playground.ui.link import linked
from playground.ui.transcribe.recording import UNNAMED, identity, inputs_of
from playground.ui.watch import find

Place = Literal["run", "with"]
"""A run on the page by the parameter of the URL that holds its id: the first, and the one it is compared with."""
KEYS: Mapping[Place, str] = {"run": "transcribe", "with": "transcribe_second"}
"""What the keys of each run's bar and widgets begin with."""
NAMES, COMPARING = "transcribe_names", "transcribe_comparing"


def shown(place: Place = "run") -> str | None:
    """The id of a run on the page, None while there is none."""
    found: str | None = st.session_state.get(_mark(place))
    return found


def comparing() -> bool:
    """Whether a second model is there."""
    return bool(st.session_state.get(COMPARING))


def compare(wanted: bool) -> None:
    """Bring a second model in, or take it and its run away."""
    st.session_state[COMPARING] = wanted
    if not wanted:
        _drop("with")


def name(run: str, sound: Attachment | None = None) -> str:
    """What the recording of a run is called: as it came, else what its `sound` tells; a request holds no name."""
    names: dict[str, str] = st.session_state.setdefault(NAMES, {})
    if run not in names and sound is not None:
        names[run] = sound.name
    return names.get(run, UNNAMED)


def reopen() -> PlaygroundError | None:
    """Make the session show the runs that the URL names; returns why it cannot."""
    found = linked(shown())
    if isinstance(found, tuple):
        if not _heard(found[1]):
            return BadRequestError(f"run `{found[0]}` transcribed no sound; the Runs page shows it")
        if "with" not in st.query_params:
            compare(False)
        _show("run", *found)
    elif found is not None:
        return found
    return _reopen_second()


def start(setup: Setup, given: Attachment, second: Setup | None = None) -> None:
    """Start a run for a recording with what the bar says, and one beside it with the second bar's model."""
    inputs = inputs_of(given)
    _drop("with")
    _start("run", setup.request(inputs), given.name)
    if second is not None:
        _start("with", second.request(inputs), given.name)


def add(setup: Setup, given: Attachment) -> None:
    """Let a second model hear the recording of the first run."""
    _start("with", setup.request(inputs_of(given)), given.name)


def again(place: Place, run: RunRecord, sound: Attachment) -> None:
    """Send the request of an ended run once more; the history keeps its sound apart from it."""
    inputs = {name: value for name, value in run.request["inputs"].items() if not name.startswith("audio_")}
    request = {**run.request, "inputs": {**inputs, **inputs_of(sound)}}
    _start(place, RawInferenceRequest(**request), name(run.id, sound))


def clear() -> None:
    """Show no run; they stay in the history."""
    _drop("run")
    _drop("with")


def _reopen_second() -> PlaygroundError | None:
    found = linked(shown("with"), "with")
    if not isinstance(found, tuple):
        return found
    first, second = (None if id_ is None else find(id_) for id_ in (shown(), found[0]))
    both = [run for run in (first, second) if isinstance(run, Run | RunRecord)]
    if not _heard(found[1]) or len({identity(run) for run in both}) != 1:
        st.query_params.pop("with")
        return BadRequestError(f"run `{found[0]}` is no transcription of the same recording, so there is no comparing")
    compare(True)
    _show("with", *found)
    return None


def _start(place: Place, request: RawInferenceRequest, name: str) -> None:
    run = core().start(request, namespace=NAMESPACE, door="page")
    st.session_state.setdefault(NAMES, {})[run.id] = name
    st.session_state[_mark(place)] = run.id
    st.query_params[place] = run.id


def _drop(place: Place) -> None:
    st.session_state.pop(_mark(place), None)
    st.query_params.pop(place, None)


def _show(place: Place, id: str, request: Mapping[str, Any]) -> None:  # noqa: A002 - the field's name
    """Show a run, and set the boxes of its bar as they were, unless the URL says otherwise."""
    st.session_state[_mark(place)] = id
    for field in ("provider", "model"):
        box = f"{KEYS[place]}_{field}"
        if box not in st.query_params and request.get(field):
            st.session_state[box] = request[field]


def _heard(request: Mapping[str, Any]) -> bool:
    return any(name.startswith("audio_") for name in request.get("inputs", {}))


def _mark(place: Place) -> str:
    return f"transcribe_{place}"
