"""One run, live or just ended: what has arrived so far, for any number of followers."""

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from playground.call import Chunk, Task, Usage
from playground.contract import RawInferenceRequest, RawInferenceResponse
from playground.enclosed import enclosed
from playground.engine import Engine
from playground.errors import InternalServerError, PlaygroundError
from playground.record import Door, RunRecord
from playground.ticket import Ticket

_FLOAT = 32  # bytes of a number and of its place in a list
State = Literal["queued", "running", "done", "failed", "cancelled"]


class Run:
    """A run as its followers see it. Any thread may look."""

    def __init__(self, ticket: Ticket) -> None:
        self._ticket = ticket
        self._chunks: list[Chunk] = []
        self._news = threading.Condition()
        self._waiting = 0
        self.ended = False
        self.weight = 0
        """About the bytes that it holds in memory once it has ended, beside texts: files and vectors."""
        self.response: RawInferenceResponse | None = None
        self.error: PlaygroundError | None = None

    @property
    def id(self) -> str:
        """The id it is found by."""
        return self._ticket.id

    @property
    def namespace(self) -> str:
        """Who may see it."""
        return self._ticket.place

    @property
    def request(self) -> RawInferenceRequest:
        """What was asked."""
        return self._ticket.request

    @property
    def door(self) -> Door:
        """Where it was asked."""
        return self._ticket.door

    @property
    def task(self) -> Task | None:
        """What kind of answer it is to give; None until that is known."""
        return None if self._ticket.plan is None else self._ticket.plan.task

    @property
    def state(self) -> State:
        """Where it stands."""
        if not self.ended:
            return "queued" if self._ticket.started is None else "running"
        return "failed" if self._ticket.record is None else self._ticket.record.status

    @property
    def texts(self) -> tuple[str, ...]:
        """What has arrived so far, one text per prompt."""
        return self._ticket.answer.texts

    @property
    def reasoning(self) -> tuple[str, ...]:
        """The reasoning shown so far, one text per prompt."""
        return self._ticket.answer.reasoning

    @property
    def usage(self) -> Usage:
        """The tokens the provider has reported so far."""
        return self._ticket.answer.usage

    @property
    def receipts(self) -> tuple[Mapping[str, Any] | None, ...]:
        """What the cache says of each prompt, as JSON; None where it is not asked, or has not said."""
        return tuple(self._ticket.answer.receipts)

    @property
    def progress(self) -> float | None:
        """How much of the work is done, 0 to 1, None while nobody has said."""
        return self._ticket.answer.progress

    @property
    def doing(self) -> str:
        """What has to be done before the work itself, as words for people; empty while nothing has."""
        return self._ticket.answer.doing

    @property
    def created_at(self) -> float:
        """When it was asked for, Unix seconds."""
        return self._ticket.created_at

    @property
    def elapsed_ms(self) -> float:
        """Milliseconds since it was asked for, until now or until it ended."""
        if self._ticket.record is not None:
            return self._ticket.record.timings.total
        return (time.perf_counter() - self._ticket.asked) * 1000

    @property
    def started_ms(self) -> float | None:
        """Milliseconds from asking until a worker took it up, None while it is queued."""
        return self._ticket.since(self._ticket.started)

    @property
    def first_token_ms(self) -> float | None:
        """Milliseconds from asking to the first token, None before it."""
        return self._ticket.since(self._ticket.first_token)

    def follow(self) -> Iterator[Chunk]:
        """Every chunk from the first on, waiting for more; ends when the run has ended, however it ended."""
        seen = 0
        while True:
            ended = self.ended  # read before the chunks: what came before the end is then surely among them
            chunks = self._chunks[seen:]
            yield from chunks
            seen += len(chunks)
            if ended:
                return
            if not chunks:
                self._wait_for_news(seen)

    def wait(self, timeout: float | None = None) -> RunRecord | None:
        """The record once the run has ended; None when it still runs after `timeout` seconds."""
        with self._news:
            self._waiting += 1
            try:
                self._news.wait_for(lambda: self.ended, timeout)
            finally:
                self._waiting -= 1
        return self._ticket.record

    def _wait_for_news(self, seen: int) -> None:
        with self._news:
            self._waiting += 1
            try:
                self._news.wait_for(lambda: self.ended or len(self._chunks) > seen)
            finally:
                self._waiting -= 1

    def _tell(self) -> None:
        if self._waiting:
            with self._news:
                self._news.notify_all()

    def work(self, engine: Engine) -> None:
        """Drive the engine to the end; the worker's whole job."""
        chunks = engine.stream(self._ticket)
        try:
            while True:
                self._chunks.append(next(chunks))
                self._tell()
        except StopIteration as end:
            self.response = end.value
        except PlaygroundError as error:
            self.error = error
        except Exception as error:  # noqa: BLE001 - a failing history must not leave followers waiting for ever
            self.error = InternalServerError(f"the run could not be recorded: {error}")
        finally:
            self.weight = _weight(self.request, self.response)
            with self._news:
                self.ended = True
                self._news.notify_all()

    def cancel(self) -> None:
        """Ask it to stop; what has arrived is kept."""
        self._ticket.stop.set()


def outdated(runs: Sequence[Run], most: int, heaviest: int) -> list[str]:
    """The ids of the ended runs to let go of, the oldest first, so that `most` runs of at most `heaviest` are left."""
    ended = [run for run in runs if run.ended]
    surplus, weight = len(runs) - most, sum(run.weight for run in ended)
    gone: list[str] = []
    for run in ended:
        if surplus <= len(gone) and weight <= heaviest:
            break
        gone.append(run.id)
        weight -= run.weight
    return gone


def _weight(request: RawInferenceRequest, response: RawInferenceResponse | None) -> int:
    files = sum(len(file.value) for file in enclosed(request.inputs))
    match response.data if response is not None else None:
        case {"embeddings": [[*first], *others]}:
            return files + _FLOAT * len(first) * (1 + len(others))
    return files
