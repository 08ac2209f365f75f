"""Which run the page shows: its id in the session and in the URL, found again after a click, a refresh, a link."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError, PlaygroundError
from playground.record import RunRecord
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.given import whole
from playground.ui.bar import Setup
from playground.ui.core import NAMESPACE, core
from playground.ui.embeddings.items import inputs_of, items_of
from playground.ui.embeddings.shelf import Rows, shelf
from playground.ui.link import linked
from playground.ui.watch import find

RUN = "embeddings_run"
MARKS = ("embeddings_selected", "embeddings_focus", "embeddings_search")


def shown() -> str | None:
    """The id of the run on the page, None while there is none."""
    found: str | None = st.session_state.get(RUN)
    return found


def reopen() -> PlaygroundError | None:
    """Make the session show the run that the URL names; returns why it cannot."""
    found = linked(shown())
    if not isinstance(found, tuple):
        return found
    wanted, request = found
    run = find(wanted)
    task = None if isinstance(run, PlaygroundError) else run.task  # a run that has just begun has none yet
    if task not in ("embedding", None) or not items_of(request):
        return BadRequestError(f"run `{wanted}` made no embeddings; the Runs page shows it")
    _show(wanted)
    _restore(request)
    return None


def start(setup: Setup, rows: Rows, files: Sequence[Attachment] = ()) -> None:
    """Start a run for these rows, the last of which are `files`, and show it. Raises NotFoundError for a lost file."""
    _begin(setup.request(inputs_of(rows.texts, files)), rows)


def again(run: RunRecord) -> None:
    """Send the request of an ended run once more and show the new run. Raises BadRequestError for a lost file."""
    _begin(whole(run.request), shelf().get(run))


def clear() -> None:
    """Show no run; it stays in the history, and what was pasted stays in its box."""
    st.session_state.pop(RUN, None)
    st.query_params.pop("run", None)


def _begin(request: RawInferenceRequest, rows: Rows) -> None:
    run = core().start(request, namespace=NAMESPACE, door="page")
    shelf().put(run.id, rows)
    _show(run.id)
    st.query_params["run"] = run.id


def _show(run: str) -> None:
    st.session_state[RUN] = run
    for mark in MARKS:
        st.session_state.pop(mark, None)


def _restore(request: Mapping[str, Any]) -> None:
    """Set the boxes as they were for a request, unless the URL or the person says otherwise."""
    for field in ("provider", "model"):
        if f"embeddings_{field}" not in st.query_params and request.get(field):
            st.session_state[f"embeddings_{field}"] = request[field]
    texts = [item.mark for item in items_of(request) if item.kind == "text"]
    if texts and not st.session_state.get("embeddings_lines") and not any("\n" in text for text in texts):
        st.session_state["embeddings_lines"] = "\n".join(texts)
