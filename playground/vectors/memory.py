"""Which namespaces are in memory, and how they are brought to where a transaction sees the database.

The namespace's `changes` says whether anything is new; what is new is read, whoever wrote it, in whichever process.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from pydantic_core import from_json

from playground.store.place import Connection
from playground.store.row import unbound
from playground.vectors.columns import Path
from playground.vectors.snapshot import Rows, Snapshot
from playground.vectors.spaces import Key, Space, find

LIMIT = 2**30
"""Bytes from which the namespaces that were searched longest ago leave memory; the one that is searched never does."""
_AT_ONCE = 2000
_COLUMNS = 32
"""Columns of a namespace, after which it begins afresh."""


@dataclass(slots=True)
class _Held:
    lock: threading.Lock = field(default_factory=threading.Lock)
    number: int = 0
    changes: int = 0
    size: int = 0
    rows: Rows = field(default_factory=lambda: Rows({}))


class Memory:
    """Snapshots, shared by all threads."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._held: OrderedDict[Key, _Held] = OrderedDict()

    def look(self, connection: Connection, key: Key, paths: set[Path]) -> tuple[Space, Snapshot]:
        """A namespace as it stands in this transaction, with the columns of `paths`.

        The transaction's first statement must be in here, where only one thread is at a time: it fixes what the
        transaction sees, and so none sees less than what is in memory.
        """
        with self._lock:
            held = self._held.setdefault(key, _Held())
            self._held.move_to_end(key)
        with held.lock:
            space = find(connection, *key)
            _refresh(connection, held, space)
            _describe(connection, held.rows, space, paths)
            held.size = held.rows.size
            snapshot = held.rows.snapshot()
        self._trim()
        return space, snapshot

    def __contains__(self, key: Key) -> bool:
        return key in self._held

    def _trim(self) -> None:
        with self._lock:
            taken = sum(held.size for held in self._held.values())
            while taken > self._limit and len(self._held) > 1:
                _, oldest = self._held.popitem(last=False)
                taken -= oldest.size


def _refresh(connection: Connection, held: _Held, space: Space) -> None:
    """Bring the rows to where the namespace stands, by what changed or, where that does not do, altogether."""
    dimensions = {index.name: index.dimension for index in space.namespace.indexes}
    changes = space.namespace.changes
    rows = held.rows
    same = held.number == space.number and rows.dimensions == dimensions and held.changes >= space.floor
    if same and not rows.worn and held.changes == changes:
        return
    held.number = 0  # whatever fails from here on, the next look begins afresh
    if same and not rows.worn:
        _catch_up(connection, rows, space, held.changes)
    else:
        room = connection.execute(f"SELECT count(*) FROM {space.table}").fetchone()[0]
        held.rows = rows = Rows(dimensions, room)
        for batch in _batches(connection.execute(_select(space))):
            _put(rows, batch)
    held.number, held.changes = space.number, changes


def _catch_up(connection: Connection, rows: Rows, space: Space, changes: int) -> None:
    gone = connection.execute(
        "SELECT id FROM gone WHERE namespace = ? AND changed > ?", (space.number, changes)
    ).fetchall()
    rows.remove(unbound(id_) for (id_,) in gone)
    for batch in _batches(connection.execute(f"{_select(space)} WHERE changed > ?", (changes,))):
        _put(rows, batch)
    for path in rows.paths:
        changed = connection.execute(f"SELECT id, payload FROM {space.table} WHERE changed > ?", (changes,))
        rows.describe(path, ((unbound(id_), _parsed(payload)) for id_, payload in changed))


def _describe(connection: Connection, rows: Rows, space: Space, paths: set[Path]) -> None:
    """Make the columns that are missing."""
    if len(rows.paths | paths) > _COLUMNS:
        rows.undescribe()
    for path in paths - rows.paths:
        found = connection.execute(f"SELECT id, payload FROM {space.table}")
        rows.describe(path, ((unbound(id_), _parsed(payload)) for id_, payload in found))


def _select(space: Space) -> str:
    return f"SELECT {', '.join(['number', 'id', *space.columns.values()])} FROM {space.table}"


def _put(rows: Rows, batch: Sequence[tuple[Any, ...]]) -> None:
    numbers, ids, *vectors = zip(*batch, strict=True)
    rows.put(numbers, [unbound(id_) for id_ in ids], *vectors)


def _parsed(payload: str) -> Any:
    """JSON; pydantic's parser takes half of the standard library's time and refuses lone surrogates."""
    try:
        return from_json(payload)
    except ValueError:
        return json.loads(payload)


def _batches(rows: Any) -> Iterator[list[Any]]:
    found = iter(rows)
    while batch := list(islice(found, _AT_ONCE)):
        yield batch
