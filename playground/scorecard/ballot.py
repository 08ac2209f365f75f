"""Which two answers are judged next, and which stands on the left: by chance, so that nothing but the words tells."""

from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from random import Random

from playground.comparison import Cell, Set

Pair = tuple[Cell, Cell]
"""Left and right."""


def pairs(runs: Mapping[Cell, str], done: Collection[str]) -> list[Pair]:
    """Every two answers to the same row in the same repeat; `done` are the ids of the runs that have answered."""
    places: dict[tuple[int, int], list[Cell]] = {}
    for cell in sorted(runs):
        if cell.repeat >= 0 and runs[cell] in done:
            places.setdefault((cell.row, cell.repeat), []).append(cell)
    return [pair for cells in places.values() for pair in combinations(cells, 2)]


def draw(left: Sequence[Pair], chance: Random) -> Pair | None:
    """One of the pairs that are left, its sides shuffled; None when none is."""
    if not left:
        return None
    first, second = chance.choice(left)
    return (first, second) if chance.random() < 0.5 else (second, first)


def named(asked: Set) -> dict[str, str]:
    """What each pane is called among the votes: `provider/model`, with its letter where two panes have the same."""
    models = {pane.letter: f"{pane.provider}/{pane.model}" for pane in asked.panes}
    names = list(models.values())
    return {letter: name if names.count(name) == 1 else f"{name} ({letter})" for letter, name in models.items()}
