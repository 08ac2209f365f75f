"""A batch as the page shows it and takes it home: a sample of its rows for the map, all of them in files."""

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from playground.record import RunRecord, Timings
from playground.store.batches import Batch
from playground.ui.core import core
from playground.ui.embeddings.embedded import Embedded
from playground.ui.embeddings.shelf import Rows, shelf

if TYPE_CHECKING:
    from playground.matrix import Matrix

HEAVY = 20_000_000
"""Numbers in a file of text, some 200 MB; of more there is the binary file only."""


def sampled(rows: Rows) -> tuple[Rows, Sequence[int]]:
    """What a map takes of some rows, and their places: of too many the same random ones each time, with a note."""
    count, places = len(rows.table), rows.table.sample()
    if count == len(places):
        return rows, places
    note = f"of {count:,} rows {len(places):,} were drawn at random, the same each time"
    return replace(rows, table=rows.table.take(places), note="; ".join(filter(None, (rows.note, note)))), places


@st.cache_resource(max_entries=2, show_spinner="Reading the vectors", hash_funcs={Batch: lambda batch: batch.id})
def mapped(batch: Batch) -> Embedded:
    """A batch that is done, as the map takes it."""
    texts = list(core().batches.texts(batch.id, batch.namespace))
    rows, places = sampled(shelf().get(record(batch, texts)))
    run = record(batch, [texts[place] for place in places], list(_picked(batch, places)))
    return Embedded(run, rows)


def record(batch: Batch, texts: list[str], vectors: "list[Matrix] | None" = None) -> RunRecord:
    """A batch as if it had been one run, with some of its texts and their vectors."""
    return RunRecord(
        id=batch.id,
        created_at=batch.created_at,
        namespace=batch.namespace,
        door="page",
        task="embedding",
        provider=str(batch.asked.get("provider") or ""),
        model=batch.model,
        status="done",
        request={**batch.asked, "inputs": {"texts": texts}},
        response={"data": {"embeddings": vectors or []}},
        timings=Timings(total=batch.ms),
        prompt_tokens=batch.tokens,
        cost=batch.cost,
    )


def as_npz(batch: Batch) -> bytes:
    """`embeddings` (texts, dimensions) in float32, and `texts`."""
    import numpy as np

    out = io.BytesIO()
    texts = np.array(list(core().batches.texts(batch.id, batch.namespace)))
    np.savez(out, embeddings=core().batches.vectors(batch.id, batch.namespace), texts=texts)
    return out.getvalue()


def as_jsonl(batch: Batch) -> bytes:
    """One object per text that has a vector: `index`, `text`, and `embedding` to seven digits."""
    texts = list(core().batches.texts(batch.id, batch.namespace))
    out = io.StringIO()
    for first, rows in core().batches.pieces(batch.id, batch.namespace):
        for place, row in enumerate(rows.tolist(), first):
            head = json.dumps({"index": place, "text": texts[place]}, ensure_ascii=False)
            out.write(f'{head[:-1]}, "embedding": [{", ".join(f"{value:.7g}" for value in row)}]}}\n')
    return out.getvalue().encode("utf-8", "surrogatepass")


def _picked(batch: Batch, places: Sequence[int]) -> "Iterator[Matrix]":
    """The vectors at some places, in order; one chunk in memory at a time."""
    import numpy as np

    wanted = np.asarray(places)
    for first, rows in core().batches.pieces(batch.id, batch.namespace):
        low, high = np.searchsorted(wanted, (first, first + len(rows)))
        yield from rows[wanted[low:high] - first]
