"""A run as it is remembered: one immutable row, written once, however the run ended."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from playground.call import Task
from playground.pace import Burst

Kind = Task | Literal["search"]
"""What was asked for: one of the tasks of models, or the execution of a retriever at the hosted server."""
Status = Literal["done", "failed", "cancelled"]
Door = Literal["page", "api", "python", "cache"]
"""Where a run was asked for; `cache`: by the cache, to have two answers compared."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds since the run was asked for; None for what never happened."""

    started: float = 0.0
    first_token: float | None = None
    last_token: float | None = None
    total: float = 0.0

    @property
    def ttft(self) -> float | None:
        """Time to first token as the person waited it, queueing included."""
        return self.first_token


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One ended run. `created_at` is Unix seconds, `cost` US dollars (None: the price is not known).

    `request` is the contract's request as JSON with media replaced by `media:<sha256>` references; `response` the
    contract's response; `error` the contract's error body; `partial` the texts that had arrived when the run ended
    without a response, one per prompt; `exchanges` what went over the wire with secrets masked. `cached`: every answer
    came from the cache; `cache` has its receipts, one per prompt, none when the cache was not asked for. `versions`
    names the playground, the contract and, where the provider told, the model that answered (`playground.versions`).
    `pace` says when the pieces of each prompt's text came (`playground.pace`); older runs have none.
    """

    id: str
    created_at: float
    namespace: str
    door: Door
    task: Kind | None
    provider: str
    model: str
    status: Status
    request: Mapping[str, Any]
    response: Mapping[str, Any] | None = None
    error: Mapping[str, Any] | None = None
    partial: tuple[str, ...] = ()
    reasoning: tuple[str, ...] = ()
    exchanges: tuple[Mapping[str, Any], ...] = ()
    timings: Timings = field(default_factory=Timings)
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost: float | None = None
    cached: bool = False
    cache: tuple[Mapping[str, Any], ...] = ()
    provider_request_id: str | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    pace: tuple[tuple[Burst, ...], ...] = ()

    @property
    def raw(self) -> bool:
        """Whether question and answer have a shape of their own: a plugin's, or a search's."""
        return self.task in ("plugin", "search")

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts that were answered, one per prompt: the response's, or what had arrived without one.

        None of an answer that is `raw`.
        """
        data = None if self.raw else (self.response or {}).get("data")
        match data:
            case {"texts": [*several]}:
                return tuple(text or "" for text in several)
            case {"text": str(text)}:
                return (text,)
        return self.partial
