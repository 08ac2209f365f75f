"""Vectors as one checked matrix, the form that projection and neighbours work on."""

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from playground.errors import BadRequestError

Matrix: TypeAlias = NDArray[np.float32]
Indices: TypeAlias = NDArray[np.int32]
Vectors: TypeAlias = Matrix | Sequence[Sequence[float]]


def matrix(vectors: Vectors) -> Matrix:
    """The vectors as (n, d) float32 in row order, n and d at least 1.

    Raises BadRequestError when there are none, when lengths differ, and when a value is NaN or infinite.
    """
    try:
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
    except ValueError:
        lengths = sorted({len(vector) for vector in vectors})
        raise BadRequestError(
            f"vectors of different lengths cannot share a map; there are {lengths[0]} to {lengths[-1]} dimensions"
        ) from None
    if rows.ndim != 2 or 0 in rows.shape:
        raise BadRequestError("there are no vectors to draw; embed at least one text first")
    broken = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if broken.size:
        raise BadRequestError(
            f"vector {broken[0] + 1} has values that are not finite; leave that row out or embed it with another model"
        )
    return rows


def unit(rows: Matrix) -> Matrix:
    """The rows scaled to length 1; a row of zeros stays zero and so has cosine 0 to everything."""
    lengths = np.linalg.norm(rows.astype(np.float64), axis=1, keepdims=True)
    return (rows / np.where(lengths == 0, 1, lengths)).astype(np.float32)


def blocks(rows: int, columns: int) -> list[slice]:
    """Row ranges that keep a block of (rows, columns) near four million cells."""
    step = max(1, 2**22 // max(1, columns))
    return [slice(start, min(start + step, rows)) for start in range(0, rows, step)]
