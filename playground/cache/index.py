"""The nearest of many unit vectors by cosine: an exact scan while it is cheap, above that a scan of signs first.

Signs: a vector's 384 signs are six 64-bit words, and for random directions the share of signs in which two vectors
differ is their angle / pi (Charikar 2002, "Similarity estimation techniques from rounding algorithms"). One
exclusive-or and one population count a word rank 100,000 vectors in about half a millisecond; the best few hundred by
signs are then compared exactly. Nothing has to be built, so vectors come and go at once; 48 bytes each.
"""

import numpy as np
from numpy.typing import NDArray

Row = NDArray[np.float32]
Rows = NDArray[np.intp]

EXACT = 2048
"""Vectors up to which every cosine is computed."""
_FIRST = 2  # words of signs that all vectors are compared by
_COARSE, _FINE = 4000, 256  # vectors that stay after those, and after all signs
_MANY = 1024  # vectors from which room is doubled, so that copying them is rare
_SAMPLE = 8  # one in so many is counted to find where to cut


class Index:
    """Vectors in slots 0, 1, …; a removed vector's slot is used again."""

    def __init__(self, dim: int) -> None:
        self._dim = dim
        self._words = max(-(-dim // 64), _FIRST + 1)
        self._vectors = np.zeros((0, dim), np.float32)
        self._first = np.zeros((_FIRST, 0), np.uint64)
        self._rest = np.zeros((0, self._words - _FIRST), np.uint64)
        self._live = np.zeros(0, bool)
        self._used = 0
        self._free: list[int] = []

    def __len__(self) -> int:
        return self._used - len(self._free)

    def add(self, vector: Row) -> int:
        """Store a unit vector; returns its slot."""
        slot = self._free.pop() if self._free else self._used
        if slot == self._used:
            self._used += 1
            if slot == len(self._vectors):
                self._grow()
        self._vectors[slot] = vector
        signs = self._sign(vector)
        self._first[:, slot], self._rest[slot] = signs[:_FIRST], signs[_FIRST:]
        self._live[slot] = True
        return slot

    def remove(self, slot: int) -> None:
        """Forget the vector of a slot."""
        self._live[slot] = False
        self._free.append(slot)

    def nearest(self, vector: Row, k: int) -> tuple[Rows, Row]:
        """Slots and cosines of the `k` nearest, nearest first; empty slots never come."""
        if self._used <= EXACT:
            slots = np.arange(self._used)
            cosines = self._vectors[: self._used] @ vector
        else:
            slots = self._shortlist(vector)
            cosines = self._vectors.take(slots, axis=0) @ vector
        cosines[~self._live[slots]] = -2
        best = np.argpartition(-cosines, k)[:k] if len(slots) > k else np.arange(len(slots))
        order = best[np.argsort(-cosines[best], kind="stable")]
        order = order[cosines[order] > -2]
        return slots[order], np.clip(cosines[order], -1, 1)

    def _shortlist(self, vector: Row) -> Rows:
        signs = self._sign(vector)
        differ = np.zeros(self._used, np.uint16)
        for row, word in zip(self._first, signs, strict=False):
            differ += np.bitwise_count(row[: self._used] ^ word)
        if self._free:
            differ[~self._live[: self._used]] = 64 * self._words
        kept = np.flatnonzero(differ <= _cut(differ[::_SAMPLE], _COARSE // _SAMPLE))
        counts = np.bitwise_count(self._rest.take(kept, axis=0) ^ signs[_FIRST:])
        differ = sum(counts.T, start=differ.take(kept))  # by columns: a sum over so short an axis takes twice as long
        near: Rows = kept[differ <= _cut(differ, _FINE)]
        return near

    def _sign(self, vector: Row) -> NDArray[np.uint64]:
        bits = np.zeros(64 * self._words, bool)
        bits[: self._dim] = vector > 0
        return np.packbits(bits).view(np.uint64)

    def _grow(self) -> None:
        held = len(self._vectors)
        room = 2 * held if held >= _MANY else held + held // 8 + 1  # zeros that were never written take no memory
        vectors = np.zeros((room, self._dim), np.float32)
        first = np.zeros((_FIRST, room), np.uint64)
        rest = np.zeros((room, self._words - _FIRST), np.uint64)
        vectors[:held], first[:, :held], rest[:held] = self._vectors, self._first, self._rest
        self._live = np.concatenate([self._live, np.zeros(room - held, bool)])
        self._vectors, self._first, self._rest = vectors, first, rest


def _cut(differ: NDArray[np.uint16], wanted: int) -> int:
    """The number of signs up to which at least `wanted` of the columns differ."""
    return int(np.searchsorted(np.bincount(differ).cumsum(), wanted))
