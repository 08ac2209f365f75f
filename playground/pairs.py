"""Queries and what each should find: from lines, CSV or JSON Lines, and which of the items are meant."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from playground.errors import BadRequestError
from playground.texts import Table, objects, rows

QUERY = ("query", "question", "search", "text")
EXPECTED = ("expected", "expected item", "expected items", "relevant", "answer", "item", "items", "document")
_ARROW = re.compile(r"\s*(?:\t|=>|->|→)\s*")
_FEWEST_LETTERS = 3
"""A beginning shorter than this names no item."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One query, and the names of the items that answer it; a name may hold several, parted by `|`."""

    query: str
    expected: tuple[str, ...]


def typed(text: str) -> list[Pair]:
    """Pairs from what was typed or pasted: `query => item | item` on each line, JSON Lines, or CSV with its header.

    Raises BadRequestError that names the line.
    """
    first = next((line.strip() for line in text.splitlines() if line.strip()), "")
    if not first:
        raise BadRequestError("there is no pair yet; write one on each line, such as `lost parcel => 12`")
    if first.startswith("{"):
        return of_table(objects(text))
    named = {cell.strip().strip('"').casefold() for cell in re.split(r"[,;\t|]", first)}
    if named & set(QUERY) and named & set(EXPECTED):
        return of_table(rows(text))
    numbered = ((number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip())
    return _merged([_line(number, line) for number, line in numbered])


def of_table(table: Table) -> list[Pair]:
    """Pairs from a table: its columns are known by name, else they are the first two; lines of one query are one pair.

    Raises BadRequestError when there are no two columns, and for a query that expects nothing.
    """
    names = list(table.columns)
    query = _named(names, QUERY) or names[0]
    others = [name for name in names if name != query]
    expected = _named(others, EXPECTED) or next(iter(others), None)
    if expected is None:
        raise BadRequestError("pairs need two columns, `query` and `expected`; this file has one")
    found = []
    for number, (asked, wanted) in enumerate(zip(table.columns[query], table.columns[expected], strict=True), 1):
        pair = Pair(str("" if asked is None else asked).strip(), _values(wanted))
        if not pair.query or not pair.expected:
            raise BadRequestError(f"pair {number} lacks its {'expected item' if pair.query else 'query'}; fill it in")
        found.append(pair)
    return _merged(found)


def written(pairs: Sequence[Pair]) -> str:
    """Pairs as lines that `typed` reads, JSON Lines where an arrow stands in a query."""
    lines = "\n".join(f"{pair.query} => {' | '.join(pair.expected)}" for pair in pairs)
    try:
        same = [pair.query for pair in typed(lines)] == [pair.query for pair in pairs]
    except BadRequestError:
        same = False
    if same:
        return lines
    objects = ({"query": pair.query, "expected": pair.expected} for pair in pairs)
    return "\n".join(json.dumps(each, ensure_ascii=False) for each in objects)


def places(pairs: Sequence[Pair], texts: Sequence[str], ids: Sequence[object] = ()) -> list[list[int]]:
    """For each pair the row numbers of the items that are meant, in order.

    An item is meant by its text or name, whatever its case and spaces, by its value in `ids`, by its number from 1 on,
    or by how it alone begins. Items of one text are meant together. Raises BadRequestError for what means none.
    """
    known = _Index(texts, ids)
    return [sorted({row for name in pair.expected for row in known.rows(name, pair.query)}) for pair in pairs]


class _Index:
    def __init__(self, texts: Sequence[str], ids: Sequence[object]) -> None:
        self._texts = [_plain(text) for text in texts]
        self._rows: dict[str, list[int]] = {}
        for row, text in enumerate(self._texts):
            self._rows.setdefault(text, []).append(row)
        known = set(self._texts)
        for row, each in enumerate(ids):
            if each is not None and _plain(str(each)) not in known:
                self._rows.setdefault(_plain(str(each)), []).append(row)

    def rows(self, name: str, query: str) -> list[int]:
        """The rows of one name, or of several parted by `|`."""
        whole = self._one(name)
        if whole:
            return whole
        found: list[int] = []
        for part in filter(None, map(str.strip, name.split("|"))):
            rows_ = self._one(part)
            if not rows_:
                raise BadRequestError(
                    f"the query `{query}` expects `{part}`, and that is none of the {len(self._texts):,} items; write "
                    "an item's text, its number from 1 on, or how it alone begins"
                )
            found += rows_
        return found

    def _one(self, name: str) -> list[int]:
        plain = _plain(name)
        if plain in self._rows:
            return self._rows[plain]
        number = plain.removeprefix("#")
        if number.isdecimal() and 1 <= int(number) <= len(self._texts):
            return [int(number) - 1]
        if len(plain) < _FEWEST_LETTERS:
            return []
        begun = [row for row, text in enumerate(self._texts) if text.startswith(plain)]
        return begun if len({self._texts[row] for row in begun}) == 1 else []


def _line(number: int, line: str) -> Pair:
    query, *rest = _ARROW.split(line, maxsplit=1)
    if not query or not rest or not rest[0]:
        raise BadRequestError(
            f"line {number} has no `=>` with a query before it and an item behind it; write `lost parcel => 12`"
        )
    return Pair(query, (rest[0],))


def _named(names: Sequence[str], wanted: Sequence[str]) -> str | None:
    plain = {_plain(name): name for name in names}
    return next((plain[name] for name in wanted if name in plain), None)


def _values(value: object) -> tuple[str, ...]:
    """The names in a cell; a list of JSON Lines arrives as JSON."""
    text = "" if value is None else str(value).strip()
    if text.startswith("["):
        try:
            listed = json.loads(text)
        except json.JSONDecodeError:
            return (text,)
        return tuple(str(each).strip() for each in listed if str(each).strip())
    return (text,) if text else ()


def _merged(pairs: Sequence[Pair]) -> list[Pair]:
    """Pairs of one query as one."""
    found: dict[str, dict[str, None]] = {}
    for pair in pairs:
        found.setdefault(pair.query, {}).update(dict.fromkeys(pair.expected))
    return [Pair(query, tuple(expected)) for query, expected in found.items()]


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
