"""Several searches of one stage become one list, and every place in it can be explained."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev
from typing import Literal

Strategy = Literal["rrf", "dbsf", "weighted", "max"]

RANK = 60
"""Added to each rank by reciprocal rank fusion, so that the first places do not decide alone.

Cormack, Clarke, Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual rank learning methods", 2009.
"""


@dataclass(frozen=True, slots=True)
class Ranking:
    """What one search found: `(id of the document, score)`, best first. `search` is its number in the stage."""

    search: int
    feature_uri: str
    weight: float
    found: Sequence[tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Share:
    """What one search did for a document: its rank there (from 1 on), its score there, and what that was worth."""

    search: int
    feature_uri: str
    rank: int
    score: float
    weight: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Place:
    """A document in the fused list; `score` is the sum of the contributions, or their largest for `max`."""

    id: str
    score: float
    shares: tuple[Share, ...]


def fused(rankings: Sequence[Ranking], strategy: Strategy, top_k: int) -> list[Place]:
    """The best `top_k`. One ranking alone keeps its own scores, whatever the strategy; equals stand by their ids.

    `rrf` adds `weight / (60 + rank)`; `dbsf` adds `weight` times the score's place within three standard deviations of
    its search's mean, 0 to 1; `weighted` adds `weight` times the score; `max` takes the best score.
    """
    worth = _WORTH[strategy] if len(rankings) > 1 else _plain
    shares: dict[str, list[Share]] = {}
    for ranking in rankings:
        values = worth(ranking)
        for rank, ((id_, score), value) in enumerate(zip(ranking.found, values, strict=True), 1):
            share = Share(ranking.search, ranking.feature_uri, rank, score, ranking.weight, value)
            shares.setdefault(id_, []).append(share)
    total: Callable[[list[float]], float] = max if strategy == "max" else sum
    places = [Place(id_, total([each.contribution for each in got]), tuple(got)) for id_, got in shares.items()]
    places.sort(key=lambda place: (-place.score, place.id))
    return places[:top_k]


def _plain(ranking: Ranking) -> list[float]:
    return [score for _, score in ranking.found]


def _reciprocal(ranking: Ranking) -> list[float]:
    return [ranking.weight / (RANK + rank) for rank, _ in enumerate(ranking.found, 1)]


def _distributed(ranking: Ranking) -> list[float]:
    scores = _plain(ranking)
    if not scores:
        return []
    mean, spread = fmean(scores), 3 * pstdev(scores)
    if not spread:
        return [ranking.weight / 2] * len(scores)
    return [ranking.weight * min(1.0, max(0.0, (score - mean + spread) / (2 * spread))) for score in scores]


def _weighted(ranking: Ranking) -> list[float]:
    return [ranking.weight * score for score in _plain(ranking)]


_WORTH: Mapping[Strategy, Callable[[Ranking], list[float]]] = {
    "rrf": _reciprocal,
    "dbsf": _distributed,
    "weighted": _weighted,
    "max": _plain,
}
