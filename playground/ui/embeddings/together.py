"""The models on the page as a set, so that their comparison has a receipt; and a set back on the page."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import streamlit as st

from playground.archive import DOTS, without
from playground.comparison import ITEMS, QUERIES, Cell, Pane, Set, id_of
from playground.dossier import Dossier
from playground.errors import BadRequestError, NotFoundError, PlaygroundError
from playground.record import RunRecord
from playground.ui.attachments.given import whole
from playground.ui.core import NAMESPACE, core
from playground.ui.embeddings import checks
from playground.ui.embeddings.items import count_of, digest
from playground.ui.embeddings.session import KEYS
from playground.ui.embeddings.shelf import shelf

_PARAM, _KEPT = "set", "embeddings_sets"


def keep(items: Mapping[str, RunRecord], queries: Mapping[str, RunRecord]) -> str:
    """The id of the set of these runs by their models' letters; it is kept in the history when it is new.

    `items` embedded the items, `queries`, of which there may be none, the queries of the retrieval check.
    """
    records = {Cell(ITEMS, letter): run for letter, run in items.items()}
    records |= {Cell(QUERIES, letter): run for letter, run in queries.items()}
    places = {cell: run.id for cell, run in records.items()}
    id_ = id_of(places, min(run.created_at for run in records.values()))
    known: set[str] = st.session_state.setdefault(_KEPT, set())
    if id_ not in known:
        core().history.sets.keep(_made(id_, records), places)
        known.add(id_)
    return id_


def unfold() -> PlaygroundError | None:
    """Put the runs of the set that the URL names into the URL, for the page to show; returns why it cannot."""
    wanted = st.query_params.get(_PARAM)
    if wanted is None:
        return None
    del st.query_params[_PARAM]
    asked = core().history.sets.get(wanted, NAMESPACE)
    if asked is None or asked.kind != "embeddings":
        return NotFoundError(f"there is no A/B of embeddings `{wanted[:80]}`; it may belong to another data folder")
    runs = core().history.sets.runs(wanted)
    items = [runs[cell] for cell in sorted(runs) if cell.row == ITEMS]
    queries = [runs[cell] for cell in sorted(runs) if cell.row == QUERIES]
    named: dict[str, str] = dict(zip(KEYS, items, strict=False))
    if queries:
        named["check"] = ",".join(queries)
    for name in (*KEYS, "check"):
        st.query_params.pop(name, None)
    st.query_params.update(named)
    return None


def again(found: Dossier) -> str:
    """Send the requests of a set once more; the id of the new set. Raises BadRequestError for a lost file."""
    kept = {cell: run for cell, run in sorted(found.runs.items()) if run is not None}
    if not kept:
        raise BadRequestError("none of its runs is in the history any more, so there is nothing to ask again")
    asked = {cell: whole(run.request) for cell, run in kept.items()}
    begun = {cell: core().start(request, namespace=NAMESPACE, door="page") for cell, request in asked.items()}
    for cell, run in begun.items():
        shelf().put(run.id, shelf().get(kept[cell]))
    places = {cell: run.id for cell, run in begun.items()}
    first = min(run.created_at for run in begun.values())
    new = replace(found.asked, id=id_of(places, first), created_at=first)
    core().history.sets.keep(new, places)
    return new.id


def _made(id_: str, records: Mapping[Cell, RunRecord]) -> Set:
    panes = tuple(_pane(cell.pane, run) for cell, run in sorted(records.items()) if cell.row == ITEMS)
    first = records[min(records)]
    asked = {"embedded": "items", "count": count_of(first.request["inputs"]), "sha256": digest(first.request)}
    pairs = next((checks.pairs_of(run) for cell, run in sorted(records.items()) if cell.row == QUERIES), None)
    return Set(
        id=id_,
        namespace=NAMESPACE,
        created_at=min(run.created_at for run in records.values()),
        kind="embeddings",
        task="embedding",
        prompt=shelf().get(first).name,
        panes=panes,
        rows=(asked, *([{"embedded": "queries", "pairs": [asdict(pair) for pair in pairs]}] if pairs else [])),
    )


def _pane(letter: str, run: RunRecord) -> Pane:
    hidden = dict.fromkeys(core().settings.secret_values, DOTS)
    parameters: Mapping[str, Any] = run.request.get("parameters") or {}
    return Pane(letter, run.provider, run.model, without(parameters, hidden))
