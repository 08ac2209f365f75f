"""The error budget of one server's requests: what may be risked now, given what was risked so far."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from playground.cache.model import Model
from playground.cache.rule import SAFETY, threshold

WINDOW = 2000
BONUS = 0.3
_FORGET, _PRIOR = 0.99, 2.0  # of rho: audits fade, and so many errors are taken as seen and as predicted at the start
_RHO = (0.33, 4.0)
_SKETCH = 100
_STALE = 20  # look-ups that a threshold is kept for


class Budget:
    """The ledger of one server: chances of the last 2,000 requests, what was earned and spent, and rho."""

    def __init__(self, features: int) -> None:
        self._rows = np.full((WINDOW, features), np.nan)
        self._chances = np.full(WINDOW, np.inf)
        self._thresholds: dict[tuple[float, float], tuple[float, int]] = {}
        self._met = 0
        self._earned = self._spent = 0.0
        self._seen = self._predicted = 0.0

    @property
    def rho(self) -> float:
        """How many errors audits found for each that was predicted, drawn towards 1 while there are few."""
        return float(np.clip((self._seen + _PRIOR) / (self._predicted + _PRIOR), *_RHO))

    def meet(self, row: tuple[float, ...] | None, chance: float | None, delta: float) -> None:
        """Count a request; it earns its delta once there is a model. Without a `row` nothing could be served."""
        place = self._met % WINDOW
        self._rows[place] = np.nan if row is None else row
        self._chances[place] = np.inf if row is None or chance is None else chance
        self._met += 1
        if chance is not None:
            self._earned += delta

    def spend(self, chance: float) -> None:
        """Count a served answer's chance of being wrong."""
        self._spent += chance * self.rho

    def audited(self, chance: float, weight: float, right: bool) -> None:
        """Compare what was predicted for an audited answer with what was found."""
        self._seen = _FORGET * self._seen + weight * (not right)
        self._predicted = _FORGET * self._predicted + weight * chance

    def allowed(self, delta: float, share: float) -> float:
        """lambda for `delta`; `share` is the part of the budget that may be used, ramp and carefulness."""
        found = self._thresholds.get((delta, share))
        if found is None or self._met - found[1] >= _STALE:
            left = (SAFETY * self._earned - self._spent) / self._earned if self._earned else 0.0
            budget = SAFETY * delta * share * (1 + min(max(left, 0.0), BONUS))
            found = threshold(self._chances[: min(self._met, WINDOW)], budget / self.rho), self._met
            self._thresholds = {(delta, share): found} if len(self._thresholds) > 50 else self._thresholds
            self._thresholds[delta, share] = found
        return found[0]

    def rescore(self, model: Model, z: float) -> None:
        """Look at the last requests with a new model's eyes."""
        known = ~np.isnan(self._rows[:, 0])
        self._chances[known] = model.chances(self._rows[known], z)
        self._thresholds.clear()

    def state(self) -> dict[str, Any]:
        """What must outlive a restart, as JSON: the sums, and of the window a hundred quantiles (None is infinite)."""
        window = np.sort(self._chances[: min(self._met, WINDOW)])
        places = np.linspace(0, len(window) - 1, min(len(window), _SKETCH)).round().astype(int)
        sketch = [float(chance) if np.isfinite(chance) else None for chance in window[places]]
        sums = {"earned": self._earned, "spent": self._spent, "seen": self._seen, "predicted": self._predicted}
        return {**sums, "window": sketch}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        self._earned, self._spent = state["earned"], state["spent"]
        self._seen, self._predicted = state["seen"], state["predicted"]
        self._met = len(state["window"])
        self._rows[:] = np.nan
        self._chances[: self._met] = [np.inf if chance is None else chance for chance in state["window"]]
        self._thresholds.clear()
