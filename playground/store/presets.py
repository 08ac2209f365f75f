"""Presets: named setups of a page's controls, without inputs and without keys; durable, each namespace its own."""

import json
import time
from collections.abc import Mapping
from typing import Any, Literal

from playground.call import Task
from playground.errors import BadRequestError
from playground.store.database import Database
from playground.store.place import Connection
from playground.store.row import bound, unbound

Shelf = Task | Literal["compare-chat", "compare-embedding", "compare-transcription"]
"""What a setup is for: a task, or a comparison of models for one."""
NAME = 80
"""Letters of a name."""
_OURS = "namespace = ? AND task = ? AND name = ?"


class Presets:
    """The presets in the file of the run history, by what they are for. Raises what the history raises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, namespace: str, task: Shelf, name: str, setup: Mapping[str, Any]) -> None:
        """Keep a setup, a request's JSON without its inputs, in the place of an earlier one of this name."""
        values = (*_key(namespace, task, name), time.time(), json.dumps(setup).encode())

        def work(connection: Connection) -> None:
            connection.execute(
                "INSERT INTO presets (namespace, task, name, kept_at, payload) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (namespace, task, name) DO UPDATE SET kept_at = excluded.kept_at, "
                "payload = excluded.payload",
                values,
            )

        self._database.write(work)

    def all(self, namespace: str, task: Shelf) -> dict[str, dict[str, Any]]:
        """The setups by their names, in the order of the names."""
        query = "SELECT name, payload FROM presets WHERE namespace = ? AND task = ? ORDER BY name"
        with self._database.reading() as connection:
            rows = connection.execute(query, [bound(namespace), task]).fetchall()
        return {unbound(name): json.loads(payload) for name, payload in rows}

    def rename(self, namespace: str, task: Shelf, name: str, new: str) -> None:
        """Give a preset another name. Raises BadRequestError when another preset has it."""
        old, other = _key(namespace, task, name), _key(namespace, task, new)

        def work(connection: Connection) -> None:
            if old != other and connection.execute(f"SELECT 1 FROM presets WHERE {_OURS}", other).fetchone():
                raise BadRequestError(f"there is a preset `{new}` already; choose another name, or delete it first")
            connection.execute(f"UPDATE presets SET name = ? WHERE {_OURS}", (other[-1], *old))

        self._database.write(work)

    def delete(self, namespace: str, task: Shelf, name: str) -> None:
        """Forget a preset."""

        def work(connection: Connection) -> None:
            connection.execute(f"DELETE FROM presets WHERE {_OURS}", _key(namespace, task, name))

        self._database.write(work)


def _key(namespace: str, task: Shelf, name: str) -> tuple[str | None, str, str | None]:
    return bound(namespace), task, bound(name[:NAME])
