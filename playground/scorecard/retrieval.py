"""Does an embedding model find what was expected? Recall, reciprocal rank and nDCG over a person's own pairs."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from playground.errors import BadRequestError
from playground.matrix import Vectors, matrix, unit
from playground.neighbours import STEPS
from playground.scorecard.estimate import Estimate, mean

Measure = Literal["recall", "mrr", "ndcg"]


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Means over queries at cut-off `k`; `ranks` is, per query, the rank of the first expected item (1 is best).

    `scores` has, for each measure, one value per query: what the means are of, and what two models are compared by.
    """

    recall: Estimate
    mrr: Estimate
    ndcg: Estimate
    k: int
    ranks: Sequence[int]
    scores: Mapping[Measure, Sequence[float]]


def retrieval(queries: Vectors, items: Vectors, expected: Sequence[Collection[int]], k: int = 10) -> Retrieval:
    """Rank the items by cosine to each query; `expected` names the row numbers of the items that answer it.

    Recall@k is the share of the expected among the first k; MRR the mean of 1 / rank of the first expected one; nDCG@k
    with binary gains (Järvelin and Kekäläinen, 2002). Equal cosines keep item order. Raises BadRequestError for a query
    that expects nothing, or an item that is not there.
    """
    found, answers = unit(matrix(queries)), unit(matrix(items))
    if found.shape[1] != answers.shape[1]:
        raise BadRequestError(
            f"the queries have {found.shape[1]:,} dimensions and the items {answers.shape[1]:,}; embed both alike"
        )
    _check(expected, len(found), len(answers))
    order = np.argsort(-np.rint(found @ answers.T * STEPS), axis=1, kind="stable")
    places = [_places(row, wanted) for row, wanted in zip(order, expected, strict=True)]
    scores: dict[Measure, Sequence[float]] = {
        "recall": [sum(place <= k for place in each) / len(each) for each in places],
        "mrr": [1 / each[0] for each in places],
        "ndcg": [_ndcg(each, k) for each in places],
    }
    means = {measure: mean(values) for measure, values in scores.items()}
    return Retrieval(**means, k=k, ranks=[each[0] for each in places], scores=scores)


def _check(expected: Sequence[Collection[int]], queries: int, items: int) -> None:
    if len(expected) != queries:
        raise BadRequestError(f"there are {queries} queries and {len(expected)} lists of expected items")
    for number, wanted in enumerate(expected, 1):
        if not wanted:
            raise BadRequestError(f"query {number} expects no item; name at least one or leave it out")
        if stray := [item for item in wanted if not 0 <= item < items]:
            raise BadRequestError(f"query {number} expects item {stray[0] + 1}; there are {items}")


def _places(order: Sequence[int], wanted: Collection[int]) -> list[int]:
    """The ranks of the wanted items, best first."""
    return [int(place) + 1 for place in np.flatnonzero(np.isin(order, list(wanted)))]


def _ndcg(places: Sequence[int], k: int) -> float:
    gained = sum(1 / math.log2(place + 1) for place in places if place <= k)
    best = sum(1 / math.log2(place + 1) for place in range(1, min(k, len(places)) + 1))
    return gained / best
