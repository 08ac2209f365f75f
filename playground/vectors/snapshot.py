"""The documents of a namespace in memory: rows that only grow, and looks at them that never change.

A document that is written again gets a new row and its old one dies; so a search reads what it began with while others
write, and nobody waits for it. When most rows are dead the whole is loaded afresh.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.vectors.columns import Column, Growing, Path
from playground.vectors.grown import Grown
from playground.vectors.score import Mask, Matrix
from playground.vectors.store import Payload

_PER_ROW = 200
"""Bytes that an id takes with its place in the dictionary, roughly."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The rows at one moment: row i is the document `ids[i]`, number `numbers[i]`, and counts where `live[i]`."""

    ids: Sequence[str]
    numbers: NDArray[np.int64]
    live: Mask
    matrices: Mapping[str, Matrix]
    columns: Mapping[Path, Column]


class Rows:
    """Rows as they grow; one thread at a time changes them.

    `dimensions`: index -> numbers of a vector; `room`: rows that are expected.
    """

    def __init__(self, dimensions: Mapping[str, int], room: int = 0) -> None:
        self.dimensions = dict(dimensions)
        self._ids: list[str] = []
        self._place: dict[str, int] = {}
        self._numbers = Grown(np.int64, room=room)
        self._vectors = {name: Grown(np.float32, dimension, room=room) for name, dimension in dimensions.items()}
        self._norms = {name: Grown(np.float32, room=room) for name in dimensions}
        self._live = np.zeros(0, bool)
        self._columns: dict[Path, Growing] = {}

    @property
    def size(self) -> int:
        """Bytes that they take, roughly."""
        arrays = sum(each.size for each in (*self._vectors.values(), *self._norms.values(), self._numbers))
        return arrays + sum(each.size for each in self._columns.values()) + _PER_ROW * len(self._ids)

    @property
    def worn(self) -> bool:
        """Whether most of it is dead."""
        return len(self._ids) > 1000 and len(self._ids) > 2 * len(self._place)

    @property
    def paths(self) -> set[Path]:
        """The paths that there are columns of."""
        return set(self._columns)

    def remove(self, ids: Iterable[str]) -> None:
        """Documents are gone; one that is unknown is no matter."""
        places = [self._place.pop(each) for each in ids if each in self._place]
        if places:
            self._live = self._live.copy()
            self._live[places] = False

    def put(self, numbers: Sequence[int], ids: Sequence[str], *vectors: Sequence[bytes | None]) -> None:
        """Documents are new or written again; `vectors` by index, each as float32's bytes or None where it has none."""
        self.remove(ids)
        self._place.update(zip(ids, range(len(self._ids), len(self._ids) + len(ids)), strict=True))
        self._ids.extend(ids)
        self._numbers.extend(np.array(numbers, np.int64))
        for name, packed in zip(self.dimensions, vectors, strict=True):
            self._extend(name, packed)
        self._live = np.concatenate([self._live, np.ones(len(ids), bool)])

    def describe(self, path: Path, payloads: Iterable[tuple[str, Payload]]) -> None:
        """Add documents' payloads to the column of a path, made where there is none."""
        column = self._columns.get(path) or Growing(path)
        column.add((self._place[id_], payload) for id_, payload in payloads)
        self._columns[path] = column

    def undescribe(self) -> None:
        """Forget all columns."""
        self._columns = {}

    def snapshot(self) -> Snapshot:
        """As they are now."""
        matrices = {name: Matrix(self._vectors[name].filled, self._norms[name].filled) for name in self.dimensions}
        columns = {path: column.column() for path, column in self._columns.items()}
        return Snapshot(self._ids, self._numbers.filled, self._live, matrices, columns)

    def _extend(self, name: str, packed: Sequence[bytes | None]) -> None:
        dimension = self.dimensions[name]
        there = np.array([each is not None for each in packed], bool)
        found = np.frombuffer(b"".join(each for each in packed if each is not None), "<f4").reshape(-1, dimension)
        rows, norms = np.zeros((len(packed), dimension), np.float32), np.full(len(packed), -1, np.float32)
        rows[there] = found
        norms[there] = np.sqrt(np.einsum("ij,ij->i", found, found, dtype=np.float64))
        self._vectors[name].extend(rows)
        self._norms[name].extend(norms)
