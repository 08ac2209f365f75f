"""Estimate: a figure with its interval; how a median and a share get theirs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, bootstrap, norm, t

LEVEL = 0.95
"""How often an interval holds the true value."""
FEWEST = 5
"""Fewer values give a mean no interval."""
SLACK = 0.015
"""How much less often is still called by that name: the range of 5 values holds their median in 93.75 %."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure from `n` observations; `low` and `high` are None where there are too few for an interval."""

    value: float
    low: float | None
    high: float | None
    n: int

    @property
    def width(self) -> float | None:
        """From `low` to `high`."""
        return None if self.low is None or self.high is None else self.high - self.low


def median(values: Sequence[float] | NDArray[np.float64], level: float = LEVEL) -> Estimate:
    """The median of at least one value, and its distribution-free interval between order statistics.

    The interval interpolates between neighbouring order statistics (Hettmansperger and Sheather, 1986). It is what
    the bootstrap of a median tends to, without its steps: over 4 shapes of latency and 5 to 40 values it held the
    true median in 93.2 to 96.1 % of samples, percentile bootstraps in 91.2 to 95.1 %. Below 5 values even the whole
    range holds it less often than 93 %, so there is none.
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    n = len(ordered)
    value = float(np.median(ordered))
    if n < needed(level):
        return Estimate(value, None, None, n)
    low, high = _between(ordered, level), -_between(-ordered[::-1], level)
    return Estimate(value, low, high, n)


def needed(level: float = LEVEL) -> int:
    """The fewest values whose range holds the median that often, but for `SLACK`: 5 for 95 %."""
    return math.ceil(1 - math.log2(1 - level + SLACK))


def _between(ordered: NDArray[np.float64], level: float) -> float:
    """The lower end: a point between the order statistics whose own intervals are just wider and just narrower."""
    n = len(ordered)
    depth = 1
    while depth + 1 <= n // 2 and _coverage(n, depth + 1) >= level:
        depth += 1
    wider, narrower = _coverage(n, depth), _coverage(n, depth + 1) if depth + 1 <= n // 2 else 0.0
    if wider <= level or narrower == 0.0:
        return float(ordered[depth - 1])
    part = (wider - level) / (wider - narrower)
    weight = (n - depth) * part / (depth + (n - 2 * depth) * part)
    return float(min(ordered[depth], ordered[depth - 1] + weight * (ordered[depth] - ordered[depth - 1])))


@cache
def _coverage(n: int, depth: int) -> float:
    """How often the median lies between the `depth`-th smallest and the `depth`-th largest of `n` values."""
    return float(1 - 2 * binom.cdf(depth - 1, n, 0.5))


def mean(values: Sequence[float], level: float = LEVEL) -> Estimate:
    """The mean of values between 0 and 1 with its bootstrap interval (BCa; Efron, 1987), seeded.

    Where all are equal a bootstrap would claim to be certain; there Wilson's interval stands, which is never too
    narrow, because no such values scatter more than zeros and ones do.
    """
    n = len(values)
    value = float(np.mean(values))
    if n < FEWEST:
        return Estimate(value, None, None, n)
    if min(values) == max(values):
        return Estimate(value, *_wilson(value, n, level), n)
    found = bootstrap((np.asarray(values),), np.mean, confidence_level=level, rng=np.random.default_rng(0))
    return Estimate(value, float(found.confidence_interval.low), float(found.confidence_interval.high), n)


def mean_difference(first: Sequence[float], second: Sequence[float], level: float = LEVEL) -> Estimate:
    """The mean of paired differences, first minus second, of values between 0 and 1.

    Student's interval over the differences and two more, of +1/2 and -1/2, as Agresti and Min (2005) add to paired
    shares: most queries are answered alike by both models, and where few differ, Student's own interval held the true
    difference in 50 to 95 % of simulated samples and the bootstrap in 69 to 93 %. With the two it is 95 to 100 %.
    """
    differences = np.subtract(first, second)
    n, value = len(differences), float(np.mean(differences))
    if n < FEWEST:
        return Estimate(value, None, None, n)
    padded = np.append(differences, (0.5, -0.5))
    middle = float(padded.mean())
    reach = float(t.ppf((1 + level) / 2, n + 1)) * float(padded.std(ddof=1)) / math.sqrt(n + 2)
    return Estimate(value, max(-1.0, min(value, middle - reach)), min(1.0, max(value, middle + reach)), n)


def share(successes: int, n: int, level: float = LEVEL) -> Estimate:
    """A proportion of at least one trial with Wilson's score interval (1927)."""
    return Estimate(successes / n, *_wilson(successes / n, n, level), n)


def share_difference(first: tuple[int, int], second: tuple[int, int], level: float = LEVEL) -> Estimate:
    """First share minus second, of (successes, trials) each, with Newcombe's score interval (1998, method 10)."""
    (a, m), (b, n) = first, second
    p, q = a / m, b / n
    (a_low, a_high), (b_low, b_high) = _wilson(p, m, level), _wilson(q, n, level)
    low = p - q - math.hypot(p - a_low, b_high - q)
    high = p - q + math.hypot(a_high - p, q - b_low)
    return Estimate(p - q, low, high, min(m, n))


def _wilson(p: float, n: int, level: float) -> tuple[float, float]:
    z = float(norm.ppf((1 + level) / 2))
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
