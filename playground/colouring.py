"""A column to colour points by, and the groups that it makes of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

MOST_GROUPS = 24
"""Groups that get a look of their own, 8 colours times 8 symbols without a repeat; the rest are one group."""
OTHERS, NOTHING = "all others", "(none)"
Groups = list[tuple[str, list[int]]]
"""Names and their rows."""


@dataclass(frozen=True, slots=True)
class Colouring:
    """A column: its name and one value per row; numbers get a scale, everything else groups."""

    name: str
    values: Sequence[Any]
    numeric: bool = False

    def groups(self) -> Groups:
        """Every row in one group: numbers or none; else by value, largest first, the rare ones together."""
        return self._numbers() if self.numeric else self._named()

    def _named(self) -> Groups:
        names = [NOTHING if value is None else str(value) for value in self.values]
        common = [name for name, _ in Counter(names).most_common()]
        kept = set(common) if len(common) <= MOST_GROUPS else set(common[: MOST_GROUPS - 1])
        groups: dict[str, list[int]] = {name: [] for name in common if name in kept}
        for row, name in enumerate(names):
            groups.setdefault(name if name in kept else OTHERS, []).append(row)
        return list(groups.items())

    def _numbers(self) -> Groups:
        there = [row for row, value in enumerate(self.values) if value is not None]
        missing = [row for row, value in enumerate(self.values) if value is None]
        return [(name, rows) for name, rows in ((self.name, there), (NOTHING, missing)) if rows]
