"""Batches: many texts in chunks, each with its vectors once they are there; durable, each namespace its own."""

import json
import secrets
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playground.store.database import Database
from playground.store.place import Connection
from playground.store.row import bound, unbound

State = Literal["running", "done", "stopped", "failed", "interrupted"]
"""Where a batch stands; `interrupted`: nobody stopped it and it does not run in this process."""

_BATCHES = """SELECT batches.id, batches.namespace, batches.created_at, batches.title, batches.ending, batches.payload,
    CAST(count(*) AS BIGINT), CAST(count(dimensions) AS BIGINT), CAST(sum(items) AS BIGINT),
    CAST(coalesce(sum(CASE WHEN dimensions IS NULL THEN 0 ELSE items END), 0) AS BIGINT), max(dimensions),
    CAST(sum(tokens) AS BIGINT), CAST(coalesce(sum(cut), 0) AS BIGINT), sum(cost), coalesce(sum(ms), 0.0)
    FROM batches JOIN batch_chunks ON batch_chunks.part_of = batches.id"""
_GROUPED = "GROUP BY batches.id ORDER BY batches.created_at DESC, batches.id DESC"


@dataclass(frozen=True, slots=True)
class Batch:
    """What was asked, and how far it has come. `asked` is the request as JSON without its `inputs`.

    `texts` and `chunks` are counts, `done` the texts that have vectors. `tokens`, `cost` (US dollars; None: not known)
    and `ms` add up what the finished chunks took; `cut` counts texts that were longer than the model reads. `error` is
    the contract's error body where the batch failed.
    """

    id: str
    namespace: str
    created_at: float
    title: str
    asked: Mapping[str, Any]
    texts: int
    chunks: int
    state: State
    done: int = 0
    dimensions: int | None = None
    tokens: int | None = None
    cut: int = 0
    cost: float | None = None
    ms: float = 0.0
    error: Mapping[str, Any] | None = None

    @property
    def model(self) -> str:
        """Who embeds: the model's id, else the plugin as it was named."""
        return str(self.asked.get("model") or self.asked.get("inference_name") or self.asked.get("feature_uri") or "")

    @property
    def rate(self) -> float:
        """Texts a second, 0 while nothing is known."""
        return self.done / self.ms * 1000 if self.ms else 0.0


@dataclass(frozen=True, slots=True)
class Vectors:
    """What came of one chunk: its vectors as little-endian float32, row by row, and what they took."""

    data: bytes
    dimensions: int
    tokens: int | None
    cut: int
    cost: float | None
    ms: float


class Batches:
    """The batches in the place of the run history. Raises what the history raises.

    Whoever works on a batch is its owner, a word of their own; whoever takes it over is the owner from then on, and
    what the former one brings is not kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(
        self, namespace: str, title: str, asked: Mapping[str, Any], chunks: Sequence[Sequence[str]], digest: str
    ) -> str:
        """Keep a new batch that has no owner yet; returns its id. `digest` tells equal batches."""
        now = time.time()
        id_ = f"batch_{int(now * 1000):012x}{secrets.token_hex(8)}"
        values = (id_, bound(namespace), now, bound(title), digest, "", "", _packed({"asked": asked}))
        counts = [(id_, number, len(texts)) for number, texts in enumerate(chunks)]
        packed = [(id_, number, "texts", _packed(texts)) for number, texts in enumerate(chunks)]

        def work(connection: Connection) -> None:
            connection.execute(
                "INSERT INTO batches (id, namespace, created_at, title, digest, owner, ending, payload) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            connection.executemany("INSERT INTO batch_chunks (part_of, number, items) VALUES (?, ?, ?)", counts)
            connection.executemany("INSERT INTO batch_data (part_of, number, what, data) VALUES (?, ?, ?, ?)", packed)

        self._database.write(work)
        return id_

    def own(self, id: str, owner: str) -> None:  # noqa: A002 - the field's name
        """Take a batch over, whoever had it, and forget how it had ended."""
        self._write("UPDATE batches SET owner = ?, ending = '' WHERE id = ?", owner, id)

    def put(self, id: str, number: int, owner: str, found: Vectors) -> bool:  # noqa: A002
        """Keep a chunk's vectors; on disk when this returns. False, and nothing kept, when another owns the batch."""
        ours: list[Any] = []

        def work(connection: Connection) -> None:
            ours[:] = connection.execute(
                "UPDATE batch_chunks SET dimensions = ?, tokens = ?, cut = ?, cost = ?, ms = ? WHERE part_of = ? "
                "AND number = ? AND EXISTS (SELECT 1 FROM batches WHERE id = ? AND owner = ?) RETURNING number",
                (found.dimensions, found.tokens, found.cut, found.cost, found.ms, id, number, id, owner),
            ).fetchall()
            if ours:
                connection.execute(
                    "INSERT INTO batch_data (part_of, number, what, data) VALUES (?, ?, 'vectors', ?) "
                    "ON CONFLICT (part_of, number, what) DO UPDATE SET data = excluded.data",
                    (id, number, found.data),
                )

        self._database.write(work)
        return bool(ours)

    def end(self, batch: Batch, owner: str, ending: Literal["stopped", "failed"], error: Mapping[str, Any]) -> None:
        """Note why its owner no longer works on it; `error` is an error body, empty where it was only stopped."""
        payload = _packed({"asked": batch.asked, "error": error})
        self._write(
            "UPDATE batches SET ending = ?, payload = ? WHERE id = ? AND owner = ?", ending, payload, batch.id, owner
        )

    def get(self, id: str, namespace: str) -> Batch | None:  # noqa: A002
        """The batch of this id in this namespace, None when there is none."""
        values = [bound(id), bound(namespace)]
        found = self._rows(f"{_BATCHES} WHERE batches.id = ? AND batches.namespace = ? {_GROUPED}", values)
        return _batch(found[0]) if found else None

    def recent(self, namespace: str, limit: int = 50) -> list[Batch]:
        """The batches of a namespace, newest first."""
        return [
            _batch(row)
            for row in self._rows(
                f"{_BATCHES} WHERE batches.namespace = ? {_GROUPED} LIMIT ?", [bound(namespace), limit]
            )
        ]

    def unfinished(self, namespace: str, digest: str) -> Batch | None:
        """The newest batch with this digest that lacks vectors."""
        where = "WHERE batches.namespace = ? AND batches.digest = ?"
        found = map(_batch, self._rows(f"{_BATCHES} {where} {_GROUPED}", [bound(namespace), digest]))
        return next((batch for batch in found if batch.state != "done"), None)

    def lacking(self, id: str) -> list[int]:  # noqa: A002
        """The numbers of its chunks that have no vectors yet. Who asks has got the batch from `get`."""
        query = "SELECT number FROM batch_chunks WHERE part_of = ? AND dimensions IS NULL ORDER BY number"
        return [number for (number,) in self._rows(query, [id])]

    def texts(self, id: str, number: int) -> list[str]:  # noqa: A002
        """The texts of one chunk."""
        query = "SELECT data FROM batch_data WHERE part_of = ? AND number = ? AND what = 'texts'"
        found: list[str] = json.loads(zlib.decompress(self._rows(query, [id, number])[0][0]))
        return found

    def finished(self, id: str) -> list[int]:  # noqa: A002
        """The numbers of its chunks that have vectors."""
        query = "SELECT number FROM batch_chunks WHERE part_of = ? AND dimensions IS NOT NULL ORDER BY number"
        return [number for (number,) in self._rows(query, [id])]

    def vectors(self, id: str, number: int) -> bytes:  # noqa: A002
        """What `Vectors.data` was of a finished chunk."""
        query = "SELECT data FROM batch_data WHERE part_of = ? AND number = ? AND what = 'vectors'"
        return bytes(self._rows(query, [id, number])[0][0])

    def drop(self, id: str) -> None:  # noqa: A002
        """Forget a batch with all that it has."""

        def work(connection: Connection) -> None:
            for table, column in (("batch_data", "part_of"), ("batch_chunks", "part_of"), ("batches", "id")):
                connection.execute(f"DELETE FROM {table} WHERE {column} = ?", (id,))

        self._database.write(work)

    def _write(self, statement: str, *values: Any) -> None:
        def work(connection: Connection) -> None:
            connection.execute(statement, values)

        self._database.write(work)

    def _rows(self, query: str, values: list[Any]) -> list[tuple[Any, ...]]:
        with self._database.reading() as connection:
            return connection.execute(query, values).fetchall()


def _batch(row: tuple[Any, ...]) -> Batch:
    id_, namespace, created_at, title, ending, payload, chunks, finished, texts, done, *figures = row
    dimensions, tokens, cut, cost, ms = figures
    kept = json.loads(zlib.decompress(payload))
    return Batch(
        id=id_,
        namespace=unbound(namespace),
        created_at=created_at,
        title=unbound(title),
        asked=kept["asked"],
        texts=texts,
        chunks=chunks,
        state="done" if finished == chunks else ending or "interrupted",
        done=done,
        dimensions=dimensions,
        tokens=tokens,
        cut=cut,
        cost=cost,
        ms=ms,
        error=(kept.get("error") or None) if ending == "failed" else None,
    )


def _packed(value: Any) -> bytes:
    return zlib.compress(json.dumps(value).encode(), 1)
