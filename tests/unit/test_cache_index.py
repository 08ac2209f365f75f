"""The index: exact while small, and above that it still finds what is near."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.cache.index import EXACT, Index


def rows(count: int, dim: int = 384, seed: int = 0) -> np.ndarray:
    made = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


@given(st.integers(0, 40), st.integers(1, 15), st.integers(1, 130), st.integers(0, 2**16))
@settings(max_examples=40)
def test_small_is_exact(count: int, k: int, dim: int, seed: int):
    stored, [asked] = rows(count, dim, seed), rows(1, dim, seed + 1)
    index = Index(dim)
    assert [index.add(row) for row in stored] == list(range(count))
    slots, cosines = index.nearest(asked, k)
    expected = np.sort(np.clip(stored @ asked, -1, 1))[::-1][:k]
    assert cosines == pytest.approx(expected, abs=1e-5)
    assert (stored @ asked)[slots] == pytest.approx(cosines, abs=1e-5)


@given(st.lists(st.integers(0, 30), max_size=40), st.integers(0, 2**16))
@settings(max_examples=25)
def test_what_was_removed_never_comes_back(removals: list[int], seed: int):
    """Adding and removing in any order: the index holds what a dictionary holds."""
    index, held = Index(16), {}
    for number, place in enumerate(removals):
        vector = rows(1, 16, seed + number)[0]
        held[index.add(vector)] = vector
        if place in held:
            index.remove(place)
            del held[place]
    slots, _ = index.nearest(rows(1, 16, seed + 999)[0], 100)
    assert sorted(slots) == sorted(held)
    assert len(index) == len(held)
    for slot, vector in held.items():
        assert index.nearest(vector, 1)[0][0] == slot


def test_large_finds_the_near_ones():
    """Each of 50 requests has a stored neighbour at a cosine of about 0.8 among 9,000."""
    stored = rows(4 * EXACT + 1000)
    index = Index(384)
    for row in stored:
        index.add(row)
    asked = stored[:50] + 0.75 * rows(50, seed=1)
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    assert [index.nearest(row, 3)[0][0] for row in asked] == list(range(50))
    index.remove(7)
    assert index.nearest(asked[7], 3)[0][0] != 7
    for slot in range(100, 4 * EXACT):
        index.remove(slot)
    assert [index.nearest(row, 1)[0][0] for row in asked[8:]] == list(range(8, 50)), "the removed crowd nobody out"
    slots, cosines = index.nearest(asked[8], 12)
    assert len(set(slots)) == 12
    assert (np.diff(cosines) <= 0).all()
