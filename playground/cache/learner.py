"""The labels that the model learns from, the record of words, and the model of the moment."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.cache.features import ALARMS, NAMES
from playground.cache.journal import Judged
from playground.cache.model import Model, fit, sigmoid

KEPT = 6000
"""Labels that a fit is made on."""
NEEDED = 200
"""Labels before the first fit, so that nothing similar is served earlier."""
SURE = 500
"""Labels after which one standard deviation is enough and the whole budget may be used."""
_EVERY = 50
_HEAVIEST = 5.0
_LARGEST = 50_000
_SHRINK = 3.0


class Learner:
    """The last 6,000 labels in a ring, the record of words, and the last fit."""

    def __init__(self) -> None:
        self._rows = np.zeros((KEPT, len(NAMES) + 3))
        self._ids: list[int] = []
        self._known: set[int] = set()
        self._words: dict[str, tuple[int, float]] = {}
        self._added = self._fitted = 0
        self.labels = 0
        self.model: Model | None = None

    @property
    def z(self) -> float:
        """Standard deviations that the chance is held above the model's estimate."""
        return 1.0 if self.labels >= SURE else 2.0

    @property
    def ramp(self) -> float:
        """The part of the budget that so few labels justify."""
        return min(1.0, self.labels / SURE)

    def harm(self, word: str) -> float:
        """How much worse (+) or better (-) than predicted pairs do that differ in this word, drawn towards 0."""
        count, surprise = self._words.get(word, (0, 0.0))
        return -surprise / (count + _SHRINK)

    def chance(self, row: tuple[float, ...]) -> float | None:
        """The upper bound of the chance of an error; None without a model."""
        return None if self.model is None else float(self.model.chances(np.array([row]), self.z)[0])

    def score(self, row: tuple[float, ...]) -> tuple[float | None, float]:
        """The model's log-odds of right, None without a model, and its chance of right."""
        if self.model is None:
            return None, 0.5
        score = float(self.model.scores(np.array([row]))[0][0])
        start, slope = self.model.calibration
        return score, float(sigmoid(start + slope * score))

    def __contains__(self, label: int) -> bool:
        return label in self._known

    def add(self, label: Judged) -> bool:
        """Take in a label; False when it is among the kept ones already."""
        if label.label in self:
            return False
        place = self._added % KEPT
        if self._added >= KEPT:
            self._known.discard(self._ids[place])
        self._ids[place : place + 1] = [label.label]
        self._known.add(label.label)
        before = np.nan if label.score is None else label.score
        self._rows[place] = (*label.features, label.right, min(label.weight, _HEAVIEST), before)
        self._added += 1
        self.labels += 1
        for word in label.apart:
            count, surprise = self._words.get(word, (0, 0.0))
            self._words[word] = count + 1, surprise + label.surprise
        if len(self._words) > _LARGEST:
            self._words = {word: record for word, record in self._words.items() if record[0] > 1}
        return True

    @property
    def due(self) -> bool:
        """Whether a fit is worth its time: enough new labels, and both right and wrong ones among them."""
        if self.labels < NEEDED or self.labels - self._fitted < _EVERY:
            return False
        right = self._kept()[:, len(NAMES)]
        return bool(right.any() and not right.all())

    def snapshot(self) -> tuple[NDArray[np.float64], int]:
        """A copy of the labels for `learn`, so that more may come in meanwhile, and how many there have been."""
        return self._kept().copy(), self.labels

    def adopt(self, model: Model, labels: int) -> None:
        """Use a model that was fitted when there were so many labels."""
        self.model, self._fitted = model, labels

    def state(self) -> dict[str, Any]:
        """The model as JSON."""
        return {"labels": self._fitted, "features": list(NAMES)} | ({} if self.model is None else self.model.state())

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over a model from `state`, unless it is of other features or older than this one.

        Labels that it had seen and that are not kept any more count too.
        """
        if tuple(state["features"]) == NAMES and "weights" in state and state["labels"] >= self._fitted:
            self.adopt(Model.of(state), state["labels"])
            self.labels = max(self.labels, self._fitted)

    def _kept(self) -> NDArray[np.float64]:
        return self._rows[: min(self._added, KEPT)]


def learn(labels: NDArray[np.float64]) -> Model:
    """A model fitted on a snapshot of labels."""
    d = len(NAMES)
    return fit(labels[:, :d], labels[:, d], labels[:, d + 1], labels[:, d + 2], ALARMS)
