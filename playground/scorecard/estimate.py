"""Estimate: a figure with its interval; how a median and a share get theirs."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, binom, norm, t

LEVEL = 0.95
"""How often an interval holds the true value."""
FEWEST = 5
"""Fewer values give a mean no interval."""
SLACK = 0.015
"""How much less often is still called by that name: the range of 5 values holds their median in 93.75 %."""
_NOTHING = 1e-12
"""Below that a sum of shares that are all 0, or all 1, is off by rounding."""
_MARGIN = 0.005
"""What the interval of a median aims above its level: between order statistics it misses by up to as much."""


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
    the bootstrap of a median tends to, without its steps: over 5 shapes and 6 to 50 values it held the true median in
    94.7 to 95.8 % of 60,000 samples, the range of 5 values in 93.6 to 93.9 %; percentile bootstraps in 91.2 to 95.1 %.
    Below 5 values even the whole range holds it less often than 93 %, so there is none.
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    n = len(ordered)
    value = float(np.median(ordered))
    if n < needed(level):
        return Estimate(value, None, None, n)
    aim = level + _MARGIN
    return Estimate(value, _between(ordered, aim), -_between(-ordered[::-1], aim), n)


def level_of(n: int, level: float = LEVEL) -> float:
    """How often the interval of a median of `n` values holds the true one; below the level where its range is all."""
    return min(level, _coverage(n, 1))


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
    """The mean of values between 0 and 1, with Wilson's interval as if of so many yes and no as scatter like them.

    One more value stands in the variance, which scatters like yes and no of this mean: few values near an end say
    little of how far the others lie from it, and equal ones nothing. Over 42 shapes of recall, reciprocal rank and nDCG
    it held the true mean in 96.5, 96.3, 96.0, 95.6, 95.4 and 95.2 % of simulated samples of 5, 8, 12, 20, 40 and 100
    values, in four of five shapes in 94 to 98 %; Student's own interval in 41 to 96, the bootstrap (BCa) in 84 to 95.
    """
    n = len(values)
    value = float(np.mean(values))
    if n < FEWEST:
        return Estimate(value, None, None, n)
    scatter = value * (1 - value)
    variance = (float(np.var(values)) * n + scatter) / n
    size = n * scatter / variance if scatter > _NOTHING else n
    return Estimate(value, *wilson(value, size, float(norm.ppf((1 + level) / 2))), n)


def mean_difference(first: Sequence[float], second: Sequence[float], level: float = LEVEL) -> Estimate:
    """The mean of paired differences, first minus second, of values between 0 and 1.

    Student's interval over the differences and two more, of +1/2 and -1/2, as Agresti and Min (2005) add to paired
    shares: most queries are answered alike by both models, and where few differ, Student's own interval held the true
    difference in 4 to 100 % of simulated samples and the bootstrap in 69 to 93 %. With the two it is 99 % of samples of
    5 queries, 98 of 20, 96 of 80, on average over 84 settings. Narrower ones hold it in 95, and call equal models
    different in up to 10 of 100: where nearly all differences are 0 a sample has another one or not, in steps.
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
    return Estimate(successes / n, *wilson(successes / n, n, float(norm.ppf((1 + level) / 2))), n)


def certain_share(successes: float, n: int, level: float = LEVEL) -> Estimate:
    """A proportion of at least one trial with the exact interval of Clopper and Pearson (1934), which misses at most as
    often as it says: what a claim may rest on. Halves count as such, which scatters less and keeps that true.
    """
    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else float(beta.ppf(tail, successes, n - successes + 1))
    high = 1.0 if successes == n else float(beta.ppf(1 - tail, successes + 1, n - successes))
    return Estimate(successes / n, low, high, n)


def wilson(share: float, size: float, reach: float) -> tuple[float, float]:
    """Wilson's score interval (1927) of a share of `size` trials, which may be no whole number; `reach` is in standard
    deviations.
    """
    middle = (share + reach**2 / (2 * size)) / (1 + reach**2 / size)
    half = reach / (1 + reach**2 / size) * math.sqrt(share * (1 - share) / size + (reach / (2 * size)) ** 2)
    return max(0.0, middle - half), min(1.0, middle + half)
