"""What a scorecard is going to take: how many runs, how many dollars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playground.comparison import Cell, Set
from playground.scorecard.card import order


@dataclass(frozen=True, slots=True)
class Plan:
    """`runs` are counted, `warm_ups` come before them. `cost` is all of them in US dollars, None when not known."""

    runs: int
    warm_ups: int
    cost: float | None


def plan(asked: Set, repeats: int, paid: Mapping[str, Sequence[float | None]]) -> Plan:
    """`paid` is what earlier answers of each pane cost; a pane is taken to go on at its mean."""
    cells = order(asked, repeats)
    means = [_mean(paid.get(cell.pane, ())) for cell in cells]
    known = [mean for mean in means if mean is not None]
    warm_ups = sum(cell.repeat < 0 for cell in cells)
    return Plan(len(cells) - warm_ups, warm_ups, sum(known) if len(known) == len(means) else None)


def further(asked: Set, repeats: int, there: Mapping[Cell, str]) -> list[Cell]:
    """The cells of `repeats` more repeats than there are, and those that were left out before."""
    last = max((cell.repeat for cell in there), default=-1)
    return [cell for cell in order(asked, last + 1 + repeats, warm_up=not there) if cell not in there]


def _mean(costs: Sequence[float | None]) -> float | None:
    known = [cost for cost in costs if cost is not None]
    return sum(known) / len(known) if known else None
