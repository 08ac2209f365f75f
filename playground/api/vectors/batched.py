"""Many queries of one retriever in one request, each answered or refused by itself."""

from typing import Any

import anyio
from pydantic import BaseModel, Field

from playground.api.vectors.executed import Execute, executed
from playground.api.vectors.scoped import Desk
from playground.errors import BadRequestError, PlaygroundError
from playground.vectors.fit import refuse
from playground.vectors.retriever import Retriever

QUERIES = 16
"""Most queries of a request, as the published client says."""
_TOLD = ("status", "execution_id", "documents", "pagination", "stage_statistics", "warnings")


class BatchQuery(BaseModel):
    """One query: the inputs of an execution, and a filter on top."""

    inputs: dict[str, Any]
    filters: dict[str, Any] | None = None


class BatchSettings(BaseModel):
    """What holds for every query."""

    limit: int = Field(default=10, ge=1, le=500, description="Most documents of a query")


class Batch(BaseModel):
    """1 to 16 queries; `concurrency` of them are executed at a time."""

    queries: list[BatchQuery] = Field(min_length=1)
    settings: BatchSettings = BatchSettings()
    concurrency: int = Field(default=5, ge=1, le=20)
    write_token: str | None = Field(default=None, description="Of the write that has to be seen")
    return_vectors: bool = False
    stream: bool = False


class Answered(BaseModel):
    """What became of a query: what its execution found, or the error that it alone would have had."""

    query_index: int
    status: str
    execution_id: str | None = None
    documents: list[dict[str, Any]] = []
    pagination: dict[str, Any] | None = None
    stage_statistics: dict[str, Any] | None = None
    warnings: list[str] = []
    error: dict[str, Any] | None = None


class Batched(BaseModel):
    """One result for each query, in their order."""

    retriever_id: str
    results: list[Answered]
    total: int
    completed: int
    failed: int


async def batched(desk: Desk, retriever: Retriever, asked: Batch, *, token: str | None, vectors: bool) -> Batched:
    """Execute them all. Raises BadRequestError, and ValidationError for too many."""
    _check(asked)
    room = anyio.Semaphore(asked.concurrency)
    answers: dict[int, Answered] = {}

    async def answer(index: int, query: BatchQuery) -> None:
        execute = Execute(
            inputs=query.inputs, filters=query.filters, limit=asked.settings.limit, write_token=asked.write_token
        )
        async with room:
            try:
                found = await desk.wait(
                    executed, retriever, execute, token=token, vectors=vectors or asked.return_vectors
                )
            except PlaygroundError as error:
                answers[index] = Answered(query_index=index, status="failed", error=error.body()["error"])
            else:
                told = {name: getattr(found, name) for name in _TOLD}
                answers[index] = Answered(query_index=index, **told)

    async with anyio.create_task_group() as group:
        for index, query in enumerate(asked.queries):
            group.start_soon(answer, index, query)
    results = [answers[index] for index in sorted(answers)]
    failed = sum(each.error is not None for each in results)
    return Batched(
        retriever_id=retriever.id,
        results=results,
        total=len(results),
        completed=len(results) - failed,
        failed=failed,
    )


def _check(asked: Batch) -> None:
    if asked.stream:
        raise BadRequestError("executions are not streamed here; leave out `stream`", code="stream_not_supported")
    if len(asked.queries) > QUERIES:
        said = f"{len(asked.queries)} queries were sent; send 1 to {QUERIES} at a time"
        error = refuse(said, "body", "queries", kind="too_long")
        error.details["limits"] = {"max_queries": QUERIES}
        raise error
