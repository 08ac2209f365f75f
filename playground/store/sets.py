"""Sets of runs: what was asked of whom, and which run stands in which place; durable, each namespace its own."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from playground.comparison import Cell, Kind, Set, restored
from playground.store.database import Database
from playground.store.place import Connection
from playground.store.row import GLANCES, Glance, bound, glance_of, unbound

_KEPT = (
    "INSERT INTO set_runs (part_of, line, pane, repeat, run) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (part_of, line, pane, repeat) DO UPDATE SET run = excluded.run"
)
_COLUMNS = "id, namespace, created_at, kind, payload"


@dataclass(frozen=True, slots=True)
class Line:
    """A set as a line of a list."""

    id: str
    created_at: float
    kind: Kind
    title: str
    panes: int
    rows: int


class Sets:
    """The sets in the file of the run history, whose runs they point to. Raises what the history raises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, asked: Set, runs: Mapping[Cell, str]) -> None:
        """Keep a set with the runs that were started for it; on disk when this returns. One that is there stays."""
        payload = zlib.compress(json.dumps(asdict(asked)).encode())
        title = next(filter(None, map(str.strip, asked.prompt.splitlines())), "")[:200]
        values = (
            *(asked.id, bound(asked.namespace), asked.created_at, asked.kind, bound(title)),
            *(len(asked.panes), len(asked.rows), payload),
        )

        def work(connection: Connection) -> None:
            connection.execute(
                "INSERT INTO sets (id, namespace, created_at, kind, title, panes, lines, payload) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                values,
            )
            connection.executemany(_KEPT, _placed(asked.id, runs))

        self._database.write(work)

    def add(self, id: str, runs: Mapping[Cell, str]) -> None:  # noqa: A002 - the field's name
        """Put more runs in their places; one that stands there already gives way, and stays in the history."""
        places = _placed(id, runs)

        def work(connection: Connection) -> None:
            connection.executemany(_KEPT, places)

        self._database.write(work)

    def get(self, id: str, namespace: str) -> Set | None:  # noqa: A002
        """The set of this id in this namespace, None when there is none."""
        query = f"SELECT {_COLUMNS} FROM sets WHERE id = ? AND namespace = ?"
        rows = self._rows(query, [bound(id), bound(namespace)])
        return restored(json.loads(zlib.decompress(rows[0][-1]))) if rows else None

    def runs(self, id: str) -> dict[Cell, str]:  # noqa: A002
        """The ids of its runs. Who asks has got the set from `get`, which knows its namespace."""
        query = "SELECT line, pane, repeat, run FROM set_runs WHERE part_of = ? ORDER BY line, pane, repeat"
        return {Cell(row, pane, repeat): run for row, pane, repeat, run in self._rows(query, [bound(id)])}

    def glances(self, id: str) -> dict[str, Glance]:  # noqa: A002
        """Its runs that have ended, by their ids, as lines of a list; payloads are not read."""
        query = f"{GLANCES} JOIN set_runs ON set_runs.run = runs.id WHERE set_runs.part_of = ?"
        return {glance.id: glance for glance in map(glance_of, self._rows(query, [bound(id)]))}

    def recent(self, namespace: str, kind: Kind, limit: int = 20) -> list[Line]:
        """The sets of one kind, newest first."""
        query = (
            "SELECT id, created_at, kind, title, panes, lines FROM sets WHERE namespace = ? AND kind = ? "
            "ORDER BY created_at DESC, id DESC LIMIT ?"
        )
        return [Line(*map(unbound, row)) for row in self._rows(query, [bound(namespace), kind, limit])]

    def _rows(self, query: str, values: list[Any]) -> list[tuple[Any, ...]]:
        with self._database.reading() as connection:
            return connection.execute(query, values).fetchall()


def _placed(id_: str, runs: Mapping[Cell, str]) -> list[tuple[Any, ...]]:
    return [(id_, *cell, run) for cell, run in runs.items()]
