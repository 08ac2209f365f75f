"""Batches on their way: texts of any number, embedded chunk by chunk, stopped, and gone on with after a restart.

A chunk is durable before the next one begins, so a process that is killed loses no more than the chunk it was at.
"""

import hashlib
import json
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from playground.contract import RawInferenceRequest
from playground.engine import Engine
from playground.errors import BadRequestError, NotFoundError
from playground.inputs import strings
from playground.lanes import Work, asking
from playground.record import Door
from playground.store.batches import Batch
from playground.store.batches import Batches as Kept

if TYPE_CHECKING:
    from playground.matrix import Matrix

CHUNK = 256
"""Texts of one chunk: a second or two of the bundled model, one request to most providers."""


class Batches:
    """The batches of all namespaces, and those of them that this process works on.

    `abreast` chunks of a plugin's batch are embedded at the same time.
    """

    def __init__(self, engine: Engine, kept: Kept, abreast: int = 4) -> None:
        self._engine = engine
        self._abreast = abreast
        self._kept = kept
        self._live: dict[str, Work] = {}
        self._lock = threading.Lock()

    def start(
        self, request: RawInferenceRequest, *, title: str = "", namespace: str = "default", door: Door = "python"
    ) -> str:
        """Embed `request.inputs["texts"]`, as many as there are, in the background; returns the batch's id at once.

        A batch of the same texts, model and parameters that did not come to its end goes on where it was. Raises
        BadRequestError and NotFoundError for what cannot be asked. Without a `title` it has that of its first text.
        """
        given = set(request.inputs) - {"texts"}
        if given:
            raise BadRequestError(f"a batch takes `inputs.texts` only; leave out `{min(given)}`")
        texts = strings(request.inputs.get("texts"), "texts", sys.maxsize)
        asked = request.model_dump(exclude={"inputs"}, exclude_none=True, exclude_defaults=True)
        chunks = [texts[at : at + CHUNK] for at in range(0, len(texts), CHUNK)]
        self._engine.vet(asking(asked, chunks[0]), "embedding")
        digest = _digest(asked, texts)
        before = self._kept.unfinished(namespace, digest)
        id_ = before.id if before else self._kept.keep(namespace, title or texts[0][:80], asked, chunks, digest)
        self.go_on(id_, namespace, door)
        return id_

    def go_on(self, id: str, namespace: str = "default", door: Door = "python") -> None:  # noqa: A002 - the field's name
        """Embed what a batch still lacks; nothing happens where this process is at it, or nothing is left.

        Another process that is at it leaves it to this one. Raises NotFoundError.
        """
        with self._lock:
            batch = self._found(id, namespace)
            if batch.id in self._live or batch.state == "done":
                return
            work = self._live[id] = Work(batch, door, self._engine, self._kept, self._abreast)
        try:
            self._kept.own(id, work.owner)
        except BaseException:
            self._over(id, work)
            raise
        threading.Thread(target=self._run, args=(id, work), name=id, daemon=True).start()

    def stop(self, id: str, namespace: str = "default") -> bool:  # noqa: A002
        """Ask a batch that this process works on to stop, and keep what it has; False when there is none."""
        work = self.live(id, namespace)
        if work is not None:
            work.stop.set()
        return work is not None

    def get(self, id: str, namespace: str = "default") -> Batch:  # noqa: A002
        """Where a batch stands. Raises NotFoundError."""
        return self._standing(self._found(id, namespace))

    def recent(self, namespace: str = "default", limit: int = 50) -> list[Batch]:
        """The batches of a namespace, newest first."""
        return [self._standing(batch) for batch in self._kept.recent(namespace, limit)]

    def live(self, id: str, namespace: str = "default") -> Work | None:  # noqa: A002
        """The work on a batch, None when this process is not at it."""
        work = self._live.get(id)
        return work if work is not None and work.namespace == namespace else None

    def wait(self, id: str, namespace: str = "default", timeout: float | None = None) -> Batch:  # noqa: A002
        """Where a batch stands when this process has ended its work on it, or after `timeout` seconds."""
        work = self.live(id, namespace)
        if work is not None:
            work.ended.wait(timeout)
        return self.get(id, namespace)

    def result(self, id: str, namespace: str = "default") -> "Matrix":  # noqa: A002
        """The vectors, once this process has ended its work. Raises what the batch failed with, and as `vectors`."""
        work = self.live(id, namespace)
        if work is not None:
            work.ended.wait()
            if work.error is not None:
                raise work.error
        return self.vectors(id, namespace)

    def texts(self, id: str, namespace: str = "default") -> Iterator[str]:  # noqa: A002
        """The texts in order, a chunk at a time in memory."""
        batch = self._found(id, namespace)
        for number in range(batch.chunks):
            yield from self._kept.texts(id, number)

    def vectors(self, id: str, namespace: str = "default") -> "Matrix":  # noqa: A002
        """The vectors of a batch that is done, (texts, dimensions), float32. Raises BadRequestError for another."""
        import numpy as np

        batch = self._found(id, namespace)
        if batch.state != "done" or batch.dimensions is None:
            reason = f" ({batch.error['error']['message']})" if batch.error else ""
            raise BadRequestError(
                f"batch `{id}` has {batch.done:,} of {batch.texts:,} vectors{reason}; let it go on to its end"
            )
        found = np.empty((batch.texts, batch.dimensions), np.float32)
        for first, rows in self.pieces(id, namespace):
            found[first : first + len(rows)] = rows
        return found

    def pieces(self, id: str, namespace: str = "default") -> Iterator[tuple[int, "Matrix"]]:  # noqa: A002
        """What is embedded so far, chunk by chunk: the place of its first text, and its vectors."""
        batch = self._found(id, namespace)
        for number in self._kept.finished(batch.id):
            yield number * CHUNK, self._piece(batch, number)

    def finished(self, id: str, namespace: str = "default") -> list[int]:  # noqa: A002
        """The numbers of its chunks that are embedded; of chunk n the first text is n times `CHUNK`."""
        return self._kept.finished(self._found(id, namespace).id)

    def piece(self, id: str, number: int, namespace: str = "default") -> "Matrix":  # noqa: A002
        """The vectors of one finished chunk."""
        return self._piece(self._found(id, namespace), number)

    def drop(self, id: str, namespace: str = "default") -> None:  # noqa: A002
        """Forget a batch and its vectors, stopping it first. Raises NotFoundError."""
        batch = self._found(id, namespace)
        self._kept.own(batch.id, "nobody")  # what is on its way is not kept
        self.stop(id, namespace)
        self._kept.drop(batch.id)

    def close(self) -> None:
        """Stop all work and wait until it is over. What was at work is `interrupted`, not stopped."""
        with self._lock:
            works = list(self._live.values())
        for work in works:
            work.owner = ""
            work.stop.set()
        for work in works:
            work.ended.wait()

    def _run(self, id_: str, work: Work) -> None:
        try:
            work.run()
        finally:
            self._over(id_, work)

    def _over(self, id_: str, work: Work) -> None:
        """Nobody works on it any more, and nobody waits for that."""
        with self._lock:
            self._live.pop(id_, None)
        work.ended.set()

    def _found(self, id_: str, namespace: str) -> Batch:
        batch = self._kept.get(id_, namespace)
        if batch is None:
            details = {"resource": "batch", "id": id_}
            raise NotFoundError(f"there is no batch `{id_}` in the namespace `{namespace}`", details=details)
        return batch

    def _piece(self, batch: Batch, number: int) -> "Matrix":
        import numpy as np

        return np.frombuffer(self._kept.vectors(batch.id, number), "<f4").reshape(-1, batch.dimensions or 1)

    def _standing(self, batch: Batch) -> Batch:
        return replace(batch, state="running") if batch.state != "done" and batch.id in self._live else batch


def _digest(asked: Mapping[str, Any], texts: Sequence[str]) -> str:
    """The same for the same texts, model and parameters."""
    found = hashlib.sha256(json.dumps(asked, sort_keys=True, default=str).encode())
    for text in texts:
        found.update(json.dumps(text).encode())
    return found.hexdigest()
