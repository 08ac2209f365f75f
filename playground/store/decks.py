"""Decks: runs in an order, to be shown as slides; durable, each namespace its own."""

import json
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playground.store.database import Database
from playground.store.place import Connection
from playground.store.row import bound, unbound

TITLE = 120
"""Letters of a title."""
MOST = 200
"""Slides of a deck."""

Change = Callable[[tuple[str, ...]], Sequence[str]]
"""What becomes of the ids of a deck's runs."""


@dataclass(frozen=True, slots=True)
class Deck:
    """One deck; `runs` are ids in their order, each once. A run may not be in the history any more."""

    id: str
    title: str
    created_at: float
    runs: tuple[str, ...]


class Decks:
    """The decks in the file of the run history, whose runs they point to. Raises what the history raises."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def make(self, namespace: str, title: str, runs: Sequence[str] = ()) -> Deck:
        """Keep a new deck."""
        deck = Deck(f"deck_{secrets.token_hex(8)}", title[:TITLE], time.time(), _once(runs))
        values = (deck.id, bound(namespace), bound(deck.title), deck.created_at, json.dumps(deck.runs).encode())

        def work(connection: Connection) -> None:
            connection.execute(
                "INSERT INTO decks (id, namespace, title, created_at, payload) VALUES (?, ?, ?, ?, ?)", values
            )

        self._database.write(work)
        return deck

    def all(self, namespace: str) -> list[Deck]:
        """The decks of a namespace, newest first."""
        return self._decks("namespace = ? ORDER BY created_at DESC, id DESC", [bound(namespace)])

    def get(self, id: str, namespace: str) -> Deck | None:  # noqa: A002 - the field's name
        """The deck of this id in this namespace, None when there is none."""
        found = self._decks("id = ? AND namespace = ?", [bound(id), bound(namespace)])
        return found[0] if found else None

    def change(self, id: str, namespace: str, change: Change) -> None:  # noqa: A002
        """Put `change` of its runs in their place, in one step; nothing happens where there is no such deck."""
        key = (bound(id), bound(namespace))

        def work(connection: Connection) -> None:
            found = connection.execute("SELECT payload FROM decks WHERE id = ? AND namespace = ?", key).fetchall()
            for (payload,) in found:
                runs = _once(change(tuple(json.loads(payload))))
                values = (json.dumps(runs).encode(), *key)
                connection.execute("UPDATE decks SET payload = ? WHERE id = ? AND namespace = ?", values)

        self._database.write(work)

    def rename(self, id: str, namespace: str, title: str) -> None:  # noqa: A002
        """Give a deck another title."""
        values = (bound(title[:TITLE]), bound(id), bound(namespace))

        def work(connection: Connection) -> None:
            connection.execute("UPDATE decks SET title = ? WHERE id = ? AND namespace = ?", values)

        self._database.write(work)

    def delete(self, id: str, namespace: str) -> None:  # noqa: A002
        """Forget a deck; its runs stay."""

        def work(connection: Connection) -> None:
            connection.execute("DELETE FROM decks WHERE id = ? AND namespace = ?", (bound(id), bound(namespace)))

        self._database.write(work)

    def _decks(self, condition: str, values: list[str | None]) -> list[Deck]:
        query = f"SELECT id, title, created_at, payload FROM decks WHERE {condition}"
        with self._database.reading() as connection:
            rows = connection.execute(query, values).fetchall()
        return [Deck(id_, unbound(title), at, tuple(json.loads(payload))) for id_, title, at, payload in rows]


def moved(runs: Sequence[str], run: str, by: int) -> list[str]:
    """The ids with one `by` places further on, or back; it stops at the ends."""
    others = [each for each in runs if each != run]
    if run not in runs:
        return others
    others.insert(max(0, list(runs).index(run) + by), run)
    return others


def _once(runs: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(runs))[:MOST]
