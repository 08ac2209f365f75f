"""An ended run as a matrix with its rows; what is computed from it is computed once and shared by all viewers."""

from functools import cached_property

import streamlit as st

from playground.matrix import Matrix, matrix
from playground.neighbours import Neighbours, Trust, nearest, trust
from playground.projection import Projection
from playground.record import RunRecord
from playground.texts import Table
from playground.ui.embeddings.shelf import Rows, shelf

_FEW = 24
"""A column of text with at most so many different values is likely a label."""


class Embedded:
    """Texts, their table, and their vectors (n, d). Raises BadRequestError when the vectors make no matrix."""

    def __init__(self, run: RunRecord, rows: Rows) -> None:
        data = (run.response or {}).get("data") or {}
        vectors = data.get("embeddings") or [data.get("embedding", [])]
        self.run = run
        self.rows = rows
        self.texts = rows.texts
        self.vectors: Matrix = matrix(vectors)
        self.cut: list[int] = list(data.get("truncated") or [])
        self._trusts: dict[str, Trust | None] = {}

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def dimensions(self) -> int:
        """Length of the vectors."""
        return int(self.vectors.shape[1])

    @cached_property
    def table(self) -> Table:
        """The rows with one more column: how long each text is."""
        return Table({**self.rows.table.columns, "characters": [len(text) for text in self.texts]})

    @cached_property
    def colours(self) -> list[str]:
        """Columns to colour by, likely labels first."""
        names = [name for name in self.table.of_kind("text", "number") if name != self.rows.column]
        wanted = [self.rows.colour] if self.rows.colour in names else []
        labels = [name for name in names if self.table.kind(name) == "text" and self._repeats(name)]
        return list(dict.fromkeys([*wanted, *labels, *names]))

    @property
    def label(self) -> str | None:
        """The column that most likely labels the texts."""
        first = self.colours[0]
        return first if self.table.kind(first) == "text" and self._repeats(first) else None

    @cached_property
    def twins(self) -> Neighbours:
        """The one nearest other of each text."""
        return nearest(self.vectors, 1)

    def trust(self, projection: Projection) -> Trust | None:
        """How far a map of these vectors can be trusted, at 10 neighbours, fewer for few texts."""
        if projection.method not in self._trusts:
            k = min(10, max(3, len(self) // 8))
            self._trusts[projection.method] = trust(self.vectors, projection.coordinates, k)
        return self._trusts[projection.method]

    def _repeats(self, name: str) -> bool:
        return 1 < len(set(self.table.columns[name])) <= min(_FEW, len(self) - 1)


@st.cache_resource(max_entries=8, show_spinner=False, hash_funcs={RunRecord: lambda run: run.id})
def embedded(run: RunRecord) -> Embedded:
    """The vectors of a run, taken out of its response once."""
    return Embedded(run, shelf().get(run))
