"""Ticket: one request on its way through the engine, and the record that is left of it."""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from playground.answer import Answer
from playground.archive import Archive, archived, masks, without
from playground.cache.receipt import served
from playground.cache.visit import Wish
from playground.call import Chunk, Exchange, Stop, Usage
from playground.contract import RawInferenceRequest, RawInferenceResponse
from playground.errors import CancelledError, PlaygroundError
from playground.namespace import private
from playground.pace import Pace
from playground.pricing import cost
from playground.record import Door, RunRecord, Status, Timings
from playground.resolve import Plan
from playground.versions import versions


def new_id() -> str:
    """A run id: sorts by time to the millisecond, 64 random bits behind it."""
    return f"run_{time.time_ns() // 1_000_000:012x}{secrets.token_hex(8)}"


@dataclass(slots=True)
class Ticket:
    """What was asked, by which door, and what can be seen of it from outside while it is worked on.

    `stream` asks the provider for a stream; `cache` is what it wants of the cache, where the request enables that.
    `kept` False leaves it out of the history: it is a part of something that is kept elsewhere. With an `owner`, the
    id of an API key, nobody else in the namespace sees it.
    Clock readings are `time.perf_counter` seconds, None until they happen.
    """

    request: RawInferenceRequest
    namespace: str = "default"
    door: Door = "python"
    stream: bool = True
    cache: Wish = ""
    kept: bool = True
    owner: str = ""
    id: str = field(default_factory=new_id)
    stop: Stop = field(default_factory=Stop)
    created_at: float = field(default_factory=time.time)
    asked: float = field(default_factory=time.perf_counter)
    started: float | None = None
    first_token: float | None = None
    last_token: float | None = None
    plan: Plan | None = None
    answer: Answer = field(default_factory=lambda: Answer(1))
    pace: Pace = field(default_factory=lambda: Pace(1))
    record: RunRecord | None = None

    @property
    def place(self) -> str:
        """The namespace in which it is seen."""
        return private(self.namespace, self.owner) if self.owner else self.namespace

    def clock(self, chunk: Chunk) -> None:
        """Note when a piece of the answer came."""
        if not (chunk.text or chunk.reasoning):
            return
        self.last_token = time.perf_counter()
        if self.first_token is None:
            self.first_token = self.last_token
        if chunk.text:
            self.pace.add(chunk.index, (self.last_token - self.asked) * 1000, len(chunk.text))

    def since(self, moment: float | None) -> float | None:
        """Milliseconds from asking to `moment`."""
        return None if moment is None else round((moment - self.asked) * 1000, 3)


def written(ticket: Ticket, outcome: RawInferenceResponse | PlaygroundError, archive: Archive) -> RunRecord:
    """The record of a run that has ended; its media go to the archive first."""
    plan, answer, usage = ticket.plan, ticket.answer, ticket.answer.usage
    error = outcome if isinstance(outcome, PlaygroundError) else None
    response = outcome if isinstance(outcome, RawInferenceResponse) else None
    provider = plan.provider.name if plan else ticket.request.provider or ""
    model = plan.model if plan else ticket.request.model or ""
    hidden = masks(plan.media.values() if plan else ())
    return RunRecord(
        id=ticket.id,
        created_at=ticket.created_at,
        namespace=ticket.place,
        door=ticket.door,
        task=plan.task if plan else None,
        provider=provider,
        model=model,
        status=_status(error),
        request=archived(ticket.request, plan.media if plan else {}, archive),
        response=response.model_dump() if response else None,
        error=without(error.body(), hidden) if error else None,
        partial=answer.texts if error else (),
        reasoning=answer.reasoning if error else (),
        exchanges=tuple(_row(each, hidden) for each in answer.exchanges),
        timings=_timings(ticket, response),
        prompt_tokens=usage.prompt,
        completion_tokens=usage.completion,
        reasoning_tokens=usage.reasoning,
        cost=_cost(ticket),
        cached=response is not None and response.cached,
        cache=tuple(each or {} for each in answer.receipts) if any(answer.receipts) else (),
        provider_request_id=next((each.request_id for each in answer.exchanges if each.request_id), None),
        versions=versions(answer.model),
        pace=ticket.pace.bursts,
    )


def _status(error: PlaygroundError | None) -> Status:
    if error is None:
        return "done"
    return "cancelled" if isinstance(error, CancelledError) else "failed"


def _cost(ticket: Ticket) -> float | None:
    """Dollars of all prompts; each is priced alone, because long ones may be dearer. None when one is not known.

    What came from the cache was free, whatever the model's price.
    """
    plan = ticket.plan
    if plan is None:
        return None
    answer = ticket.answer
    dollars = [
        0.0 if served(receipt) else cost(plan.provider.name, plan.model, usage or Usage(), plan.task, ticket.created_at)
        for usage, receipt in zip(answer.usages, answer.receipts, strict=True)
    ]
    return None if None in dollars else sum(each or 0.0 for each in dollars)


def _timings(ticket: Ticket, response: RawInferenceResponse | None) -> Timings:
    return Timings(
        started=ticket.since(ticket.started) or 0.0,
        first_token=ticket.since(ticket.first_token),
        last_token=ticket.since(ticket.last_token),
        total=response.latency_ms if response else ticket.since(time.perf_counter()) or 0.0,
    )


def _row(exchange: Exchange, hidden: Mapping[str, str]) -> dict[str, Any]:
    row = {name: getattr(exchange, name) for name in Exchange.__slots__}
    return row | {"body": without(row["body"], hidden)} if hidden else row
