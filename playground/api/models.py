"""`GET /v1/models`: every provider, whether it can be asked now, and its models."""

import asyncio
from typing import Annotated, Any

import anyio
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from playground import errors
from playground.api.auth import admit
from playground.api.context import Context, Core, context, core
from playground.api.faults import explained
from playground.api.openapi import failures
from playground.api.reply import Reply
from playground.call import Modality, Model, Provider, Task

PATIENCE = 10.0
"""Seconds that a provider may take to list its models."""


class ModelInfo(BaseModel):
    """What a model is and can do; what is not known is null."""

    id: str = Field(description="The word for `model` in a request")
    title: str = Field(description="The word for people")
    note: str = Field(description="What to know before choosing it")
    tasks: list[Task]
    inputs: list[Modality] = Field(description="What it takes in")
    context: int | None = Field(description="Tokens it can take in")
    max_output: int | None = Field(description="Tokens it can give back")
    dimensions: int | None = Field(description="Length of its vectors")
    refuses: dict[str, str] = Field(description="Parameters it does not take, and what to use instead")
    retires: str | None = Field(description="The day it is switched off")


class ProviderInfo(BaseModel):
    """One provider; `models` is what it lists when it is ready, `error` why it could not."""

    name: str = Field(description="The word for `provider` in a request")
    title: str = Field(description="The word for people")
    ready: bool = Field(description="Whether it can be asked now")
    source: str = Field(description="Where its key comes from; never the key")
    advice: str = Field(description="What to do when it is not ready")
    models: list[ModelInfo]
    error: dict[str, Any] | None = Field(default=None, description="What went wrong when it was asked for its models")


class ModelList(BaseModel):
    """Every provider of this server."""

    providers: list[ProviderInfo]


class Listings:
    """Listings of models under way: one for each provider at a time, however many clients ask."""

    def __init__(self) -> None:
        self._asked: dict[str, asyncio.Task[tuple[Model, ...]]] = {}

    async def of(self, provider: Provider, context: Context) -> tuple[Model, ...]:
        """The models of a provider. Raises PlaygroundError, TimeoutError of the contract among them."""
        task = self._asked.get(provider.name)
        if task is None or task.done():
            task = self._asked[provider.name] = asyncio.create_task(context.wait(provider.models))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())  # asked for, by nobody maybe
        await asyncio.wait([task], timeout=PATIENCE)
        if not task.done():
            raise errors.TimeoutError(f"{provider.title} did not list its models within {PATIENCE:g} s; try again")
        return task.result()


router = APIRouter(dependencies=[Depends(admit)])


@router.get(
    "/v1/models",
    tags=["Models"],
    summary="List providers and models",
    operation_id="list_models",
    response_model=ModelList,
    responses=failures(400, 401, 403, 429, 500),
)
async def models(request: Request, core: Annotated[Core, Depends(core)]) -> Response:
    """Every provider with its readiness and, where it is ready, its models. One that fails does not fail the list."""
    found: dict[str, ProviderInfo] = {}

    async def ask(provider: Provider) -> None:
        found[provider.name] = await _described(provider, context(request), request.app.state.listings)

    async with anyio.create_task_group() as tasks:
        for provider in core.runs.providers.values():
            tasks.start_soon(ask, provider)
    return Reply(ModelList(providers=[found[provider.name] for provider in core.runs.providers.values()]))


async def _described(provider: Provider, context: Context, listings: Listings) -> ProviderInfo:
    about = ProviderInfo(name=provider.name, title=provider.title, ready=False, source="", advice="", models=[])
    try:
        readiness = await context.work(provider.readiness)
        about.ready, about.source, about.advice = readiness.ready, readiness.source, readiness.advice
        listed = await listings.of(provider, context) if readiness.ready else ()
        about.models = [ModelInfo.model_validate(model, from_attributes=True) for model in listed]
    except Exception as error:  # noqa: BLE001 - whatever it is, the other providers are still worth listing
        about.error = explained(error, context).body()["error"]
    return about
