"""`/v1/batches`: texts of any number, embedded in chunks that outlive a restart."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from playground.api.auth import Namespace, admit
from playground.api.context import Context, Core, context, core
from playground.api.openapi import INFERENCE_BODY, failures
from playground.api.payload import Payload
from playground.api.reply import Reply, encode
from playground.batch import CHUNK
from playground.runs import Runs
from playground.store.batches import Batch, State

router = APIRouter(prefix="/v1/batches", dependencies=[Depends(admit)], tags=["Batches"])
_LINES = {"application/jsonl": {"schema": {"type": "string"}, "example": '{"index": 0, "embedding": [0.1, 0.2]}\n'}}


class BatchInfo(BaseModel):
    """Where a batch stands."""

    id: str
    state: State = Field(
        description="`interrupted`: nobody stopped it, but this server is not at it, as after a restart; see `resume`"
    )
    created_at: datetime = Field(description="When it was asked for")
    title: str
    asked: dict[str, Any] = Field(description="The request without its inputs")
    texts: int = Field(description="How many there are")
    done: int = Field(description="How many have vectors, which are durable")
    dimensions: int | None = Field(description="Length of the vectors, null while there are none")
    tokens: int | None = Field(description="Tokens as the provider counted them")
    cost: float | None = Field(description="US dollars; null when the price is not known")
    ms: float = Field(description="Milliseconds that the finished chunks took")
    error: dict[str, Any] | None = Field(default=None, description="The error body of a batch that failed")


class BatchList(BaseModel):
    """The newest batches of a namespace."""

    batches: list[BatchInfo]


class Dropped(BaseModel):
    """What was forgotten."""

    id: str
    dropped: bool = True


@router.post(
    "",
    summary="Embed many texts",
    operation_id="start_batch",
    response_model=BatchInfo,
    responses=failures(400, 401, 403, 404, 413, 429, 500, 503),
    openapi_extra=INFERENCE_BODY,
)
async def start(
    payload: Payload, request: Request, namespace: Namespace, core: Annotated[Core, Depends(core)]
) -> Response:
    """Embed `inputs.texts` in the background, chunk by chunk; the body is that of `POST /v1/inference`.

    The same body again goes on with a batch that did not come to its end.
    """
    batches = core.runs.batches
    work = context(request).work
    id_ = await work(batches.start, payload, namespace=namespace, door="api")
    return Reply(_info(await work(batches.get, id_, namespace)))


@router.get(
    "",
    summary="List batches",
    operation_id="list_batches",
    response_model=BatchList,
    responses=failures(400, 401, 403, 429, 500),
)
async def listed(request: Request, namespace: Namespace, core: Annotated[Core, Depends(core)]) -> Response:
    """The batches of a namespace, newest first."""
    found = await context(request).work(core.runs.batches.recent, namespace)
    return Reply(BatchList(batches=list(map(_info, found))))


@router.get(
    "/{id}",
    summary="Look at a batch",
    operation_id="get_batch",
    response_model=BatchInfo,
    responses=failures(400, 401, 403, 404, 429, 500),
)
async def one(id: str, request: Request, namespace: Namespace, core: Annotated[Core, Depends(core)]) -> Response:  # noqa: A002
    """Where it stands."""
    return Reply(_info(await context(request).work(core.runs.batches.get, id, namespace)))


@router.post(
    "/{id}/resume",
    summary="Go on with a batch",
    operation_id="resume_batch",
    response_model=BatchInfo,
    responses=failures(400, 401, 403, 404, 429, 500),
)
async def resume(id: str, request: Request, namespace: Namespace, core: Annotated[Core, Depends(core)]) -> Response:  # noqa: A002
    """Embed what it still lacks; what it has is not embedded again."""
    return Reply(_info(await context(request).work(_resumed, core.runs, id, namespace)))


@router.post(
    "/{id}/stop",
    summary="Stop a batch",
    operation_id="stop_batch",
    response_model=BatchInfo,
    responses=failures(400, 401, 403, 404, 429, 500),
)
async def stop(id: str, request: Request, namespace: Namespace, core: Annotated[Core, Depends(core)]) -> Response:  # noqa: A002
    """Stop this server's work on it; what it has is kept, and `resume` goes on."""
    return Reply(_info(await context(request).wait(_stopped, core.runs, id, namespace)))


@router.delete(
    "/{id}",
    summary="Forget a batch",
    operation_id="delete_batch",
    response_model=Dropped,
    responses=failures(400, 401, 403, 404, 429, 500),
)
async def drop(id: str, request: Request, namespace: Namespace, core: Annotated[Core, Depends(core)]) -> Response:  # noqa: A002
    """Stop it and forget it, its texts and its vectors."""
    await context(request).work(core.runs.batches.drop, id, namespace)
    return Reply(Dropped(id=id))


@router.get(
    "/{id}/vectors",
    summary="Download the vectors of a batch",
    operation_id="get_batch_vectors",
    responses={200: {"content": _LINES}, **failures(400, 401, 403, 404, 429, 500)},
)
async def vectors(id: str, request: Request, namespace: Namespace, core: Annotated[Core, Depends(core)]) -> Response:  # noqa: A002
    """What is embedded so far as JSON Lines, `{"index", "embedding"}`; `index` is the text's place, from 0."""
    numbers = await context(request).work(core.runs.batches.finished, id, namespace)
    lines = _lines(context(request), core.runs, id, namespace, numbers)
    return StreamingResponse(lines, media_type="application/jsonl")


async def _lines(context: Context, runs: Runs, id_: str, namespace: str, numbers: list[int]) -> AsyncIterator[bytes]:
    for number in numbers:
        yield await context.work(_written, runs, id_, namespace, number)


def _written(runs: Runs, id_: str, namespace: str, number: int) -> bytes:
    rows = runs.batches.piece(id_, number, namespace).tolist()
    lines = (encode({"index": number * CHUNK + place, "embedding": row}) for place, row in enumerate(rows))
    return b"".join(line + b"\n" for line in lines)


def _resumed(runs: Runs, id_: str, namespace: str) -> Batch:
    runs.batches.go_on(id_, namespace, "api")
    return runs.batches.get(id_, namespace)


def _stopped(runs: Runs, id_: str, namespace: str) -> Batch:
    runs.batches.stop(id_, namespace)
    return runs.batches.wait(id_, namespace)


def _info(batch: Batch) -> BatchInfo:
    values = {name: value for name, value in asdict(batch).items() if name in BatchInfo.model_fields}
    return BatchInfo(**values | {"created_at": datetime.fromtimestamp(batch.created_at, UTC)})
