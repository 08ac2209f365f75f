"""The answer to `POST /v1/inference?dry_run=true`: what the request would meet; nothing was sent."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from playground.call import Modality, Task
from playground.preflight import Preflight

MIME = "application/vnd.inference-playground.dry-run+json"


class DryRunProblem(BaseModel):
    """One thing that is wrong with a request."""

    model_config = ConfigDict(from_attributes=True)

    code: str = Field(description="For programs, such as `not_ready`, `parameter_refused`, `too_long`")
    message: str = Field(description="The cause and the next step")
    stops: bool = Field(description="Whether the request would fail, as far as can be known")


class DryRunRange(BaseModel):
    """A number that is not known exactly before."""

    model_config = ConfigDict(from_attributes=True)

    low: float = Field(description="At least this")
    high: float | None = Field(description="At most this; null where there is no upper end that is known")


class DryRun(BaseModel):
    """What a request would meet. Nothing was sent to the provider, nothing fetched, nothing recorded."""

    model_config = ConfigDict(from_attributes=True)

    dry_run: Literal[True] = True
    ready: bool = Field(description="Whether nothing is known that would make the request fail")
    provider: str
    model: str
    task: Task | None = Field(description="The kind of answer; null when that cannot be told")
    problems: list[DryRunProblem]
    tokens: DryRunRange | None = Field(description="Tokens of the input; null for a sound")
    exact: bool = Field(description="Whether `tokens` were counted by the model's own tokenizer")
    how: str = Field(description="How `tokens` came about, in words")
    uncounted: list[Modality] = Field(description="Kinds of files whose tokens are not in `tokens`")
    output: int | None = Field(description="Most tokens of one answer; null where nobody says")
    context: int | None = Field(description="Tokens that the model takes in; null where that is not known")
    dollars: DryRunRange | None = Field(description="What it may cost in US dollars; null where no price is known")
    cache: list[dict[str, Any]] = Field(
        description="What the cache would do with each prompt, one receipt each; empty where it is not asked for"
    )


def dry_run(found: Preflight) -> DryRun:
    """A pre-flight as it goes over the wire."""
    return DryRun.model_validate(found)
