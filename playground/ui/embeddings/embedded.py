"""An ended run as a matrix with its rows; what is computed from it is computed once and shared by all viewers."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import streamlit as st

from playground.call import Modality
from playground.errors import BadRequestError
from playground.matrix import Matrix, matrix
from playground.neighbours import Neighbours, Trust, nearest, trust
from playground.projection import Projection
from playground.record import RunRecord
from playground.scorecard.overlap import reach
from playground.texts import Table
from playground.ui.attachments.words import NOUNS
from playground.ui.embeddings.items import Item, items_of, spread
from playground.ui.embeddings.shelf import KIND, Rows, shelf
from playground.ui.embeddings.thumbnails import thumbnails

FARTHEST = 50
"""The longest list of neighbours that models are compared by."""
_FEW = 24
"""A column of text with at most so many different values is likely a label."""


class Embedded:
    """Items, their table, and their vectors (n, d), a row for each vector.

    Raises BadRequestError for what does not fit.

    `texts` are the texts themselves and the names of files; a film in several segments has several rows.
    """

    def __init__(self, run: RunRecord, rows: Rows) -> None:
        data = (run.response or {}).get("data") or {}
        vectors = data.get("embeddings") or [data.get("embedding", [])]
        self.run = run
        self.vectors: Matrix = matrix(vectors)
        self.rows, self.items = _fitted(rows, items_of(run.request), data.get("segments") or [None] * len(self.vectors))
        self.texts: list[str] = list(self.rows.table.columns[rows.column])
        self.cut: list[int] = list(data.get("truncated") or [])
        self._trusts: dict[str, Trust | None] = {}

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def dimensions(self) -> int:
        """Length of the vectors."""
        return int(self.vectors.shape[1])

    @property
    def kinds(self) -> list[Modality]:
        """What each row is."""
        return [item.kind for item in self.items]

    @cached_property
    def noun(self) -> str:
        """What the rows are together: `texts`, `images`, or `items` where they are mixed."""
        kinds = set(self.kinds)
        return "texts" if kinds == {"text"} else NOUNS[kinds.pop()] if kinds == {"image"} else "items"

    @cached_property
    def pictures(self) -> list[str]:
        """A small picture of each row as a data URI, empty where there is nothing to see."""
        if self.noun == "texts":
            return [""] * len(self)
        return thumbnails(item.mark if item.kind != "text" else "" for item in self.items)

    @cached_property
    def table(self) -> Table:
        """The rows with one more column: how long each text is."""
        lengths = [len(item.mark) if item.kind == "text" else None for item in self.items]
        return Table({**self.rows.table.columns, **({"characters": lengths} if any(lengths) else {})})

    @cached_property
    def colours(self) -> list[str]:
        """Columns to colour by, likely labels first; what kind a row is comes behind the labels that were given."""
        names = [name for name in self.table.of_kind("text", "number") if name != self.rows.column]
        wanted = [self.rows.colour] if self.rows.colour in names else []
        labels = [name for name in names if self.table.kind(name) == "text" and self._repeats(name)]
        labels.sort(key=lambda name: name == KIND)
        return list(dict.fromkeys([*wanted, *labels, *names]))

    @property
    def label(self) -> str | None:
        """The column that most likely labels the rows."""
        first = next(iter(self.colours), None)
        return first if first and self.table.kind(first) == "text" and self._repeats(first) else None

    @cached_property
    def twins(self) -> Neighbours:
        """The one nearest other of each row."""
        return nearest(self.vectors, 1)

    @cached_property
    def near(self) -> Neighbours:
        """As many nearest others of each row as lists of `FARTHEST` are compared by; of 20,000 rows a minute's work,
        so it is done once.
        """
        return nearest(self.vectors, reach(FARTHEST))

    def trust(self, projection: Projection) -> Trust | None:
        """How far a map of these vectors can be trusted, at 10 neighbours, fewer for few rows."""
        if projection.method not in self._trusts:
            k = min(10, max(3, len(self) // 8))
            self._trusts[projection.method] = trust(self.vectors, projection.coordinates, k)
        return self._trusts[projection.method]

    def _repeats(self, name: str) -> bool:
        return 1 < len(set(self.table.columns[name])) <= min(_FEW, len(self) - 1)


@st.cache_resource(max_entries=8, show_spinner="Reading the vectors", hash_funcs={RunRecord: lambda run: run.id})
def embedded(run: RunRecord) -> Embedded:
    """The vectors of a run, taken out of its response once."""
    found = Embedded(run, shelf().get(run))
    _ = found.pictures  # made while it says so
    return found


def _fitted(rows: Rows, items: Sequence[Item], segments: Sequence[Any]) -> tuple[Rows, list[Item]]:
    """Rows and items with one entry for each vector."""
    places = list(spread(segments))
    if not len(rows.table) == len(items) == places[-1][0] + 1:
        raise BadRequestError(f"the run has {places[-1][0] + 1:,} things with vectors, and {len(items):,} were sent")
    table = rows.table.take([item for item, _ in places])
    names = (
        f"{name} · {span}" if span else name for name, (_, span) in zip(table.columns[rows.column], places, strict=True)
    )
    table = Table({**table.columns, rows.column: list(names)})
    return replace(rows, table=table), [items[item] for item, _ in places]
