"""The published semantic cache (arXiv 2502.03771) from its formulas, to compare with: one sigmoid for each entry.

P(right | s) = 1 / (1 + exp(-g (s - t))) is fitted to an entry's own (similarity, right) pairs, with (0, 0) and (1, 1)
added; an answer is served with probability min(1, delta / (1 - a)), a the best lower bound on P(right).
"""

import warnings
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np

from tests.bench.labelled import Request

_RISKS = np.linspace(1e-6, 1 - 1e-6, 50)
_QUANTILES = np.array([NormalDist().inv_cdf(1 - risk) for risk in _RISKS])
_SEPARABLE = ([6, 15, 31, 48], [0.0354, 0.0093, 0.0046, 0.0153])
"""Variance of t by number of pairs where they are separable: the published values, straight lines between them."""
_LEAST = 6


@dataclass(slots=True)
class Entry:
    """A prompt's class, and what was seen near it."""

    cls: int
    pairs: list[tuple[float, int]] = field(default_factory=lambda: [(0.0, 0), (1.0, 1)])
    fit: tuple[float, float, float] | None = None


class Published:
    """The cache: one neighbour, one sigmoid each."""

    def __init__(self, delta: float, seed: int, size: int) -> None:
        self._delta = delta
        self._die = np.random.default_rng(seed)
        self._vectors = np.zeros((size, 384), np.float32)
        self._entries: list[Entry] = []
        self.judged = 0

    def ask(self, request: Request) -> int | None:
        """The class of the answer that is served, None when the model is asked (and learned from)."""
        if not self._entries:
            return self._add(request)
        cosines = self._vectors[: len(self._entries)] @ request.vector
        best = int(np.argmax(cosines))
        entry, similarity = self._entries[best], round(float(cosines[best]), 3)
        if len(entry.pairs) >= _LEAST and self._die.random() > self._explore(entry, similarity):
            return entry.cls
        self.judged += 1
        right = entry.cls == request.cls
        entry.pairs.append((similarity, int(right)))
        entry.fit = None
        return None if right else self._add(request)

    def _add(self, request: Request) -> None:
        self._vectors[len(self._entries)] = request.vector
        self._entries.append(Entry(request.cls))

    def _explore(self, entry: Entry, similarity: float) -> float:
        if entry.fit is None:
            entry.fit = _fit(entry.pairs)
        slope, middle, variance = entry.fit
        moved = np.clip(middle + _QUANTILES * np.sqrt(variance), 0, 1)
        sure = (1 - _RISKS) * _sigmoid(slope * (similarity - moved))
        return round(float(np.min((1 - self._delta - sure) / (1 - sure))), 5)


def _fit(pairs: list[tuple[float, int]]) -> tuple[float, float, float]:
    """Slope, middle, and the variance of the middle."""
    from sklearn.linear_model import LogisticRegression

    s, right = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    x = np.column_stack([np.ones(len(s)), s])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000, fit_intercept=False).fit(x, right)
    start, slope = found.coef_[0]
    slope = max(slope, 1e-6)
    middle = float(np.clip(-start / slope, 0, 1))
    if s[right == 1].min() > s[right == 0].max():
        return round(slope, 3), round(middle, 3), float(np.interp(len(s), *_SEPARABLE))
    p = _sigmoid(x @ [start, slope])
    gradient = np.array([-1 / slope, start / slope**2])
    information = (x * (p * (1 - p))[:, None]).T @ x
    try:
        variance = float(gradient @ np.linalg.solve(information, gradient))
    except np.linalg.LinAlgError:
        variance = 1.0
    return round(slope, 3), round(middle, 3), max(variance, 0.0)


def _sigmoid(value: np.ndarray) -> np.ndarray:
    return 0.5 * (1 + np.tanh(value / 2))
