"""A scorecard's figures as people read them, as rows of a table, and as an ECharts option with whiskers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from playground.comparison import Pane
from playground.scorecard.card import MEASURES, Card, Score
from playground.scorecard.estimate import LEVEL, Estimate
from playground.units import dollars, seconds
from playground.whiskers import Whisker, whiskers

TITLES: Mapping[str, str] = {
    "ttft": "Time to first token",
    "total": "Total time",
    "rate": "Tokens per second",
    "tokens": "Tokens per answer",
    "cost": "Cost per 1,000 runs",
    "answered": "Answered",
    "schema_valid": "Schema-valid",
    "agreement": "Agreement of repeats",
    "votes": "Blind votes won",
}
_UNITS: Mapping[str, str] = {"ttft": "ms", "total": "ms", "rate": "tokens/s", "tokens": "tokens", "cost": "US dollars"}
_CACHED = "Cached, left out"
NOTES: Mapping[str, Callable[[Score], int]] = {
    _CACHED: lambda score: score.cached,
    "Asked apart": lambda score: score.apart,
}
"""Counts of runs that need to be told, below the measures."""
_THOUSAND = 1000
_ROOM = 1.05


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: for each pane that has it, its estimate. A share lies between 0 and 1."""

    name: str
    estimates: Mapping[str, Estimate]

    @property
    def title(self) -> str:
        """What it is called."""
        return TITLES[self.name]

    @property
    def share(self) -> bool:
        """Whether it is a share and not a median."""
        return self.name not in MEASURES

    @property
    def unit(self) -> str:
        """The unit of its axis."""
        return "share" if self.share else _UNITS[self.name]

    def said(self, value: float) -> str:
        """A value for people."""
        match self.name:
            case "ttft" | "total":
                return seconds(value)
            case "cost":
                return dollars(value)
            case "rate":
                return f"{value:,.0f}" if value >= 100 else f"{value:#.3g}".rstrip(".")
            case "tokens":
                return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
            case _:
                return f"{value:.0%}"

    def told(self, estimate: Estimate | None) -> str:
        """`0.42 s (0.40 s to 0.45 s)`; the interval only where there is one."""
        if estimate is None:
            return "–"
        value = self.said(estimate.value)
        if estimate.low is None or estimate.high is None or estimate.low == estimate.high:
            return value
        return f"{value} ({self.said(estimate.low)} to {self.said(estimate.high)})"


def rows(card: Card) -> list[Row]:
    """The measures that some pane has, medians before shares."""
    found = [Row(name, {score.letter: each for score in card.scores if (each := _of(score, name))}) for name in TITLES]
    return [row for row in found if row.estimates]


def _of(score: Score, name: str) -> Estimate | None:
    if name not in MEASURES:
        share: Estimate | None = getattr(score, name)
        return share
    found = score.figures.get(name)
    return _times(found, _THOUSAND) if found is not None and name == "cost" else found


def _times(estimate: Estimate, factor: float) -> Estimate:
    low, high = (None if end is None else end * factor for end in (estimate.low, estimate.high))
    return replace(estimate, value=estimate.value * factor, low=low, high=high)


def overview(card: Card, panes: Sequence[Pane]) -> dict[str, list[str]]:
    """The card as columns of a table: the measures, then each pane."""
    lines = rows(card)
    counts = {score.letter: score for score in card.scores}
    notes = [name for name, read in NOTES.items() if name == _CACHED or any(map(read, card.scores))]
    return {
        "Measure": [line.title for line in lines] + notes,
        **{
            called(pane): [line.told(line.estimates.get(pane.letter)) for line in lines]
            + [f"{NOTES[name](counts[pane.letter]):,}" for name in notes]
            for pane in panes
        },
    }


def listed(row: Row, panes: Sequence[Pane]) -> dict[str, list[Any]]:
    """One measure as columns of a table: the figure's twin."""
    there = [(pane, row.estimates[pane.letter]) for pane in panes if pane.letter in row.estimates]
    return {
        "Pane": [called(pane) for pane, _ in there],
        "Share" if row.share else "Median": [row.said(each.value) for _, each in there],
        f"{LEVEL:.0%} from": [_end(row, each.low) for _, each in there],
        "to": [_end(row, each.high) for _, each in there],
        "Votes" if row.name == "votes" else "Runs": [each.n for _, each in there],
    }


def _end(row: Row, value: float | None) -> str:
    return "–" if value is None else row.said(value)


def figure(row: Row, panes: Sequence[Pane]) -> dict[str, Any]:
    """The option, one line for each pane, the axis from 0."""
    drawn = lines(row, panes)
    farthest = max(each.estimate.high or each.estimate.value for each in drawn)  # of lines the axis knows nothing
    axis = {
        "type": "value",
        "min": 0,
        "max": 1 if row.share else farthest * _ROOM,
        "name": row.unit,
        "nameLocation": "middle",
        "nameGap": 26,
        "splitNumber": 4,
        "axisLabel": {"showMaxLabel": row.share},
    }
    return {**whiskers(drawn, list(map(called, panes))), "xAxis": axis, "legend": {"show": False}}


def lines(row: Row, panes: Sequence[Pane]) -> list[Whisker]:
    """The lines of the figure; each pane keeps its colour."""
    chance = 0.5 if row.name == "votes" else None
    there = [pane for pane in panes if pane.letter in row.estimates]
    return [Whisker(pane.letter, called(pane), row.estimates[pane.letter], chance) for pane in there]


def called(pane: Pane) -> str:
    """`A · gpt-5`."""
    return f"{pane.letter} · {pane.model}"


def setting(pane: Pane, panes: Sequence[Pane]) -> str:
    """What sets a pane apart from others of its model: `sentences 3`, `own system prompt`; empty where nothing does."""
    others = [
        other for other in panes if other != pane and (other.provider, other.model) == (pane.provider, pane.model)
    ]
    names = dict.fromkeys(name for each in (pane, *others) for name in each.parameters)
    told = [
        f"{name} {pane.parameters.get(name, 'not set')}"
        for name in names
        if any(other.parameters.get(name) != pane.parameters.get(name) for other in others)
    ]
    told += ["own system prompt"] if any(other.system != pane.system for other in others) else []
    told += ["own schema"] if any(other.schema != pane.schema for other in others) else []
    return ", ".join(told)


def in_words(row: Row, panes: Sequence[Pane]) -> str:
    """The figure for those who cannot see it."""
    told = [f"{called(pane)} {row.told(row.estimates.get(pane.letter))}" for pane in panes]
    return f"{row.title}: {', '.join(told)}"
