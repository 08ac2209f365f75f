"""`/v1/retrievers/…/execute`: retrievers are run, and stages that nobody keeps."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query
from starlette.responses import Response

from playground.api.auth import admit
from playground.api.openapi import body, failures
from playground.api.payload import reader
from playground.api.reply import Reply
from playground.api.vectors.batched import Batch, Batched, batched
from playground.api.vectors.executed import Execute, Executed, executed
from playground.api.vectors.retrievers import Stages, kept
from playground.api.vectors.scoped import Here

router = APIRouter(prefix="/v1/retrievers", dependencies=[Depends(admit)], tags=["Retrievers"])

FAILURES = failures(400, 401, 403, 404, 413, 429, 500, 503)


class AdHoc(Stages, Execute):
    """Stages and their inputs, run once and not kept."""


_Token = Annotated[str | None, Header(alias="X-Write-Token", description="Of the write that has to be seen")]
_Vectors = Annotated[bool, Query(description="Tell the vectors too")]


@router.post(
    "/execute",
    summary="Search without a retriever",
    response_model=Executed,
    responses=FAILURES,
    openapi_extra=body(AdHoc),
)
async def execute_adhoc_retriever(
    desk: Here,
    asked: Annotated[AdHoc, Depends(reader(AdHoc))],
    token: _Token = None,
    return_vectors: _Vectors = False,
) -> Response:
    """Stages and their inputs in one body; nothing is kept."""
    return Reply(await desk.wait(executed, asked.retriever(), asked, token=token, vectors=return_vectors))


@router.post(
    "/{retriever_id}/execute",
    summary="Run a retriever",
    response_model=Executed,
    responses=FAILURES,
    openapi_extra=body(Execute, required=False),
)
async def execute_retriever(
    retriever_id: str,
    desk: Here,
    asked: Annotated[Execute, Depends(reader(Execute, optional=True))],
    token: _Token = None,
    return_vectors: _Vectors = False,
) -> Response:
    """`documents` are what was found, best first; `results` is the same once more, for older clients.

    Each document has an `explanation`: for every search that found it, its rank, its score and what that contributed.
    """
    retriever = await desk.work(kept, retriever_id)
    return Reply(await desk.wait(executed, retriever, asked, token=token, vectors=return_vectors))


@router.post(
    "/{retriever_id}/execute/batch",
    summary="Run a retriever for many queries",
    response_model=Batched,
    responses=FAILURES,
    openapi_extra=body(Batch),
)
async def execute_batch(
    retriever_id: str,
    desk: Here,
    asked: Annotated[Batch, Depends(reader(Batch))],
    token: _Token = None,
    return_vectors: _Vectors = False,
) -> Response:
    """Up to 16. `results` has one for each, in their order: `documents`, or the `error` that it had alone."""
    retriever = await desk.work(kept, retriever_id)
    return Reply(await batched(desk, retriever, asked, token=token, vectors=return_vectors))
