"""The work on one batch: its chunks through the engine, one after the other or several abreast, each kept at once."""

import contextlib
import logging
import secrets
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from playground.call import Stop
from playground.contract import RawInferenceRequest
from playground.engine import Engine
from playground.errors import BadRequestError, CancelledError, InternalServerError, PlaygroundError, ProviderError
from playground.record import Door
from playground.store.batches import Batch, Batches, Vectors
from playground.ticket import Ticket

if TYPE_CHECKING:
    from playground.matrix import Matrix

logger = logging.getLogger("playground")


class Work:
    """One batch that is worked on by this process; any thread may look. `ended` is set when it is over.

    `abreast` chunks of a plugin are embedded at the same time, which has processes of its own or a cluster; one of
    other models, since those of this machine use all its cores for it.
    """

    def __init__(self, batch: Batch, door: Door, engine: Engine, kept: Batches, abreast: int) -> None:
        self.namespace = batch.namespace
        self.owner = secrets.token_hex(8)
        self.stop = Stop()
        self.ended = threading.Event()
        self.error: PlaygroundError | None = None
        self._batch = batch
        self._door: Door = door
        self._engine = engine
        self._kept = kept
        self._abreast = abreast if batch.asked.get("provider") == "plugin" else 1
        self._waiting: deque[int] = deque()
        self._dimensions = batch.dimensions
        self._ticket: Ticket | None = None

    @property
    def doing(self) -> str:
        """What has to be done before the work itself, as words for people; empty while nothing has."""
        return "" if self._ticket is None else self._ticket.answer.doing

    def run(self) -> None:
        """Embed what is lacking, and note why it ended before that; a thread's whole job."""
        batch = self._batch
        try:
            self._waiting.extend(self._kept.lacking(batch.id))
            count = min(self._abreast, len(self._waiting))
            lanes = [threading.Thread(target=self._lane, name=f"{batch.id}-lane", daemon=True) for _ in range(count)]
            for lane in lanes:
                lane.start()
            for lane in lanes:
                lane.join()
            if self.stop.is_set():
                body = self.error.body() if self.error else {}
                self._kept.end(batch, self.owner, "failed" if body else "stopped", body)
        except Exception as error:  # the place of the batches is out of reach
            logger.exception("the end of batch %s could not be kept", batch.id)
            self.error = self.error or _told(error)

    def _lane(self) -> None:
        """Embed one waiting chunk after the other; the first failure stops all lanes."""
        try:
            while not self.stop.is_set() and (number := self._next()) is not None:
                if not self._kept.put(self._batch.id, number, self.owner, self._embed(number)):
                    self._waiting.clear()  # another process has taken it over
        except CancelledError:
            pass
        except Exception as error:
            logger.exception("batch %s failed", self._batch.id)
            self.error = self.error or _told(error)
            self.stop.set()

    def _next(self) -> int | None:
        """The number of a waiting chunk, None when there is none left: other lanes take from the same."""
        with contextlib.suppress(IndexError):
            return self._waiting.popleft()
        return None

    def _embed(self, number: int) -> Vectors:
        """The vectors of one chunk. Raises what the engine raises, and ProviderError for what is no such vectors."""
        texts = self._kept.texts(self._batch.id, number)
        ticket = Ticket(
            asking(self._batch.asked, texts), self.namespace, self._door, stream=False, kept=False, stop=self.stop
        )
        self._ticket = ticket
        data = self._engine.run(ticket).data
        vectors = data.get("embeddings") if isinstance(data, Mapping) else None
        found = _rows(vectors, len(texts), self._batch.model, self._dimensions)
        self._dimensions = found.shape[1]
        record = ticket.record
        return Vectors(
            found.astype("<f4").tobytes(),
            found.shape[1],
            tokens=record.prompt_tokens if record else None,
            cut=len(data.get("truncated") or ()),
            cost=record.cost if record else None,
            ms=record.timings.total if record else 0.0,
        )


def _told(error: Exception) -> PlaygroundError:
    if isinstance(error, PlaygroundError):
        return error
    return InternalServerError("the playground failed; the server's log has the cause")


def asking(asked: Mapping[str, Any], texts: Sequence[str]) -> RawInferenceRequest:
    """What a chunk asks: the batch's request with these texts."""
    return RawInferenceRequest(**asked, inputs={"texts": list(texts)})


def _rows(vectors: Any, texts: int, model: str, dimensions: int | None) -> "Matrix":
    """The vectors of `texts` texts, as long as those that came before. Raises ProviderError."""
    from playground.matrix import matrix

    if not isinstance(vectors, list) or len(vectors) != texts:
        count = f"{len(vectors):,} vectors" if isinstance(vectors, list) else "no `embeddings`"
        raise ProviderError(f"`{model}` answered with {count} for {texts:,} texts; a batch needs one for each")
    try:
        found = matrix(vectors)
    except (BadRequestError, TypeError, ValueError) as error:
        raise ProviderError(f"`{model}` answered with something that is no vectors: {error}") from error
    if found.shape[1] != (dimensions or found.shape[1]):
        raise ProviderError(
            f"`{model}` answered with {found.shape[1]:,} dimensions, and with {dimensions:,} before; such vectors "
            "cannot be compared, so begin a new batch"
        )
    return found
