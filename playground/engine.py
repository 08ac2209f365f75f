"""The one road: resolve, load files, ask the cache or the provider, record; streaming or not, the same generator."""

import logging
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from playground.answer import Answer, tokens_used
from playground.archive import Archive
from playground.cache.receipt import served
from playground.cache.visit import Visit
from playground.call import Chunk, Provider, Stop, Task
from playground.contract import RawInferenceRequest, RawInferenceResponse
from playground.errors import BadRequestError, CancelledError, InternalServerError, PlaygroundError
from playground.fanout import Ask, merge
from playground.loading import Loader
from playground.pace import Pace
from playground.providers import within
from playground.record import RunRecord
from playground.resolve import Plan, resolve
from playground.ticket import Ticket, written

if TYPE_CHECKING:
    from playground.cache.road import Road

logger = logging.getLogger("playground")


class Recorder(Protocol):
    """Where ended runs go. Returns when the record is durable."""

    def record(self, run: RunRecord) -> None:
        """Keep one ended run."""


class Engine:
    """Providers, a recorder, an archive, a loader of files and the cache's road, joined by one generator.

    `road` is called by the first request that wants the cache; without one the flag means nothing.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        recorder: Recorder,
        archive: Archive,
        loader: Loader,
        road: "Callable[[], Road] | None" = None,
    ) -> None:
        self._providers = providers
        self._recorder = recorder
        self._archive = archive
        self._loader = loader
        self._road = road

    def stream(self, ticket: Ticket) -> Generator[Chunk, None, RawInferenceResponse]:
        """Yield the chunks of a run and return its response; raise PlaygroundError.

        However it ends (returned, raised, closed by the consumer), the run is in the history exactly once, before
        the caller sees the end; unless the ticket says that it is kept elsewhere.
        """
        ticket.started = time.perf_counter()
        outcome: RawInferenceResponse | PlaygroundError = CancelledError("the run was stopped")
        try:
            plan = self._plan(ticket)
            ticket.plan = plan.unopened()  # until they are known to be harmless, files stay out of the history
            ticket.answer, ticket.pace = Answer(len(plan.calls)), Pace(len(plan.calls))
            plan = ticket.plan = self._loader.load(plan, ticket.stop)
            yield from _timed(ticket, _answers(plan, self._asking(ticket, plan), ticket.stop))
            outcome = _response(ticket, plan)
            return outcome
        except PlaygroundError as error:
            outcome = error
            if error.exchange is not None:
                ticket.answer.exchanges.append(error.exchange)
            raise
        except Exception as error:
            logger.exception("run %s failed", ticket.id)
            outcome = InternalServerError(f"the playground failed; the server's log has the cause under `{ticket.id}`")
            raise outcome from error
        finally:
            self._record(ticket, outcome)

    def run(self, ticket: Ticket) -> RawInferenceResponse:
        """Drain `stream`."""
        chunks = self.stream(ticket)
        while True:
            try:
                next(chunks)
            except StopIteration as end:
                response: RawInferenceResponse = end.value
                return response

    def vet(self, request: RawInferenceRequest, task: Task) -> None:
        """Raise what a run of this request would raise before anything is sent, and where it is about another task."""
        plan = self._plan(Ticket(request, stream=False))
        if plan.task == "plugin":
            raise BadRequestError(
                f"a plugin that is asked by its name answers as it likes; to have its answer read for {task}, give "
                f"`provider` as `plugin` and `model` as `{plan.model}`"
            )
        if plan.task != task:
            raise BadRequestError(f"this is a request for {plan.task}, not for {task}; choose another model or inputs")
        plan.provider.vet(plan.calls[0])

    def _plan(self, ticket: Ticket) -> Plan:
        return resolve(
            ticket.request,
            within(self._providers, ticket.namespace),
            stream=ticket.stream,
            stop=ticket.stop,
            max_bytes=self._loader.max_bytes,
        )

    def _asking(self, ticket: Ticket, plan: Plan) -> Ask:
        """Who answers a call: the provider, or the cache before it."""
        request = ticket.request
        if self._road is None or not request.enable_semantic_cache or plan.task != "chat":
            return plan.provider.answer
        return self._road().around(plan.provider, Visit(ticket.namespace, ticket.id, request.cache_delta, ticket.cache))

    def _record(self, ticket: Ticket, outcome: RawInferenceResponse | PlaygroundError) -> None:
        try:
            ticket.record = written(ticket, outcome, self._archive)
            ticket.plan = ticket.plan and ticket.plan.emptied()  # the archive has its files; a ticket is kept for long
            if ticket.kept:
                self._recorder.record(ticket.record)
        except Exception as error:
            logger.exception("run %s could not be kept", ticket.id)
            raise InternalServerError(
                f"run `{ticket.id}` ended, but the history could not be written ({error}); "
                "check the free space and the rights of the data folder"
            ) from error


def _answers(plan: Plan, ask: Ask, stop: Stop) -> Iterator[Chunk]:
    return ask(plan.calls[0]) if len(plan.calls) == 1 else merge(ask, plan.calls, stop)


def _timed(ticket: Ticket, chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The chunks, added to the answer and clocked; hangs up on the provider when the consumer goes."""
    answer, stop = ticket.answer, ticket.stop
    try:
        for chunk in chunks:
            ticket.clock(chunk)
            answer.add(chunk)
            yield chunk
            if stop.is_set():
                raise CancelledError("the run was stopped")
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()


def _response(ticket: Ticket, plan: Plan) -> RawInferenceResponse:
    return RawInferenceResponse(
        data=ticket.answer.result(plan.task, plan.plural, plan.calls[0].schema),
        provider=plan.provider.name,
        model=plan.model,
        tokens_used=tokens_used(ticket.answer.usage),
        latency_ms=ticket.since(time.perf_counter()) or 0.0,
        cached=all(map(served, ticket.answer.receipts)),
    )
