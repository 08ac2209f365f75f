"""Why a document stands where it stands: its similarity, its ranks and what each was worth, in words."""

from collections.abc import Mapping

from playground.vectors.fusion import RANK, Place, Share, Strategy
from playground.vectors.store import Metric

_NAMES: Mapping[Metric, str] = {"cosine": "cosine", "dot": "dot product", "euclidean": "distance"}
_CLOSE = ((0.999, "the same"), (0.8, "very close"), (0.6, "close"), (0.4, "related"), (0.2, "loosely related"))
_FAR = "hardly related"


def similarity(score: float, metric: Metric) -> str:
    """A score in the terms of its metric: `cosine 0.712`, `dot product 12.3`, `distance 0.404`."""
    value = 1 / score - 1 if metric == "euclidean" and score > 0 else score
    return f"{_NAMES[metric]} {value:.3f}"


def closeness(cosine: float) -> str:
    """A rough word for a cosine; models differ, so it is no more than an orientation."""
    return next((word for least, word in _CLOSE if cosine >= least), _FAR)


def sentence(place: Place, rank: int, metrics: Mapping[str, Metric], best: float) -> str:
    """One sentence on a place in the list; `metrics` by index, `best` the score of the first, in Markdown."""
    if _is_alone(place):
        return _alone(place.shares[0], rank, metrics, best)
    parts = [
        f"{_ordinal(share.rank)} in `{share.feature_uri}` ({similarity(share.score, _metric(share, metrics))}) "
        f"gives {share.contribution:.4f}"
        for share in sorted(place.shares, key=lambda share: -share.contribution)
    ]
    end = f"; together {place.score:.4f}" if len(parts) > 1 else ", the only search that found it"
    return f"{_ordinal(rank).capitalize()} place: {', '.join(parts)}{end}."


def brief(place: Place, rank: int, metrics: Mapping[str, Metric], best: float) -> str:
    """The same beside its rank and score, which need not be said again."""
    if _is_alone(place):
        words = _near(place.shares[0], metrics), _behind(place.shares[0], rank, best)
        return f"{', '.join(filter(None, words))}.".capitalize()
    return sentence(place, rank, metrics, best).partition(": ")[2]


def worth(share: Share, strategy: Strategy) -> str:
    """How a contribution comes about, as a formula with its numbers; `""` where the score itself counts."""
    match strategy:
        case "rrf":
            return f"{share.weight:g} / ({RANK} + {share.rank}) = {share.contribution:.4f}"
        case "weighted":
            return f"{share.weight:g} × {share.score:.3f} = {share.contribution:.4f}"
        case "dbsf":
            return f"{share.weight:g} × its place within 3 standard deviations = {share.contribution:.4f}"
        case "max":
            return f"the best of its scores: {share.contribution:.4f}"


def _is_alone(place: Place) -> bool:
    """Whether its one search's own score is what counts."""
    return len(place.shares) == 1 and place.score == place.shares[0].contribution == place.shares[0].score


def _alone(share: Share, rank: int, metrics: Mapping[str, Metric], best: float) -> str:
    near = _near(share, metrics)
    said = similarity(share.score, _metric(share, metrics)) + (f", {near}" if near else "")
    return f"{_ordinal(rank).capitalize()} place: {said}; {_behind(share, rank, best)}."


def _near(share: Share, metrics: Mapping[str, Metric]) -> str:
    return closeness(share.score) if _metric(share, metrics) == "cosine" else ""


def _behind(share: Share, rank: int, best: float) -> str:
    return f"{best - share.score:.3f} behind the first" if rank > 1 else "nothing is nearer"


def _metric(share: Share, metrics: Mapping[str, Metric]) -> Metric:
    return metrics.get(share.feature_uri, "cosine")


def _ordinal(rank: int) -> str:
    ending = "th" if 10 <= rank % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending}"
