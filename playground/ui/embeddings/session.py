"""Which runs the page shows: their ids in the session and in the URL, found again after a click, a refresh, a link."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError, PlaygroundError
from playground.record import RunRecord
from playground.run import Run
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.given import whole
from playground.ui.bar import Setup
from playground.ui.core import NAMESPACE, core
from playground.ui.embeddings import checks
from playground.ui.embeddings.items import alike, inputs_of, items_of
from playground.ui.embeddings.shelf import Rows, shelf
from playground.ui.link import linked
from playground.ui.watch import find

Place = Literal["run", "with", "also"]
"""A run on the page by the parameter of the URL that holds its id: the first, and those it is compared with."""
KEYS: Mapping[Place, str] = {"run": "embeddings", "with": "embeddings_second", "also": "embeddings_third"}
"""What the keys of each run's bar and widgets begin with."""
FURTHER: tuple[Place, ...] = ("with", "also")
COMPARED, BATCH = "embeddings_compared", "embeddings_batch_shown"
MARKS = ("embeddings_selected", "embeddings_focus", "embeddings_search")
_FIELDS = ("provider", "model")


def shown(place: Place = "run") -> str | None:
    """The id of a run on the page, None while there is none."""
    found: str | None = st.session_state.get(_mark(place))
    return found


def all_shown() -> dict[Place, str]:
    """The ids of the runs on the page."""
    return {place: id_ for place in KEYS if (id_ := shown(place)) is not None}


def further() -> tuple[Place, ...]:
    """The places of the models that the first is compared with."""
    return FURTHER[: st.session_state.get(COMPARED, 0)]


def compare() -> None:
    """Bring one more model in."""
    st.session_state[COMPARED] = len(further()) + 1


def remove(place: Place) -> None:
    """Take a model and its run away; the one behind it moves up."""
    checks.put([])
    places = further()
    if place == "with" and len(places) > 1:
        later = shown("also")
        for field in _FIELDS:
            st.session_state[f"{KEYS['with']}_{field}"] = st.session_state.get(f"{KEYS['also']}_{field}")
        _drop("with")
        if later is not None:
            _put("with", later)
    _drop(places[-1])
    st.session_state[COMPARED] = len(places) - 1


def reopen() -> PlaygroundError | None:
    """Make the session show the runs that the URL names; returns why it cannot."""
    found = linked(shown())
    if isinstance(found, tuple):
        wanted, request = found
        run = find(wanted)
        task = None if isinstance(run, PlaygroundError) else run.task  # a run that has just begun has none yet
        if task not in ("embedding", None) or not items_of(request):
            return BadRequestError(f"run `{wanted}` made no embeddings; the Runs page shows it")
        for place in FURTHER:
            if place not in st.query_params:
                _drop(place)
        if "check" not in st.query_params:
            checks.put([])
        st.session_state[COMPARED] = sum(place in st.query_params for place in FURTHER)
        _show(wanted)
        _restore(request)
    elif found is not None:
        return found
    checks.reopen()
    return next((error for place in FURTHER if (error := _reopen_further(place)) is not None), None)


def start(setups: Mapping[Place, Setup], rows: Rows, files: Sequence[Attachment] = ()) -> None:
    """Start a run for these rows, the last of which are `files`, with each model, and show them.

    Raises NotFoundError for a lost file.
    """
    inputs = inputs_of(rows.texts, files)
    clear()
    for place, setup in setups.items():
        _begin(place, setup.request(inputs), rows)


def add(place: Place, setup: Setup, first: RunRecord) -> None:
    """Give the items of the first run to one more model. Raises BadRequestError for a lost file."""
    checks.put([])
    _begin(place, setup.request(whole(first.request).inputs), shelf().get(first))


def again(run: RunRecord, place: Place = "run") -> None:
    """Send the request of an ended run once more and show the new run. Raises BadRequestError for a lost file."""
    _begin(place, whole(run.request), shelf().get(run))


def clear() -> None:
    """Show no run and no batch; they stay in the history, and what was pasted stays in its box."""
    for place in KEYS:
        _drop(place)
    _drop_batch()
    checks.put([])


def put_batch(id_: str) -> None:
    """Show this batch and no run."""
    clear()
    st.session_state[BATCH] = st.query_params["batch"] = id_


def batch() -> str | None:
    """The id of the batch on the page, of the URL or of before; None while there is none."""
    found: str | None = st.query_params.get("batch") or st.session_state.get(BATCH)
    if found is not None:
        st.session_state[BATCH] = st.query_params["batch"] = found
    return found


def request_of(run: Run | RunRecord) -> Mapping[str, Any]:
    """The request as JSON, live or from the history."""
    return run.request.model_dump() if isinstance(run, Run) else run.request


def _reopen_further(place: Place) -> PlaygroundError | None:
    found = linked(shown(place), place)
    if not isinstance(found, tuple):
        return found
    wanted, request = found
    first = find(shown() or "")
    if isinstance(first, PlaygroundError) or not alike(request_of(first), request):
        st.query_params.pop(place)
        st.session_state[COMPARED] = FURTHER.index(place)
        return BadRequestError(
            f"run `{wanted}` embeds other items than the first, and neighbours among different items cannot be "
            "compared; give both models the same items"
        )
    st.session_state[COMPARED] = max(len(further()), FURTHER.index(place) + 1)
    st.session_state[_mark(place)] = wanted
    _restore_bar(place, request)
    return None


def _begin(place: Place, request: RawInferenceRequest, rows: Rows) -> None:
    run = core().start(request, namespace=NAMESPACE, door="page")
    shelf().put(run.id, rows)
    if place == "run":
        _show(run.id)
    _put(place, run.id)


def _put(place: Place, run: str) -> None:
    st.session_state[_mark(place)] = run
    st.query_params[place] = run


def _drop(place: Place) -> None:
    st.session_state.pop(_mark(place), None)
    st.query_params.pop(place, None)


def _drop_batch() -> None:
    st.session_state.pop(BATCH, None)
    st.query_params.pop("batch", None)


def _show(run: str) -> None:
    _drop_batch()
    st.session_state[_mark("run")] = run
    for mark in MARKS:
        st.session_state.pop(mark, None)


def _restore(request: Mapping[str, Any]) -> None:
    """Set the boxes as they were for a request, unless the URL or the person says otherwise."""
    _restore_bar("run", request)
    texts = [item.mark for item in items_of(request) if item.kind == "text"]
    if texts and not st.session_state.get("embeddings_lines") and not any("\n" in text for text in texts):
        st.session_state["embeddings_lines"] = "\n".join(texts)


def _restore_bar(place: Place, request: Mapping[str, Any]) -> None:
    for field in _FIELDS:
        box = f"{KEYS[place]}_{field}"
        if box not in st.query_params and request.get(field):
            st.session_state[box] = request[field]


def _mark(place: Place) -> str:
    return f"embeddings_{place}"
