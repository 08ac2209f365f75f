"""Documents from an Embeddings run of the history: its vectors go in as they are, nothing is embedded again."""

from collections.abc import Callable

import streamlit as st

from playground.errors import BadRequestError, PlaygroundError
from playground.hover import short
from playground.record import RunRecord
from playground.ui.core import NAMESPACE, core
from playground.ui.embeddings.embedded import embedded
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.search.filling import Entry
from playground.ui.search.spaces import Space
from playground.vectors.rows import TEXT, Row

_OFFERED = 30
"""Newest runs that can be picked."""


def ask_run(space: Space) -> Callable[[], list[Entry]] | None:
    """Draw the choice of a run; returns how to make entries of it, None while none is picked."""
    lines = core().history.glance(NAMESPACE, task="embedding", status="done", limit=_OFFERED)
    if not lines:
        st.markdown(quiet("There is no run yet; the Embeddings page makes some."))
        return None
    named = {line.id: f"{short(line.question, 70)} · {line.model}" for line in lines}
    id_ = st.selectbox(
        "Run",
        list(named),
        index=None,
        format_func=lambda each: named.get(each, each),
        key="search_run",
        placeholder="Pick one of the newest",
    )
    record = core().history.get(id_, NAMESPACE) if id_ else None
    if record is None:
        return None
    try:
        found = embedded(record)
    except PlaygroundError as error:
        st.markdown(f":orange[:material/info:] {sentence(error.message)}")
        return None
    count, length = len(found), found.dimensions
    st.markdown(quiet(f"{count:,} {found.noun} · {length:,} dimensions · {record.model}"))
    if not space.fitting(length):
        st.markdown(f":orange[:material/block:] This namespace takes no vectors of {length:,} dimensions.")
        return None
    return lambda: entries(record)


def entries(run: RunRecord) -> list[Entry]:
    """An entry for each vector of a run, with its labels. Raises BadRequestError for a run without vectors."""
    found = embedded(run)
    if not len(found):
        raise BadRequestError(f"the run `{run.id}` has no vectors")
    columns = {name: values for name, values in found.rows.table.columns.items() if name != found.rows.column}
    made = []
    for place, (item, name, vector) in enumerate(zip(found.items, found.texts, found.vectors.tolist(), strict=True)):
        labels = {label: values[place] for label, values in columns.items() if values[place] is not None}
        own = {TEXT: name} if item.kind == "text" else {"name": name, item.kind: item.mark}
        row = Row(place + 1, f"{run.id}-{place + 1}", name if item.kind == "text" else "", tuple(vector), own | labels)
        made.append(Entry(row))
    return made
