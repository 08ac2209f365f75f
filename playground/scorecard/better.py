"""Which of two embedding models finds more of what was expected, query by query, and whether that can be said."""

import math

from playground.scorecard.estimate import FEWEST, LEVEL, Estimate, mean_difference
from playground.scorecard.retrieval import Measure, Retrieval

TITLES: dict[Measure, str] = {"recall": "Recall@{k}", "mrr": "MRR", "ndcg": "nDCG@{k}"}
FARTHEST = 500
"""More queries than this are not promised to settle anything."""


def title(measure: Measure, k: int) -> str:
    """What a measure is called: `Recall@10`."""
    return TITLES[measure].format(k=k)


def difference(first: Retrieval, second: Retrieval, measure: Measure = "ndcg") -> Estimate:
    """The mean over queries of first minus second; both must have been asked the same queries."""
    return mean_difference(first.scores[measure], second.scores[measure])


def more_queries(found: Estimate) -> int | None:
    """About how many more would part the interval from 0; None when it is parted or nothing can be promised.

    An interval shrinks with the square root of what it is made from.
    """
    if found.low is None or found.high is None:
        return FEWEST - found.n
    if found.low > 0 or found.high < 0 or found.value == 0:
        return None
    reach = found.value - found.low if found.value > 0 else found.high - found.value
    more = math.ceil(found.n * ((reach / found.value) ** 2 - 1))
    return max(1, more) if more <= FARTHEST else None


def verdict(first: str, second: str, found: Estimate, name: str) -> str:
    """What can be said, in one sentence. `found` is the difference of the measure called `name`."""
    question = f"whether {first} or {second} finds more of what was expected"
    more = more_queries(found)
    if found.low is None or found.high is None:
        return f"Cannot tell yet {question}: at least {_queries(more or 1)} would be needed."
    if found.low > 0:
        return _claim(first, second, found, name)
    if found.high < 0:
        return _claim(second, first, Estimate(-found.value, -found.high, -found.low, found.n), name)
    interval = f"{LEVEL:.0%} {signed(found.low)} to {signed(found.high)}, {found.n} queries"
    said = f"{name} differs by {signed(found.value)} ({interval})"
    if more is None:
        return f"Cannot tell {question}: they are too alike; {said}."
    return f"Cannot tell yet {question}: {said}; about {_queries(more)} would."


def _claim(best: str, other: str, found: Estimate, name: str) -> str:
    interval = f"{LEVEL:.0%} {found.low:.2f} to {found.high:.2f}, {found.n} queries"
    return f"{best} finds more of what was expected than {other}: {name} is {found.value:.2f} higher ({interval})."


def signed(value: float) -> str:
    """`+0.12`, `−0.03`, `0.00`."""
    text = f"{abs(value):.2f}"
    return text if float(text) == 0 else f"{'+' if value > 0 else '−'}{text}"


def _queries(count: int) -> str:
    return f"{count} more quer{'y' if count == 1 else 'ies'}"
