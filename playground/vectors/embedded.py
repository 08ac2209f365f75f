"""The engine without a server: SQLite is the record of truth, numpy searches exactly over what is held in memory."""

import json
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from playground.store.place import Connection
from playground.store.row import bound
from playground.vectors.columns import masked, paths
from playground.vectors.filter import Filter
from playground.vectors.memory import Memory
from playground.vectors.parcel import Parcel, fitted
from playground.vectors.score import Mask
from playground.vectors.snapshot import Snapshot
from playground.vectors.spaces import Key, Space, find
from playground.vectors.store import Hit, Index, Query, Vector
from playground.vectors.tables import Selection, asked, ranked, read

_GONE = 2000
"""Deleted ids that are remembered of a namespace; beyond them whoever holds it in memory loads it again."""


class Embedded:
    """As an `Engine`."""

    vanished: tuple[type[Exception], ...] = ()

    def __init__(self) -> None:
        self._memory = Memory()

    def make(self, connection: Connection, space: Space) -> None:
        """The table, and what finds the rows that are new."""
        connection.execute(
            f"CREATE TABLE {space.table} (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "
            "changed INTEGER NOT NULL, payload TEXT NOT NULL)"
        )
        connection.execute(f"CREATE INDEX {space.table}_by_change ON {space.table} (changed)")

    def clear(self, connection: Connection, space: Space) -> None:
        """Nothing."""

    def column(self, index: Index) -> str:  # noqa: ARG002 - the same for all
        """Bytes: float32, little endian."""
        return "BLOB"

    def write(self, connection: Connection, space: Space, parcel: Parcel) -> None:
        """Row by row, which SQLite does in microseconds."""
        columns = ("id", "changed", "payload", *space.columns.values())
        others = ", ".join(f"{name} = excluded.{name}" for name in columns[1:])
        connection.executemany(
            f"INSERT INTO {space.table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) "
            f"ON CONFLICT (id) DO UPDATE SET {others}",
            [
                (
                    *(bound(id_), space.namespace.changes, ready.payload),
                    *(_bytes(ready.vectors.get(name)) for name in space.columns),
                )
                for id_, ready in parcel.documents.items()
            ],
        )

    def settle(self, space: Space) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""

    def erased(self, connection: Connection, space: Space, ids: Sequence[str]) -> None:
        """Tell those who hold the namespace in memory, in whichever process."""
        changes = space.namespace.changes
        connection.executemany(
            "INSERT INTO gone (namespace, changed, id) VALUES (?, ?, ?)", [(space.number, changes, id_) for id_ in ids]
        )
        known = connection.execute("SELECT count(*) FROM gone WHERE namespace = ?", (space.number,)).fetchone()[0]
        if known > _GONE:
            connection.execute("DELETE FROM gone WHERE namespace = ?", (space.number,))
            connection.execute("UPDATE namespaces SET floor = ? WHERE number = ?", (changes, space.number))

    def vector(self, value: bytes) -> Vector:
        """The vector in a column."""
        return np.frombuffer(value, "<f4")

    def where(self, connection: Connection, key: Key, filter: Filter | None) -> Selection:  # noqa: A002
        """By the rows' numbers, as JSON."""
        if filter is None:
            return Selection(find(connection, *key), "TRUE")
        space, snapshot = self._memory.look(connection, key, paths(filter))
        return _numbered(space, snapshot.numbers[_passing(snapshot, filter)])

    def search(self, connection: Connection, key: Key, query: Query) -> list[Hit]:
        """Exactly."""
        space, snapshot = self._memory.look(connection, key, paths(query.filter))
        index = asked(space, query)
        sought = fitted(query.vector, index)
        mask = _passing(snapshot, query.filter)
        if query.among is not None:
            mask = mask & np.isin(snapshot.numbers, _numbers(connection, space, query.among))
        places, scores = snapshot.matrices[index.name].nearest(index.metric, mask, sought, query.k)
        ids = [snapshot.ids[place] for place in places]
        best = sorted(zip(ids, scores, places, strict=True), key=ranked)[: query.k]
        chosen = _numbered(space, snapshot.numbers[[place for _, _, place in best]])
        payloads = {document.id: document.payload for document in read(self, connection, chosen)}
        return [Hit(id_, float(score), payloads[id_]) for id_, score, _ in best]


def _bytes(vector: Vector | None) -> bytes | None:
    return None if vector is None else vector.astype("<f4", copy=False).tobytes()


def _numbers(connection: Connection, space: Space, ids: Sequence[str]) -> list[int]:
    """The numbers of the rows of documents."""
    named = f"SELECT number FROM {space.table} WHERE id IN (SELECT value FROM json_each(?))"
    rows = connection.execute(named, (json.dumps([*map(bound, ids)]),))
    return [number for (number,) in rows]


def _numbered(space: Space, numbers: NDArray[np.int64]) -> Selection:
    return Selection(space, "number IN (SELECT value FROM json_each(?))", (json.dumps(numbers.tolist()),))


def _passing(snapshot: Snapshot, filter: Filter | None) -> Mask:  # noqa: A002
    if filter is None:
        return snapshot.live
    return snapshot.live & masked(filter, snapshot.columns, len(snapshot.live))
