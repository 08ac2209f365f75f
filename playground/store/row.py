"""RunRecord <-> what a database holds of it, exactly: lone surrogates, NUL, NaN and all."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import PydanticSerializationError, from_json, to_json

from playground.record import Door, Kind, RunRecord, Status, Timings
from playground.store import excerpt
from playground.store.place import Connection

_TEXTS = ("id", "namespace", "door", "task", "provider", "model", "status", "provider_request_id")
_VALUES = ("created_at", "cached", "prompt_tokens", "completion_tokens", "reasoning_tokens", "cost")
_TIMES = ("started", "first_token", "last_token", "total")
_PAYLOAD = ("request", "response", "error", "partial", "reasoning", "exchanges", "cache", "versions", "pace")
_COLUMNS = (*_TEXTS, *_VALUES, *_TIMES)

_GLANCE = (
    *("id", "created_at", "door", "task", "provider", "model", "status", "cached", "total", "first_token"),
    *("prompt_tokens", "completion_tokens", "cost", "question", "answer"),
)

RECORDS = (
    f"SELECT {', '.join(f'runs.{name}' for name in _COLUMNS)}, payloads.payload "
    "FROM runs JOIN payloads ON payloads.run = runs.number"
)
"""Rows for `record_of`."""
GLANCES = f"SELECT {', '.join(f'runs.{name}' for name in _GLANCE)} FROM runs"
"""Rows for `glance_of`."""

_DLE = "\x10"  # data link escape
_ODD = re.compile("[\0\x10\ud800-\udfff]")
_ESCAPED = re.compile("\x10([0-9a-f]{4})")

_INSERT = (
    f"INSERT INTO runs ({', '.join(_COLUMNS)}, question, answer) "
    f"VALUES ({', '.join('?' * (len(_COLUMNS) + 2))}) ON CONFLICT DO NOTHING RETURNING number"
)


@dataclass(frozen=True, slots=True)
class Glance:
    """One run as a line of a list, without its payload. Units as in RunRecord; `question` and `answer` are excerpts."""

    id: str
    created_at: float
    door: Door
    task: Kind | None
    provider: str
    model: str
    status: Status
    cached: bool
    total_ms: float
    ttft_ms: float | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cost: float | None
    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Row:
    """A record made ready for the database by the thread that brings it, so that the writer only executes."""

    columns: tuple[Any, ...]
    payload: bytes
    text: str

    @classmethod
    def of(cls, record: RunRecord) -> "Row":
        """Encode a record."""
        columns = [
            *(bound(getattr(record, name)) for name in _TEXTS),
            *(getattr(record, name) for name in _VALUES),
            *(getattr(record.timings, name) for name in _TIMES),
            bound(excerpt.question(record.request)),
            bound(excerpt.answer(record)),
        ]
        payload = {name: getattr(record, name) for name in _PAYLOAD}
        return cls(tuple(columns), _encode(payload), excerpt.searched(record))

    def insert(self, connection: Connection) -> bool:
        """Write it; False when a run of this id is there already, and then nothing is changed."""
        inserted = connection.execute(_INSERT, self.columns).fetchall()
        if not inserted:
            return False
        number = inserted[0][0]
        connection.execute("INSERT INTO payloads (run, payload) VALUES (?, ?)", (number, self.payload))
        connection.execute("INSERT INTO texts (run, text) VALUES (?, ?)", (number, self.text))
        return True


def record_of(row: tuple[Any, ...]) -> RunRecord:
    """The record in a row of `RECORDS`."""
    values = dict(zip(_COLUMNS, map(unbound, row[:-1]), strict=True))
    timings = Timings(**{name: values.pop(name) for name in _TIMES})
    payload = _decode(row[-1])
    for name in ("partial", "reasoning", "exchanges", "cache"):
        payload[name] = tuple(payload.get(name, ()))  # older runs have no `cache`
    payload["pace"] = tuple(tuple(map(tuple, bursts)) for bursts in payload.get("pace", ()))
    values["cached"] = bool(values["cached"])
    return RunRecord(timings=timings, **values, **payload)


def glance_of(row: tuple[Any, ...]) -> Glance:
    """The line in a row of `GLANCES`."""
    values = dict(zip(_GLANCE, map(unbound, row), strict=True))
    values["cached"] = bool(values["cached"])
    return Glance(total_ms=values.pop("total"), ttft_ms=values.pop("first_token"), **values)


def bound(text: str | None) -> str | None:
    """A text as both databases take it: NUL and lone surrogates escaped, by `DLE 0000` and `DLE d800`."""
    if text is None or not _ODD.search(text):
        return text
    return _ODD.sub(lambda found: f"{_DLE}{ord(found[0]):04x}", text)


def unbound(value: Any) -> Any:
    """What `bound` was given; older files hold bytes where the text was no valid Unicode."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogatepass")
    if isinstance(value, str) and _DLE in value:
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)
    return value


def _encode(payload: Mapping[str, Any]) -> bytes:
    """JSON; pydantic's encoder takes a third of the standard library's time and refuses lone surrogates."""
    try:
        return to_json(payload, inf_nan_mode="constants", fallback=_plain)
    except (PydanticSerializationError, UnicodeEncodeError):
        return json.dumps(payload, default=_plain).encode()


def _decode(payload: bytes) -> dict[str, Any]:
    try:
        values = from_json(payload)
    except ValueError:
        values = json.loads(payload)
    return dict(values)


def _plain(value: object) -> object:
    """What JSON does not know: a mapping that is no dict, else its text; a run is never lost for an odd value."""
    return dict(value) if isinstance(value, Mapping) else str(value)
