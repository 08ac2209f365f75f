"""Keys that were made for the HTTP API: hashed, each with a name, its namespaces and its limit; durable."""

import hashlib
import json
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playground.errors import BadRequestError, NotFoundError, PlaygroundError
from playground.namespace import FORM, fits
from playground.store.database import Database
from playground.store.place import Connection
from playground.store.row import bound, unbound

FRESH = 1.0
"""Seconds that a key is believed to be valid without another look, so that many requests cost one look."""
COARSE = 300.0
"""Seconds by which the time of a key's last use may be behind: a use must not cost a write."""
NAME = 80
"""Letters of a name."""

_COLUMNS = "id, name, hint, namespaces, rate, created_at, used_at"


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is remembered: everything but the key.

    `id` is its fingerprint, `hint` its first and last letters. `namespaces` None stands for all, `limit` is requests a
    minute, None for everybody's. Times are Unix seconds; `used_at` is coarse, and None before the first use.
    """

    id: str
    name: str
    hint: str
    namespaces: tuple[str, ...] | None
    limit: float | None
    created_at: float
    used_at: float | None


def fresh_key() -> str:
    """A new key: 256 random bits."""
    return f"pk_{secrets.token_urlsafe(32)}"


def digest(key: str) -> str:
    """SHA-256 of a key, in hex; its first 16 signs are the key's fingerprint.

    A fast hash is the right one here: nobody guesses 256 random bits, however fast. Slow hashes are for passwords,
    which people think up, and would cost each request tens of milliseconds.
    """
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def fingerprint(key: str) -> str:
    """What tells a key from others, for ever the same, with no way back to the key: 64 bits of its digest."""
    return digest(key)[:16]


class Keys:
    """The keys in the place of the run history, shared by all servers on it. Raises what the history raises."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._seen: dict[str, tuple[Key, float]] = {}

    def create(self, name: str, namespaces: Sequence[str] | None = None, limit: float | None = None) -> tuple[str, Key]:
        """Make a key, which is told this once, and what is remembered of it. Raises BadRequestError.

        `namespaces` None are all there are and will be; they need not exist yet.
        """
        name = name.strip()
        _check(name, namespaces, limit)
        text = fresh_key()
        own = None if namespaces is None else tuple(dict.fromkeys(namespaces))
        key = Key(fingerprint(text), name, f"{text[:6]}…{text[-4:]}", own, limit, time.time(), None)
        row = (
            *(key.id, bound(key.name), key.hint, None if own is None else json.dumps(own)),
            *(limit, key.created_at, None, digest(text)),
        )

        def work(connection: Connection) -> None:
            if connection.execute("SELECT 1 FROM keys WHERE name = ?", (row[1],)).fetchone() is not None:
                raise BadRequestError(f"there is a key `{name}` already; choose another name, or revoke it first")
            connection.execute(f"INSERT INTO keys ({_COLUMNS}, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

        self._database.write(work)
        return text, key

    def all(self) -> list[Key]:
        """The keys that are valid, oldest first."""
        return self._read("ORDER BY created_at, id")

    def revoke(self, which: str) -> Key:
        """Make a key invalid, by its id or name; other servers notice within `FRESH`. Raises NotFoundError."""
        found = self._read("WHERE id = ? OR name = ?", bound(which), bound(which))
        if not found:
            raise NotFoundError(
                f"there is no key `{which}`; list them to see", details={"resource": "key", "id": which}
            )

        def work(connection: Connection) -> None:
            connection.execute("DELETE FROM keys WHERE id = ?", (found[0].id,))

        self._database.write(work)
        self._seen.clear()
        return found[0]

    def find(self, text: str) -> Key | None:
        """The valid key of this text, None when there is none."""
        hashed, now = digest(text), self._clock()
        seen = self._seen.get(hashed)
        if seen is not None and now - seen[1] < FRESH:
            return seen[0]
        found = self._read("WHERE digest = ?", hashed)
        if not found:
            self._seen.pop(hashed, None)
            return None
        self._seen[hashed] = found[0], now
        with suppress(PlaygroundError):  # when it was used last is not worth a failed request
            self._use(found[0])
        return found[0]

    def _use(self, key: Key) -> None:
        now = time.time()
        if key.used_at is not None and now - key.used_at < COARSE:
            return

        def work(connection: Connection) -> None:
            connection.execute("UPDATE keys SET used_at = ? WHERE id = ?", (now, key.id))

        self._database.write(work)

    def _read(self, which: str, *values: Any) -> list[Key]:
        with self._database.reading() as connection:
            rows = connection.execute(f"SELECT {_COLUMNS} FROM keys {which}", values).fetchall()
        return [_key(*row) for row in rows]


def _key(id_: str, name: str, hint: str, namespaces: str | None, *rest: Any) -> Key:
    return Key(id_, unbound(name), hint, None if namespaces is None else tuple(json.loads(namespaces)), *rest)


def _check(name: str, namespaces: Sequence[str] | None, limit: float | None) -> None:
    if not name or len(name) > NAME or not name.isprintable():
        raise BadRequestError(f"give the key a name of 1 to {NAME} letters that says who uses it")
    if namespaces is not None and not namespaces:
        raise BadRequestError("name at least one namespace, or allow all of them")
    for each in namespaces or ():
        if not fits(each):
            raise BadRequestError(f"`{each}` cannot be a namespace: its name must be {FORM}")
    if limit is not None and not 0 <= limit < float("inf"):
        raise BadRequestError("the limit must be a number of requests a minute, 0 for none")
