"""Idempotency keys: what was answered to a write, for a day."""

import json
import time

from playground.errors import AlreadyExistsError, ValidationError
from playground.store.place import Connection
from playground.store.row import bound
from playground.vectors.parcel import LONGEST_ID
from playground.vectors.spaces import Space
from playground.vectors.store import Written

_DAY = 86_400.0


def check(key: str) -> None:
    """Raises ValidationError for a key that is too long to be kept."""
    if len(key) > LONGEST_ID:
        what = f"an idempotency key has at most {LONGEST_ID} characters"
        raise ValidationError(what, [(("body", "idempotency_key"), what, "string_too_long")])


def answered(connection: Connection, space: Space, key: str, digest: str) -> Written | None:
    """What was answered to the same write; None when the key is new. Raises AlreadyExistsError for another write."""
    row = connection.execute(
        "SELECT digest, answer FROM keys WHERE namespace = ? AND key = ? AND made > ?",
        (space.number, bound(key), time.time() - _DAY),
    ).fetchone()
    if row is None:
        return None
    if row[0] != digest:
        raise AlreadyExistsError(
            f"the idempotency key `{key}` was used for other documents in the last 24 hours; send another key, or the "
            "same documents",
            code="idempotency_key_reused",
            details={"resource": "idempotency_key", "id": key},
        )
    answer = json.loads(row[1])
    return Written(tuple(answer["ids"]), answer["changes"], repeated=True)


def keep(connection: Connection, space: Space, key: str, digest: str, written: Written) -> None:
    """Remember an answer, and forget those of yesterday."""
    now = time.time()
    connection.execute("DELETE FROM keys WHERE made <= ?", (now - _DAY,))
    connection.execute(
        "INSERT INTO keys (namespace, key, digest, answer, made) VALUES (?, ?, ?, ?, ?)",
        (space.number, bound(key), digest, json.dumps({"ids": written.ids, "changes": written.changes}), now),
    )
