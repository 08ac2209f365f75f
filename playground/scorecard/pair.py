"""Two models on the same rows: how much one is faster, dearer or longer than the other, and whether that can be said.

Repeats are interleaved, so the i-th repeats of a row ran beside each other and are compared with each other: what
slowed both down at that moment cancels. From `ROWS` rows on, a row counts once (the median of its repeats), because
repeats of one row are no news about other rows; below that the claim is about these rows only, and says so.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from playground.scorecard.estimate import LEVEL, Estimate, level_of, median, needed

ROWS = 6
ALIKE = 1.05
"""Two models whose ratio surely lies within this factor are called about equal."""
FARTHEST = 200
"""More runs than this are not promised to settle anything."""

Observed = Mapping[int, Sequence[float]]
"""Row number to the values of its repeats, in the order they ran."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What is compared, and the words for who has the better of it: `faster`, and `fast` when both are."""

    name: str
    better: str
    good: str
    smaller: bool = True


@dataclass(frozen=True, slots=True)
class Comparison:
    """`ratio` is first to second (None: values that have none). `rows` tells whether it holds beyond these rows."""

    ratio: Estimate | None
    beyond: bool
    more_runs: int | None


def compare(first: Observed, second: Observed, level: float = LEVEL) -> Comparison:
    """The typical ratio of positive values of two models, by what both have."""
    rows = [np.log(pairs) for pairs in _pairs(first, second) if len(pairs)]
    if not rows:
        return Comparison(None, False, needed(level))
    differences = [row[:, 0] - row[:, 1] for row in rows]
    beyond = len(differences) >= ROWS
    units = np.array([np.median(each) for each in differences]) if beyond else np.concatenate(differences)
    log = median(units, level)
    low, high = (None if end is None else math.exp(end) for end in (log.low, log.high))
    return Comparison(Estimate(math.exp(log.value), low, high, log.n), beyond, _more_runs(log, level))


def _pairs(first: Observed, second: Observed) -> list[NDArray[np.float64]]:
    found = []
    for row in first.keys() & second.keys():
        both = np.array(list(zip(first[row], second[row], strict=False)), dtype=float).reshape(-1, 2)
        found.append(both[(both > 0).all(axis=1)])
    return found


def _more_runs(log: Estimate, level: float) -> int | None:
    """About how many more would part the interval from "equal"; None when it is parted or nothing can be promised.

    An interval shrinks with the square root of what it is made from.
    """
    if log.low is None or log.high is None:
        return needed(level) - log.n
    if log.low > 0 or log.high < 0:
        return None
    reach = log.high - log.value if log.value < 0 else log.value - log.low
    if log.value == 0 or reach == 0:
        return None
    more = math.ceil(log.n * ((reach / abs(log.value)) ** 2 - 1))
    return max(1, more) if more <= FARTHEST else None


def sentence(metric: Metric, first: str, second: str, found: Comparison) -> str:
    """What can be said, in one sentence; a claim is wrong at most as often as its interval misses."""
    ratio, here = found.ratio, "" if found.beyond else " on these rows"
    if ratio is None:
        return f"{first} and {second} cannot be compared by {metric.name}: no row has a value of both."
    open_question = f"whether {first} or {second} is {metric.better}"
    if ratio.low is None or ratio.high is None:
        return f"Cannot tell yet {open_question}: {_runs(found.more_runs or 1)} would."
    if ratio.high < 1 or ratio.low > 1:
        less, more = (first, second) if ratio.high < 1 else (second, first)
        better, other = (less, more) if metric.smaller else (more, less)
        return f"{better} is {metric.better} than {other}{here} ({_times(_above_one(ratio))})."
    if ratio.low > 1 / ALIKE and ratio.high < ALIKE:
        return f"{first} and {second} are about equally {metric.good}{here} ({_times(ratio)})."
    if found.more_runs is None:
        return f"Cannot tell {open_question}: they are too alike ({_times(ratio)})."
    return f"Cannot tell yet {open_question} ({_times(ratio)}): {_runs(found.more_runs)} would."


def _above_one(ratio: Estimate) -> Estimate:
    if ratio.low is None or ratio.high is None or ratio.low > 1:
        return ratio
    return Estimate(1 / ratio.value, 1 / ratio.high, 1 / ratio.low, ratio.n)


def _runs(count: int) -> str:
    return f"about {count} more run{'' if count == 1 else 's'} of each"


def _times(ratio: Estimate) -> str:
    level = math.floor(level_of(ratio.n) * 100)
    return f"{ratio.value:.2f}×, {level}% {_end(ratio.low)} to {_end(ratio.high)}"


def _end(value: float | None) -> str:
    """An end of an interval, with as many digits as tell it from 1."""
    value = value or 0.0
    return f"{value:.2f}" if abs(value - 1) >= 0.005 or value == 1 else f"{value:.4f}".rstrip("0")
