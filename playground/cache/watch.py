"""What audits prove about the error, and when they make the cache careful.

Request t is audited with probability q_t where it would be served. X_t = (1 - q_t) / q_t where an audit found the
answer wrong, else 0: then E[X_t | past] is the chance mu_t that request t is answered wrongly from the cache, whatever
the model believes. So sum X_t estimates the wrong answers without bias, and for every fixed l > 0 with l X_t < 1

    prod (1 - l X_t) exp(l sum mu_t)   and   prod (1 + l X_t) exp(-l sum mu_t)

are supermartingales that start at 1 (as 1 + x <= exp x), so by Ville's inequality, at all times at once,

    sum mu_t <= (log(J / a) - sum log(1 - l X_t)) / l     with probability 1 - a,
    sum mu_t >= (sum log(1 + l X_t) - log(J / a)) / l     with probability 1 - a,

the best of J values of l taken for each. This is a confidence sequence in the manner of Waudby-Smith and Ramdas
("Estimating means of bounded random variables by betting", 2024), for a mean that may move. It holds with drift and
against an adversary, given honest dice and verdicts; a verdict that is not in yet counts as right. It is wide: while
audits find no error, n requests prove one below about 150 / n, so 2 % takes 7,500. It warns much earlier.

The alarm is a sum of bets against "the error is at most delta", none ever below 1 (an e-detector, Shin, Ramdas and
Rinaldo 2024): W <- max(W, 1) (1 + l X_t) exp(-l delta_t). At 100 the cache turns careful, until the bets have lost all
that they had won.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

RISK = 0.05
"""a: each bound fails with at most this probability, over all time."""
ALARM = 100.0
LARGEST = 0.97 / 0.03
"""The largest X: of an audit with the smallest probability."""
_UPPER = np.array([0.1, 0.3, 0.6, 0.95]) / LARGEST
_LOWER = np.array([0.01, 0.03, 0.1, 0.3])
_BETS = np.array([0.02, 0.05, 0.1, 0.2])


@dataclass(frozen=True, slots=True)
class Watch:
    """What is known of the errors so far.

    Counts are of this server's requests since it began. `estimate`, `lower` and `upper` are of the share of requests,
    exact repeats not counted, that were answered wrongly from the cache: nothing is known (None) before the first of
    them. `allowed` is the mean of their deltas. `rho` is how many errors audits found for each that was predicted.
    """

    requests: int
    exact: int
    served: int
    audited: int
    wrong: int
    estimate: float | None
    lower: float | None
    upper: float | None
    allowed: float | None
    rho: float
    careful: bool
    evidence: float
    labels: int
    needed: int


class Audits:
    """The running sums."""

    def __init__(self) -> None:
        self.requests = self.exact = self.served = self.audited = self.wrong = 0
        self.careful = False
        self._deltas = self._found = 0.0
        self._down, self._up, self._bets = np.zeros(4), np.zeros(4), np.ones(4)

    def met(self, delta: float) -> None:
        """Count a request that is no exact repeat."""
        self.requests += 1
        self._deltas += delta
        self._bet(0.0, delta)

    def judged(self, audit: float, right: bool) -> None:
        """Count the verdict on a request that was audited with probability `audit`."""
        self.audited += 1
        if right:
            return
        self.wrong += 1
        weight = min((1 - audit) / audit, LARGEST)
        self._found += weight
        self._down += np.log1p(-_UPPER * weight)
        self._up += np.log1p(_LOWER * weight)
        self._bet(weight, 0.0)

    @property
    def evidence(self) -> float:
        """What bets against "the error is at most delta" have made of 1."""
        return float(self._bets.mean())

    def _bet(self, weight: float, delta: float) -> None:
        floor = 0.0 if self.careful else 1.0
        self._bets = np.maximum(self._bets, floor) * (1 + _BETS * weight) * np.exp(-_BETS * delta)
        if self.evidence >= ALARM:
            self.careful = True
        elif self.careful and self.evidence < 1:
            self.careful = False

    def bounds(self) -> tuple[float, float, float] | None:
        """Estimate, lower and upper bound of the share of wrong answers; None before the first request."""
        n = self.requests
        if not n:
            return None
        price = np.log(len(_UPPER) / RISK)
        upper = float(((price - self._down) / _UPPER).min()) / n
        lower = float(((self._up - price) / _LOWER).max()) / n
        estimate = self._found / n
        return estimate, max(lower, 0.0), min(max(upper, estimate), 1.0)

    def watch(self, rho: float, labels: int, needed: int) -> Watch:
        """All of it as a value."""
        estimate, lower, upper = self.bounds() or (None, None, None)
        allowed = self._deltas / self.requests if self.requests else None
        counts = self.requests, self.exact, self.served, self.audited, self.wrong
        return Watch(*counts, estimate, lower, upper, allowed, rho, self.careful, self.evidence, labels, needed)

    def state(self) -> dict[str, Any]:
        """All of it as JSON."""
        return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in vars(self).items()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take over what `state` gave."""
        for name, value in state.items():
            setattr(self, name, np.array(value) if isinstance(value, list) else value)
