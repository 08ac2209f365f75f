"""Rows that become documents: which column of a table is the text, the id, the vector, and what goes along."""

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from playground.errors import BadRequestError
from playground.texts import Table

TEXT = "text"
"""Where a document's payload has its text."""
_IDS = ("document_id", "id", "_id", "key", "uuid")
_VECTORS = ("vector", "embedding", "embeddings", "vectors", "values")
_SHORT = 12
"""Where vectors are given, a column with values shorter than this is a label and no text."""
_SEPARATORS = str.maketrans("[](),;|", "       ")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column is what, empty where none is; `payload` names those that go along."""

    text: str = ""
    id: str = ""
    vector: str = ""
    payload: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What becomes one document. `number` counts from 1, as people do; `payload` has the text too, as `text`."""

    number: int
    id: str
    text: str = ""
    vector: tuple[float, ...] | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


def guessed(table: Table) -> Columns:
    """What the columns are likely to be, by their names and by what they hold."""
    by_name = {name.strip().lower(): name for name in table.columns}
    vector = next((by_name[name] for name in _VECTORS if name in by_name and _holds_vectors(table, by_name[name])), "")
    texts = Table({name: table.columns[name] for name in table.of_kind("text") if _reads_as_text(table, name)})
    found = texts.likely_text() if texts.columns else ""
    id_ = next((by_name[name] for name in _IDS if name in by_name and _tells_apart(table, by_name[name])), "")
    text = "" if found == id_ or (vector and _length(table, found) < _SHORT) else found
    return Columns(text, id_, vector, tuple(name for name in table.columns if name not in (text, id_, vector)))


def rows(table: Table, columns: Columns, dimension: int | None = None) -> list[Row]:
    """The rows as documents, in order; rows that repeat an earlier one to the letter are left out.

    A row without an id has one made of its content, so that the same row twice is the same document. `dimension` is
    what vectors must have; None: what the first one has. Raises BadRequestError that names the row.
    """
    found: dict[str, Row] = {}
    for row in _read(table, columns):
        earlier = found.get(row.id)
        if columns.id and earlier is not None:
            raise BadRequestError(f"row {row.number} has the id `{row.id}`, which row {earlier.number} has already")
        if row.vector is not None:
            dimension = dimension or len(row.vector)
            _fit(row, len(row.vector), dimension)
        found.setdefault(row.id, row)
    if not found:
        raise BadRequestError("there is nothing to put in; each row needs a text or a vector")
    return list(found.values())


def parsed(text: str) -> tuple[float, ...]:
    """A vector as people paste it: a JSON list, or numbers with spaces, commas or lines between them.

    Raises BadRequestError for what is no number, for NaN and infinity, and when there is none.
    """
    pieces = text.translate(_SEPARATORS).split()
    if not pieces:
        raise BadRequestError("there is no number in it; a vector is a list such as `[0.12, -0.5, 0.33]`")
    return tuple(map(_number, pieces))


def _read(table: Table, columns: Columns) -> Iterator[Row]:
    if not (columns.text or columns.vector):
        raise BadRequestError("no column is chosen; say which one holds the texts, or the vectors")
    for place in range(len(table)):
        text = _cell(table, columns.text, place)
        vector = _vector(table, columns.vector, place)
        if not text and vector is None:
            continue  # an empty line of a spreadsheet
        payload = _payload(table, columns.payload, place)
        if text:
            payload = {TEXT: text, **{name: value for name, value in payload.items() if name != TEXT}}
        yield Row(place + 1, _id(table, columns, place, payload, vector), text, vector, payload)


def _id(table: Table, columns: Columns, place: int, payload: Mapping[str, Any], vector: Sequence[float] | None) -> str:
    if not columns.id:
        content = json.dumps([payload, vector], ensure_ascii=False, sort_keys=True)
        return f"row-{sha256(content.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"
    id_ = _cell(table, columns.id, place)
    if not id_:
        raise BadRequestError(
            f"row {place + 1} has no id in the column `{columns.id}`; fill it in, or choose no column"
        )
    return id_


def _cell(table: Table, column: str, place: int) -> str:
    value = table.columns[column][place] if column else None
    return "" if value is None else str(value).strip()


def _vector(table: Table, column: str, place: int) -> tuple[float, ...] | None:
    cell = _cell(table, column, place)
    if not cell:
        return None
    try:
        return parsed(cell)
    except BadRequestError as error:
        raise BadRequestError(f"row {place + 1}: the vector cannot be read; {error.message}") from None


def _payload(table: Table, names: Sequence[str], place: int) -> dict[str, Any]:
    values = {name: _plain(table.columns[name][place]) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def _plain(value: Any) -> Any:
    """A value as JSON has it: a table keeps lists, objects, true and false as their text."""
    if isinstance(value, str) and (value in ("true", "false") or value[:1] in "[{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _fit(row: Row, found: int, wanted: int) -> None:
    if found != wanted:
        raise BadRequestError(
            f"row {row.number} has a vector of {found:,} numbers and {wanted:,} are expected; leave it out or mend it"
        )


def _number(piece: str) -> float:
    try:
        number = float(piece)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise BadRequestError(f"`{piece[:20]}` is no number that a vector can have; write `0.12, -0.5, …`") from None
    return number


def _holds_vectors(table: Table, name: str) -> bool:
    first = next((str(value) for value in table.columns[name] if value is not None), "")
    try:
        return len(parsed(first)) > 1
    except BadRequestError:
        return False


def _reads_as_text(table: Table, name: str) -> bool:
    return not any(str(value).startswith(("[", "{")) for value in table.columns[name])


def _length(table: Table, name: str) -> float:
    """Characters of a value on average."""
    return sum(len(str(value or "")) for value in table.columns[name]) / len(table) if name else 0.0


def _tells_apart(table: Table, name: str) -> bool:
    counts = Counter(str(value).strip() for value in table.columns[name] if value is not None)
    return len(counts) == len(table) and "" not in counts
