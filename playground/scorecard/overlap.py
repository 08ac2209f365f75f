"""Two embedding models on the same items: do they agree on who is near whom, in their original spaces?"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from playground.errors import BadRequestError
from playground.matrix import Indices, Vectors
from playground.neighbours import nearest
from playground.scorecard.estimate import LEVEL, Estimate


@dataclass(frozen=True, slots=True)
class Overlap:
    """`share` is the mean share of `k` nearest neighbours that both models name; `chance` what strangers would share.

    `shares` has one value per item, `changed` the items from the most changed on, equal ones in their order.
    """

    share: Estimate
    chance: float
    k: int
    shares: Sequence[float]
    changed: Sequence[int]


def overlap(first: Vectors, second: Vectors, k: int = 10, level: float = LEVEL) -> Overlap:
    """Of two sets of vectors for the same items, row by row; their dimensions may differ.

    `k` is lowered to stay under the number of others, or every neighbourhood would be the same. Raises BadRequestError
    for different numbers of items and for fewer than three.
    """
    _check(len(first), len(second))
    k = min(k, len(first) - 2)
    return shared(nearest(first, k).indices, nearest(second, k).indices, k, level)


def shared(first: Indices, second: Indices, k: int, level: float = LEVEL) -> Overlap:
    """The same of lists of nearest neighbours, (n, at least k) row numbers each, nearest first.

    Items are each other's neighbours, so their shares are no independent values: as if they were, an interval held the
    truth in 71 to 89 % of simulated samples. An item also counts through the lists it stands in; with half of that
    added to its own share, 95 % intervals held it in 88 to 100 %.
    """
    _check(len(first), len(second))
    n = len(first)
    pairs = zip(first[:, :k].tolist(), second[:, :k].tolist(), strict=True)
    common = [set(ours) & set(theirs) for ours, theirs in pairs]
    shares = np.array([len(each) for each in common]) / k
    named = np.bincount([item for each in common for item in each], minlength=n) / k
    value = float(shares.mean())
    reach = float(norm.ppf((1 + level) / 2)) * float(np.std(shares + named / 2)) / math.sqrt(n)
    return Overlap(
        share=Estimate(value, max(0.0, value - reach), min(1.0, value + reach), n),
        chance=k / (n - 1),
        k=k,
        shares=shares.tolist(),
        changed=np.argsort(shares, kind="stable").tolist(),
    )


def _check(first: int, second: int) -> None:
    if first != second:
        raise BadRequestError(f"the models have vectors of {first} and {second} items; compare them on the same ones")
    if first < 3:
        raise BadRequestError(f"neighbours need at least 3 items; there are {first}")
