"""One path of all payloads in memory, as numbers that numpy compares: a filter over 100,000 rows takes milliseconds.

Each distinct value is kept and tested once; rows hold its number. A row has as many entries as it has values.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

import numpy as np
from numpy.typing import NDArray

from playground.vectors.filter import Condition, Every, Filter, Neither, Some
from playground.vectors.grown import Grown
from playground.vectors.match import alike, found, sense
from playground.vectors.score import Mask
from playground.vectors.store import Payload

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column up to some row: entry i says that row `rows[i]` has the value `values[codes[i]]`."""

    values: list[Any]
    rows: NDArray[np.int32]
    codes: NDArray[np.int32]
    distinct: int

    def mask(self, condition: Condition, length: int) -> Mask:
        """Which of `length` rows meet the condition."""
        asked = sense(condition)
        holds = np.fromiter(map(asked.holds, self.values[: self.distinct]), bool, self.distinct)
        mask = np.zeros(length, bool)
        mask[self.rows[holds[self.codes]]] = True
        if asked.absent:
            there = np.zeros(length, bool)
            there[self.rows] = True
            mask |= ~there
        return ~mask if asked.opposite else mask


class Growing:
    """A column that rows are added to, by one thread at a time; what `column` gave stays as it was."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values: list[Any] = []
        self._known: dict[Any, int] = {}
        self._rows, self._codes = Grown(np.int32), Grown(np.int32)
        self.size = 0
        """Bytes that it takes, roughly."""

    def add(self, payloads: Iterable[tuple[int, Payload]]) -> None:
        """Add the payloads of rows."""
        rows: list[int] = []
        codes: list[int] = []
        for row, payload in payloads:
            for value in found(payload, self._path):
                rows.append(row)
                codes.append(self._code(value))
        self._rows.extend(np.array(rows, np.int32))
        self._codes.extend(np.array(codes, np.int32))
        self.size += 8 * len(rows)

    def column(self) -> Column:
        """As it is now."""
        return Column(self._values, self._rows.filled, self._codes.filled, len(self._values))

    def _code(self, value: Any) -> int:
        key = alike(value)
        code = self._known.get(key)
        if code is None:
            code = self._known[key] = len(self._values)
            self._values.append(value)
            self.size += 150 + (len(value) if isinstance(value, str) else 0)
        return code


def masked(filter: Filter, columns: Mapping[Path, Column], length: int) -> Mask:  # noqa: A002 - the field's name
    """Which of `length` rows pass a filter; `columns` has every path of it."""
    match filter:
        case Condition(path):
            return columns[path].mask(filter, length)
        case Every(of):
            return reduce(and_, (masked(each, columns, length) for each in of), np.ones(length, bool))
        case Some(of):
            return reduce(or_, (masked(each, columns, length) for each in of), np.zeros(length, bool))
        case Neither(of):
            return ~masked(Some(of), columns, length)


def paths(filter: Filter | None) -> set[Path]:  # noqa: A002
    """The paths that a filter looks at."""
    match filter:
        case None:
            return set()
        case Condition(path):
            return {path}
        case Every(of) | Some(of) | Neither(of):
            return set().union(*map(paths, of))
