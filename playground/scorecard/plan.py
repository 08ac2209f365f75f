"""What a scorecard is going to take: which runs in which order, how many, how many dollars."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playground.comparison import Cell, Set


@dataclass(frozen=True, slots=True)
class Plan:
    """`runs` are counted, `warm_ups` come before them. `cost` is all of them in US dollars, None when not known."""

    runs: int
    warm_ups: int
    cost: float | None


def order(asked: Set, repeats: int, warm_up: bool = True) -> list[Cell]:
    """The cells of a scorecard, interleaved: repeat by repeat, row by row, the panes side by side and in turn first.

    A warm-up of every pane, on the first row, comes before all; its repeat is -1.
    """
    letters = [pane.letter for pane in asked.panes]
    cells = [Cell(0, letter, -1) for letter in letters] if warm_up else []
    for repeat in range(repeats):
        for row in range(len(asked.rows)):
            turn = (repeat + row) % len(letters)
            cells += [Cell(row, letter, repeat) for letter in letters[turn:] + letters[:turn]]
    return cells


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
