"""Exact nearest neighbours by cosine in the original space, and how far a map can be trusted to show them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.matrix import Indices, Matrix, Vectors, blocks, matrix, unit

STEPS = np.float32(2**20)
"""Cosines are compared in steps of 2^-20, so that equal vectors tie whatever way BLAS added them up."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest others of each row, nearest first: `indices` and `cosines`, both (rows, k)."""

    indices: Indices
    cosines: Matrix


@dataclass(frozen=True, slots=True)
class Trust:
    """How much of what a map shows as near is near in the original space.

    `score` is the trustworthiness at `k`, 1 at best and about 0.5 for points thrown at random. `rows` are the points
    that were judged, all of them or a fixed sample; `false` is, for each, the share of its `k` neighbours on the map
    that are not among its `k` nearest by cosine.
    """

    score: float
    k: int
    rows: Indices
    false: Matrix

    def mostly_false(self) -> Indices:
        """The judged points with more than half of their neighbours on the map false."""
        return self.rows[self.false > 0.5]


def nearest(vectors: Vectors, k: int, rows: Sequence[int] | None = None) -> Neighbours:
    """The `k` nearest others by cosine for every row, or for `rows`; fewer where there are fewer others.

    Exact: every pair is computed, in blocks. Equal cosines keep row order.
    """
    units = unit(matrix(vectors))
    asked = np.asarray(range(len(units)) if rows is None else rows, dtype=np.int32)
    k = min(k, len(units) - 1)
    found = np.empty((len(asked), k), np.int32)
    cosines = np.empty((len(asked), k), np.float32)
    for part in blocks(len(asked), len(units)):
        steps = _cosine_steps(units, asked[part])
        found[part] = _highest(steps, k)
        cosines[part] = np.take_along_axis(steps, found[part], axis=1) / STEPS
    return Neighbours(found, cosines)


def similarity(vectors: Vectors) -> Matrix:
    """Cosine of every pair, (n, n), symmetric, with 1 on the diagonal unless the vector is zero. For small n."""
    units = unit(matrix(vectors))
    cosines = units @ units.T
    return np.clip((cosines + cosines.T) / 2, -1, 1)


def trust(vectors: Vectors, coordinates: Matrix, k: int = 10, sample: int = 2000) -> Trust | None:
    """How far a map with `coordinates` (n, 2) can be trusted; None below 3 points, where nothing can be false.

    T(k) = 1 - 2 / (k (2n - 3k - 1)) * mean over i of sum over j in U(i) of (r(i, j) - k), where U(i) are the k nearest
    on the map that are not among the k nearest originally, and r(i, j) is j's rank from i in the original space
    (Venna and Kaski 2001). `k` is lowered to stay under n / 2. Above `sample` points, that many seeded ones are judged
    against all.
    """
    units = unit(matrix(vectors))
    n = len(units)
    k = min(k, (n - 1) // 2)
    if k < 1:
        return None
    judged = np.arange(n) if n <= sample else np.sort(np.random.default_rng(0).choice(n, sample, replace=False))
    rows = judged.astype(np.int32)
    ranks = np.concatenate([_ranks(units, coordinates, rows[part], k) for part in blocks(len(rows), n)])
    excess = np.clip(ranks - k, 0, None).sum(axis=1)
    score = 1 - 2 / (k * (2 * n - 3 * k - 1)) * float(excess.mean())
    return Trust(score, k, rows, (ranks > k).mean(axis=1, dtype=np.float32))


def _cosine_steps(units: Matrix, rows: Indices) -> Matrix:
    """Cosines of some rows to all in whole steps; a row's cosine to itself is -inf, so that it never wins."""
    steps: Matrix = np.rint(np.clip(units[rows] @ units.T, -1, 1) * STEPS)
    steps[np.arange(len(rows)), rows] = -np.inf
    return steps


def _ranks(units: Matrix, coordinates: Matrix, rows: Indices, k: int) -> NDArray[np.int64]:
    """Ranks (1 is nearest) in the original space of the `k` nearest on the map, ties in row order."""
    offsets = coordinates[rows, None, :].astype(np.float64) - coordinates[None, :, :]
    closeness = -np.square(offsets).sum(axis=2)
    closeness[np.arange(len(rows)), rows] = -np.inf
    shown = _highest(closeness, k)
    steps = _cosine_steps(units, rows)
    columns = np.arange(len(units))
    ranks = np.empty(shown.shape, np.int64)
    for place in range(k):
        one = shown[:, place, None]
        level = np.take_along_axis(steps, one, axis=1)
        before = (steps > level) | ((steps == level) & (columns < one))
        ranks[:, place] = before.sum(axis=1) + 1
    return ranks


def _highest(scores: NDArray[np.floating], k: int) -> Indices:
    """Columns of the `k` highest scores of each row, highest first, ties in column order."""
    n = scores.shape[1]
    if k == 0:
        return np.empty((len(scores), 0), np.int32)
    level = np.partition(scores, n - k, axis=1)[:, n - k, None]
    chosen = scores > level
    wanted = k - chosen.sum(axis=1)
    ties = scores == level
    crowded = np.flatnonzero(ties.sum(axis=1) > wanted)
    ties[crowded] &= np.cumsum(ties[crowded], axis=1) <= wanted[crowded, None]
    columns = np.nonzero(chosen | ties)[1].reshape(-1, k)
    order = np.argsort(-np.take_along_axis(scores, columns, axis=1), axis=1, kind="stable")
    return np.take_along_axis(columns, order, axis=1).astype(np.int32)
