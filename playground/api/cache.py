"""`/v1/cache`: how the semantic cache of a namespace stands, what a request would get, its content as JSON."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from playground.api.auth import Namespace, admit
from playground.api.context import Context, Core, context, core
from playground.api.openapi import INFERENCE_BODY, failures
from playground.api.payload import Payload
from playground.api.reply import Reply
from playground.runs import Runs

router = APIRouter(dependencies=[Depends(admit)], tags=["Cache"])

FAILURES = failures(400, 401, 403, 404, 413, 429, 500)
TOGETHER = 200
"""Lines of an export that are read and sent together."""


class CacheState(BaseModel):
    """How the cache of a namespace stands."""

    counts: dict[str, int] = Field(description="Requests by what became of them")
    saved: dict[str, float | None] = Field(
        description="`tokens`, `cost` (US dollars) and `ms` that answers did not take"
    )
    entries: int = Field(description="Stored prompts")
    groups: int = Field(description="Different answers among them")
    bytes: int
    pending: int = Field(description="Fresh answers that nobody has judged yet")
    demo: bool = Field(description="Whether the bundled examples are there")
    watch: dict[str, dict[str, Any]] = Field(
        description="What checks show of the error, of the namespace's `own` requests and of the `demo`'s"
    )


class LookUp(BaseModel):
    """What each prompt of a request would get."""

    receipts: list[dict[str, Any]]


class Changed(BaseModel):
    """How many entries came or went."""

    entries: int


@router.get(
    "/v1/cache", summary="Look at the cache", operation_id="get_cache", response_model=CacheState, responses=FAILURES
)
async def state(request: Request, namespace: Namespace, core: Annotated[Core, Depends(core)]) -> Response:
    """Counts, savings, and the estimated error with its interval."""
    return Reply(await context(request).work(_state, core.runs, namespace))


@router.delete(
    "/v1/cache", summary="Clear the cache", operation_id="clear_cache", response_model=Changed, responses=FAILURES
)
async def clear(request: Request, namespace: Namespace, core: Annotated[Core, Depends(core)]) -> Response:
    """Delete everything that a namespace has stored and learned, the bundled examples too."""
    return Reply(Changed(entries=await context(request).work(lambda: core.runs.cache.clear(namespace))))


@router.post(
    "/v1/cache/lookup",
    summary="Look a request up without asking anybody",
    operation_id="look_up_in_cache",
    response_model=LookUp,
    responses=FAILURES,
    openapi_extra=INFERENCE_BODY,
)
async def lookup(
    request: Request, payload: Payload, namespace: Namespace, core: Annotated[Core, Depends(core)]
) -> Response:
    """What would each prompt of this chat request get, and why? Nothing is counted and nothing is stored."""
    receipts = await context(request).work(core.runs.peek, payload, namespace)
    return Reply(LookUp(receipts=[each.json() for each in receipts]))


@router.get("/v1/cache/export", summary="Export the cache", operation_id="export_cache", responses=FAILURES)
async def export(request: Request, namespace: Namespace, core: Annotated[Core, Depends(core)]) -> Response:
    """Everything of a namespace as JSON lines, for `POST /v1/cache/import`."""
    lines = await context(request).work(lambda: core.runs.cache.export(namespace))
    return StreamingResponse(_pieces(context(request), lines), media_type="application/x-ndjson")


@router.post(
    "/v1/cache/import",
    summary="Import a cache",
    operation_id="import_cache",
    response_model=Changed,
    responses=FAILURES,
    openapi_extra={"requestBody": {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
)
async def load(request: Request, namespace: Namespace, core: Annotated[Core, Depends(core)]) -> Response:
    """Take in exported JSON lines; what is there already stays as it is."""
    lines = (await request.body()).splitlines()
    return Reply(Changed(entries=await context(request).work(lambda: core.runs.cache.load(namespace, lines))))


async def _pieces(context: Context, lines: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Many lines at a time, read in a thread of ours."""
    while piece := await context.work(lambda: b"".join(islice(lines, TOGETHER))):
        yield piece


def _state(runs: Runs, namespace: str) -> CacheState:
    found = asdict(runs.cache.state(namespace))
    watch = {each["name"]: each["watch"] for each in found.pop("books")}
    return CacheState(**found, watch=watch)
