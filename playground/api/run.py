"""The shapes of a run on the wire, live or ended."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field

from playground.record import Door, Kind, RunRecord
from playground.run import Run, State
from playground.seal import seal
from playground.store.excerpt import answer, question
from playground.store.row import Glance


class RunTimings(BaseModel):
    """Milliseconds since the run was asked for; null for what has not happened or is not told here."""

    started: float | None = Field(default=None, description="When a worker took it up; before that it was queued")
    first_token: float | None = Field(default=None, description="When the first piece of text arrived")
    last_token: float | None = Field(default=None, description="When the last piece of text arrived")
    total: float = Field(description="Until the end, or until now")


class RunTokens(BaseModel):
    """Tokens as the provider counted them; null where it did not say."""

    prompt: int | None = None
    completion: int | None = None


class RunSummary(BaseModel):
    """One run as a line of a list."""

    id: str
    state: State
    created_at: datetime = Field(description="When it was asked for")
    door: Door = Field(description="Where it was asked")
    task: Kind | None = Field(description="The kind of answer; null when that could not be told")
    provider: str
    model: str
    timings: RunTimings
    tokens: RunTokens
    cost: float | None = Field(description="US dollars; null when the price is not known")
    cached: bool = Field(description="Whether the answer came from the cache")
    question: str = Field(description="The beginning of what was asked")
    answer: str = Field(description="The beginning of what came back")


class RunDetail(RunSummary):
    """One run with everything that is kept of it."""

    namespace: str
    request: dict[str, Any] = Field(description="What was asked; media are references, `media:<sha256>`")
    response: dict[str, Any] | None = Field(default=None, description="The response of a run that is done")
    error: dict[str, Any] | None = Field(default=None, description="The error body of a run that failed or was stopped")
    partial: list[str] = Field(default=[], description="Without a response: the texts that came, one per prompt")
    reasoning: list[str] = Field(default=[], description="The reasoning beside `partial`")
    reasoning_tokens: int | None = Field(default=None, description="Part of `tokens.completion`")
    provider_request_id: str | None = Field(default=None, description="The provider's own id of the request")
    cache: list[dict[str, Any]] = Field(
        default=[], description="What the cache did with each prompt and why; empty when it was not asked for"
    )
    exchanges: list[dict[str, Any]] = Field(
        default=[], description="What was sent to the provider, secrets masked, and the status it answered with"
    )
    versions: dict[str, str] = Field(
        default={}, description="Of `playground` and `contract`, and the `model` that the provider says answered"
    )
    seal: str | None = Field(
        default=None,
        description="SHA-256 over the canonical JSON of `request`, `response`, `error`, `partial` and `versions` "
        "(sorted keys, no blanks, UTF-8); null until the run has ended",
    )


class RunList(BaseModel):
    """A page of runs, newest first; those that have not ended come before the others, on the first page."""

    runs: list[RunSummary]
    next: str | None = Field(description="`before` of the next page; null on the last one")


class CacheVerdict(BaseModel):
    """A person's word on an answer that came from the cache."""

    right: bool = Field(description="Whether the answer is right for what was asked")
    prompt: int = Field(default=0, ge=0, description="Which prompt of the run, from 0")


class Learned(BaseModel):
    """What a verdict has changed."""

    message: str


class Cancellation(BaseModel):
    """Whether a run was asked to stop; one that had ended cannot be."""

    id: str
    cancelled: bool


def of_glance(glance: Glance) -> RunSummary:
    """An ended run in a list."""
    return RunSummary(
        state=glance.status,
        created_at=_moment(glance.created_at),
        timings=RunTimings(first_token=glance.ttft_ms, total=glance.total_ms),
        tokens=RunTokens(prompt=glance.prompt_tokens, completion=glance.completion_tokens),
        **{name: getattr(glance, name) for name in _GLANCED},
    )


def of_record(record: RunRecord, receipts: Sequence[Mapping[str, Any]] = ()) -> RunDetail:
    """An ended run; `receipts` are the cache's, with what judges have said since."""
    times = record.timings
    return RunDetail(
        state=record.status,
        created_at=_moment(record.created_at),
        timings=RunTimings(
            started=times.started, first_token=times.first_token, last_token=times.last_token, total=times.total
        ),
        tokens=RunTokens(prompt=record.prompt_tokens, completion=record.completion_tokens),
        question=question(record.request),
        answer=answer(record),
        request=dict(record.request),
        response=_dict(record.response),
        error=_dict(record.error),
        partial=list(record.partial),
        reasoning=list(record.reasoning),
        exchanges=[dict(each) for each in record.exchanges],
        cache=[dict(each) for each in receipts or record.cache],
        versions=dict(record.versions),
        seal=seal(record),
        **{name: getattr(record, name) for name in _RECORDED},
    )


def of_live(run: Run) -> RunDetail:
    """A run that has not ended; its media are not references yet and are left out."""
    asked = run.request.model_dump(exclude_none=True)
    asked["inputs"] = _without_media(asked["inputs"])
    return RunDetail(
        id=run.id,
        state=run.state,
        created_at=_moment(run.created_at),
        door=run.door,
        task=run.task,
        provider=run.request.provider or "",
        model=run.request.model or "",
        timings=RunTimings(started=run.started_ms, first_token=run.first_token_ms, total=run.elapsed_ms),
        tokens=RunTokens(prompt=run.usage.prompt, completion=run.usage.completion),
        cost=None,
        cached=False,
        question=question(asked),
        answer="",
        namespace=run.namespace,
        request=asked,
        partial=list(run.texts),
        reasoning=list(run.reasoning),
        reasoning_tokens=run.usage.reasoning,
        cache=[dict(each or {}) for each in run.receipts] if any(run.receipts) else [],
    )


_GLANCED = ("id", "door", "task", "provider", "model", "cost", "cached", "question", "answer")
_RECORDED = (
    *("id", "door", "task", "provider", "model", "cost", "cached"),
    *("namespace", "reasoning_tokens", "provider_request_id"),
)


def _without_media(value: Any, key: str = "") -> Any:
    """Inputs with `media:pending` where a file stands in them, in base64 or as a data URI."""
    match value:
        case dict():
            return {name: _without_media(each, name) for name, each in value.items()}
        case list():
            return [_without_media(each, key) for each in value]
        case str() if "base64" in key or (key.endswith(("url", "urls")) and value.startswith("data:")):
            return "media:pending"
        case _:
            return value


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _dict(value: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if value is None else dict(value)
