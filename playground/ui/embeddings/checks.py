"""The retrieval check that the page shows: one run for each model, which embedded the queries.

Queries are embedded by runs like any others. Pairs stand beside them in the history, so a link has them after a
restart.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.pairs import Pair
from playground.record import RunRecord
from playground.texts import Table
from playground.ui.core import NAMESPACE, core
from playground.ui.embeddings.shelf import Rows, shelf

CHECK = "embeddings_check"
QUERY, EXPECTED = "query", "expected"
"""Columns of the rows behind a run of queries."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a model wants queries: a prefix before each, and parameters beside or instead of those of its items."""

    prefix: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)


def ids() -> list[str]:
    """The ids of the runs, in the order of the models; none while nothing was checked."""
    found: list[str] = st.session_state.get(CHECK, [])
    return found


def put(runs: Sequence[str]) -> None:
    """Show these runs as the check; with none, show no check."""
    st.session_state[CHECK] = list(runs)
    if runs:
        st.query_params["check"] = ",".join(runs)
    else:
        st.query_params.pop("check", None)


def reopen() -> None:
    """Make the session show the check that the URL names."""
    wanted = st.query_params.get("check")
    if wanted is not None:
        st.session_state[CHECK] = wanted.split(",")
    elif ids():
        put(ids())


def start(models: Sequence[tuple[RunRecord, Manner]], pairs: Sequence[Pair]) -> None:
    """Let each model that embedded the items embed the queries too, and show that as the check."""
    put([_start(run, manner, pairs) for run, manner in models])


def again(place: int, run: RunRecord) -> None:
    """Send the queries of one model once more."""
    begun = core().start(_request(run.request, run.request["inputs"], {}), namespace=NAMESPACE, door="page")
    shelf().put(begun.id, shelf().get(run))
    put([begun.id if at == place else id_ for at, id_ in enumerate(ids())])


def pairs_of(run: RunRecord) -> list[Pair]:
    """The pairs that a run of queries was started with; none for another run."""
    columns = shelf().get(run).table.columns
    if QUERY not in columns or EXPECTED not in columns:
        return []
    return [
        Pair(query, tuple(json.loads(wanted))) for query, wanted in zip(columns[QUERY], columns[EXPECTED], strict=True)
    ]


def _start(run: RunRecord, manner: Manner, pairs: Sequence[Pair]) -> str:
    sent = [manner.prefix + pair.query for pair in pairs]
    table = Table(
        {
            "text": sent,
            QUERY: [pair.query for pair in pairs],
            EXPECTED: [json.dumps(pair.expected, ensure_ascii=False) for pair in pairs],
        }
    )
    request = _request(run.request, {"texts": sent}, manner.parameters)
    begun = core().start(request, namespace=NAMESPACE, door="page")
    shelf().put(begun.id, Rows(table, "text", "Queries"))
    return begun.id


def _request(
    request: Mapping[str, Any], inputs: Mapping[str, Any], parameters: Mapping[str, Any]
) -> RawInferenceRequest:
    fields = {name: value for name, value in request.items() if name in RawInferenceRequest.model_fields}
    both = {**(request.get("parameters") or {}), **parameters}
    return RawInferenceRequest(**{**fields, "inputs": dict(inputs), "parameters": both or None})
