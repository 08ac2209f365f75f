"""Which chance of an error is small enough to serve, and which of those served are checked.

`average`: at most delta of the requests may be answered wrongly. Serving whatever has a chance u <= lambda serves most
for a given error (as in Neyman and Pearson's lemma), so lambda is the largest threshold with

    mean over the last 2,000 requests of u 1{u <= lambda}  <=  budget / rho,    budget = 0.9 delta ramp (1 + bonus)

`ramp` grows to 1 while the first labels come in, `bonus` (at most 0.3) carries unspent budget over, `rho` is how many
errors audits found for each that was predicted. A request that may be served goes to the model all the same with
probability q = 0.045 sqrt(u / delta), at least 0.03: an audit, the riskier the likelier.

`per_request`: a request with chance u is served with probability p = 0.9 delta / (rho u), at most 0.97, so that each
request has an expected error of at most delta, whatever came before it. This is the promise of arXiv 2502.03771 (whose
delta this is), given that u is right; those not served are the audits, q = 1 - p.

With either, no answer may risk more than min(8 delta, 1/4), and one with an alarm (`features`) is served only where its
group was right in spite of that alarm the last time: a difference that never mattered so far may matter in a new group.
Measured at delta 0.02 with 35 such pairs, none is served after 5,000 requests of clinc150 or advising. By the model's
word alone 13 to 20 were after 1,500 of advising; a ceiling of 2 delta let 15 to 17 pass after 5,000. A careful cache
has a quarter of the budget and audits twice as often.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.cache.decision import Reason, Status

Floats = NDArray[np.float64]

SAFETY = 0.9
"""The part of delta that is aimed at."""
CAREFUL = 0.25
"""The part of the budget that a careful cache uses."""
UNLIKELY = 0.5
"""Chance of an error above which a prompt is not called similar."""
_OFTEN, _LEAST_AUDIT, _MOST_AUDIT = 0.045, 0.03, 0.5


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rule says before the die is rolled; `audit` is the chance that the model is asked, 1 if not to serve."""

    status: Status
    reason: Reason
    allowed: float
    audit: float


def ceiling(delta: float) -> float:
    """The largest chance of an error that any one answer may have."""
    return min(8 * delta, 0.25)


def average(chance: float, delta: float, threshold: float, careful: bool) -> Ruling:
    """Serve what has a chance of at most `threshold`, audit some of it."""
    allowed = min(threshold, ceiling(delta))
    if chance > allowed:
        return _refused(chance, delta, allowed, careful)
    audit = _OFTEN * (chance / delta) ** 0.5 * (2 if careful else 1)
    return Ruling("hit", "below_allowed", allowed, min(max(audit, _LEAST_AUDIT), _MOST_AUDIT))


def per_request(chance: float, delta: float, rho: float, careful: bool) -> Ruling:
    """Serve with the probability that keeps this request's expected error at delta."""
    allowed = ceiling(delta)
    if chance > allowed:
        return _refused(chance, delta, allowed, careful)
    serve = SAFETY * delta * (CAREFUL if careful else 1) / (rho * max(chance, 1e-9))
    return Ruling("hit", "below_allowed", allowed, max(1 - serve, _LEAST_AUDIT))


def _refused(chance: float, delta: float, allowed: float, careful: bool) -> Ruling:
    if chance > UNLIKELY:
        return Ruling("miss", "unlikely", allowed, 1.0)
    if chance > ceiling(delta):
        return Ruling("guarded", "too_uncertain", allowed, 1.0)
    return Ruling("guarded", "careful" if careful else "budget_spent", allowed, 1.0)


def threshold(chances: Floats, budget: float) -> float:
    """The largest lambda for which the mean of u 1{u <= lambda} stays within `budget`, 1 when all do.

    `chances` (n,) holds one u per request, infinite where nothing could be served.
    """
    known = np.sort(chances[np.isfinite(chances)])
    if not len(known):
        return 0.0
    fits = int(np.searchsorted(np.cumsum(known), budget * len(chances), side="right"))
    if fits == len(known):
        return 1.0
    return float(known[fits - 1]) if fits else 0.0
