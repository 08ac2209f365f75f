"""Scores of vectors for a query, and the best of many: float32 finds who can be among them, float64 says who is."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.vectors.store import Metric, Vector

Scores = NDArray[np.float64]
Places = NDArray[np.intp]
Mask = NDArray[np.bool_]

_UNIT = 2.0**-24
"""Largest relative error of one rounding in float32."""
_AT_ONCE = 4096
_SPARSE = 0.25
"""Share of rows up to which copying them together beats multiplying all."""


def scores(metric: Metric, rows: Vector, query: Vector) -> Scores:
    """Scores of `rows` (m, dimension), in float64; equal rows have equal scores wherever they stand.

    A row of zeros has no cosine: NaN.
    """
    wide, asked = rows.astype(np.float64), query.astype(np.float64)
    if metric == "euclidean":
        away = wide - asked
        near: Scores = 1 / (1 + np.sqrt(np.einsum("ij,ij->i", away, away)))
        return near
    inner: Scores = np.einsum("ij,j->i", wide, asked)
    if metric == "dot":
        return inner
    lengths = np.sqrt(np.einsum("ij,ij->i", wide, wide)) * np.sqrt(np.einsum("i,i->", asked, asked))
    with np.errstate(invalid="ignore"):
        cosines: Scores = np.clip(inner / lengths, -1, 1)
    return cosines


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows to be searched, (n, dimension), and their Euclidean norms, (n,), -1 for a row without a vector."""

    rows: Vector
    norms: Vector

    def nearest(self, metric: Metric, mask: Mask, query: Vector, k: int) -> tuple[Places, Scores]:
        """The places of all rows under `mask` that may be among the `k` best, with their scores, in no order.

        Whose float32 score lies within the bound of its error of the k-th best is scored again, so nobody among the k
        best is ever missed; equal scores at the end all come.
        """
        there = self.norms > 0 if metric == "cosine" else self.norms >= 0
        places: Places = np.flatnonzero(mask & there)
        if len(places) > k:
            rough, error = self._rough(metric, places, query)
            worst = np.partition(rough, len(rough) - k)[len(rough) - k]
            places = places[rough >= worst - 2 * error]
        pieces = [places[start : start + _AT_ONCE] for start in range(0, len(places), _AT_ONCE)]
        return places, np.concatenate([np.zeros(0), *(scores(metric, self.rows[piece], query) for piece in pieces)])

    def _rough(self, metric: Metric, places: Places, query: Vector) -> tuple[Vector, float]:
        """Something that grows with the score, in float32, and the bound of its error."""
        sparse = len(places) < _SPARSE * len(self.rows)
        inner: Vector = self.rows[places] @ query if sparse else (self.rows @ query)[places]
        norms = self.norms[places]
        asked, longest = float(np.linalg.norm(query.astype(np.float64))), float(norms.max())
        error = 2 * (len(query) + 8) * _UNIT  # of the inner product of unit vectors, summed in whatever order
        if metric == "cosine":
            return inner / norms, error * asked
        if metric == "dot":
            return inner, error * asked * longest
        return 2 * inner - norms * norms, error * (longest * longest + 2 * longest * asked)
