"""Texts with their labels, from what people have: pasted lines, CSV, JSON Lines."""

import csv
import io
import json
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import PurePath
from typing import Any, Literal

from playground.errors import BadRequestError

LIMIT = 20_000
"""Rows that a map takes; of more, this many are drawn."""
Kind = Literal["text", "number", "empty"]


@dataclass(frozen=True, slots=True)
class Table:
    """Named columns of equal length. A value is a str, an int, a float, or None where there is none."""

    columns: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def kind(self, name: str) -> Kind:
        """What a column holds: `number` when every value that is there is one."""
        values = [value for value in self.columns[name] if value is not None]
        if not values:
            return "empty"
        return "number" if all(isinstance(value, int | float) for value in values) else "text"

    def of_kind(self, *kinds: Kind) -> list[str]:
        """The names of the columns of some kinds, in order."""
        return [name for name in self.columns if self.kind(name) in kinds]

    def likely_text(self) -> str:
        """The column that most likely holds the texts: `text` by name, else the one with the longest values.

        Raises BadRequestError when no column holds text.
        """
        found = self.of_kind("text")
        if not found:
            names = ", ".join(f"`{name}`" for name in self.columns)
            raise BadRequestError(
                f"no column holds text (there are {names}); the first line must name the columns and one must be texts"
            )
        named = [name for name in found if name.strip().lower() == "text"]
        return (named or [max(found, key=self._length)])[0]

    def take(self, rows: Sequence[int]) -> "Table":
        """Some of the rows, in the order given."""
        return Table({name: [values[row] for row in rows] for name, values in self.columns.items()})

    def filled(self, name: str) -> "Table":
        """The rows that have more than blanks in a column, which becomes text throughout."""
        texts = ["" if value is None else str(value).strip() for value in self.columns[name]]
        kept = [row for row, text in enumerate(texts) if text]
        return Table({**self.take(kept).columns, name: [texts[row] for row in kept]})

    def sample(self, limit: int = LIMIT) -> Sequence[int]:
        """The numbers of at most `limit` rows, in order; of more rows, the same random ones each time."""
        rows = range(len(self))
        return rows if len(rows) <= limit else sorted(random.Random(0).sample(rows, limit))

    def _length(self, name: str) -> int:
        return sum(len(str(value)) for value in self.columns[name] if value is not None)


def read(name: str, data: bytes) -> Table:
    """A file's table, by its extension: .csv and .tsv, .jsonl and .ndjson, .txt with one text per line.

    Raises BadRequestError that names the line, or what the file lacks.
    """
    readers = {".csv": rows, ".tsv": rows, ".jsonl": objects, ".ndjson": objects, ".txt": lines}
    reader = readers.get(PurePath(name).suffix.lower())
    if reader is None:
        raise BadRequestError(f"`{name}` is not a kind that can be read; use one of {', '.join(readers)}")
    return reader(decode(data))


def lines(text: str) -> Table:
    """One text per line, blank lines left out. Raises BadRequestError when there is none."""
    texts = [line.strip() for line in text.splitlines() if line.strip()]
    if not texts:
        raise BadRequestError("there is no text yet; write at least one line, or take the sample texts")
    return Table({"text": texts})


def rows(text: str) -> Table:
    """CSV with a first line of names; the separator (comma, semicolon, tab, bar) is found out.

    A column in which every cell is a number becomes numbers. Raises BadRequestError.
    """
    separator = max(",;\t|", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    cells: list[list[str]] = []
    try:
        header = next(reader, [])
        for row in reader:
            if len(row) > len(header):
                raise BadRequestError(
                    f"line {reader.line_num} has {len(row)} cells and the first line names {len(header)} columns; "
                    f"put texts that contain `{separator}` in double quotes"
                )
            if any(map(str.strip, row)):
                cells.append(row)
    except csv.Error as error:
        raise BadRequestError(f"line {reader.line_num} cannot be read as CSV: {error}") from None
    if not cells:
        raise BadRequestError("the file has no rows below its first line, which must name the columns")
    columns = list(zip_longest(*cells, fillvalue=""))
    columns += [("",) * len(cells)] * (len(header) - len(columns))
    return Table({name: _typed(column) for name, column in zip(_names(header), columns, strict=True)})


def objects(text: str) -> Table:
    """JSON Lines: an object or a bare string per line. Nested values stay JSON. Raises BadRequestError."""
    found: list[dict[str, Any]] = []
    for number, line in enumerate(text.split("\n"), 1):  # not `splitlines`: U+2028 may stand inside a JSON string
        if line.strip():
            found.append(_object(line, number))
    names = dict.fromkeys(name for each in found for name in each)
    if not names:
        raise BadRequestError('the file has no rows; write one object per line, such as {"text": "Hello"}')
    return Table({name: [_value(each.get(name)) for each in found] for name in names})


def _object(line: str, number: int) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadRequestError(f"line {number} is not JSON: {error.msg} at column {error.colno}") from None
    if isinstance(value, str):
        return {"text": value}
    if not isinstance(value, dict):
        raise BadRequestError(f"line {number} is not an object or a string; write one object per line")
    return value


def _value(value: Any) -> Any:
    if isinstance(value, bool | list | dict):
        return json.dumps(value, ensure_ascii=False)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def decode(data: bytes) -> str:
    """The text of a file: UTF-8 or UTF-16 by its mark, else what Western spreadsheets write."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _names(header: Sequence[str]) -> list[str]:
    """Column names, unique and none empty."""
    names: list[str] = []
    for place, cell in enumerate(header, 1):
        name = cell.strip() or f"column {place}"
        names.append(f"{name} ({place})" if name in names else name)
    return names


def _typed(cells: Sequence[str]) -> list[Any]:
    stripped = [cell.strip() for cell in cells]
    try:
        return [_number(cell) if cell else None for cell in stripped]
    except ValueError:
        return [cell or None for cell in stripped]


def _number(cell: str) -> int | float:
    if cell.lower().strip("+-") in {"nan", "inf", "infinity"} or "_" in cell:
        raise ValueError(cell)
    try:
        return int(cell)
    except ValueError:
        return float(cell)
