"""What an execution is asked with, and how it is told."""

from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, Field

from playground.api.vectors.paging import Listing, cursor, window
from playground.api.vectors.told import hit, numbers
from playground.errors import BadRequestError
from playground.vectors.execution import Execution, Found
from playground.vectors.library import Library
from playground.vectors.retriever import Retriever
from playground.vectors.scope import Scope
from playground.vectors.stages import vet


class Pagination(BaseModel):
    """Which part of what was found is told."""

    method: Literal["cursor", "offset"] = "cursor"
    limit: int | None = Field(default=None, ge=1, le=500)
    page_size: int | None = Field(default=None, ge=1, le=500)
    page_number: int | None = Field(default=None, ge=1, le=10_000)
    cursor: str | None = None


class Execute(BaseModel):
    """The inputs of an execution, a filter on top, and which page of it."""

    inputs: dict[str, Any] | None = None
    filters: dict[str, Any] | None = Field(default=None, validation_alias=AliasChoices("filters", "pre_filters"))
    pagination: Pagination | None = None
    limit: int | None = Field(default=None, ge=1, le=500, validation_alias=AliasChoices("limit", "page_size"))
    write_token: str | None = Field(default=None, description="Of the write that has to be seen")
    return_vectors: bool = False
    stream: bool = False


class Executed(BaseModel):
    """What came of it. `documents` have `document_id`, `score`, `payload`, its fields beside it, and `explanation`."""

    execution_id: str
    retriever_id: str
    status: str = "completed"
    documents: list[dict[str, Any]]
    results: list[dict[str, Any]]
    pagination: dict[str, Any]
    stage_statistics: dict[str, Any]
    warnings: list[str]
    degraded: list[dict[str, Any]] = []
    budget: dict[str, Any]
    cache_hit: bool = False
    consistency_mode: str = "strong"


def executed(
    library: Library, scope: Scope, retriever: Retriever, asked: Execute, *, token: str | None, vectors: bool
) -> Executed:
    """Run it and tell of it."""
    if asked.stream:
        raise BadRequestError("an execution is not streamed here; leave out `stream`", code="stream_not_supported")
    if not retriever.id:  # a kept one was vetted when it was made
        vet(retriever.stages)
    for each in filter(None, (token, asked.write_token)):
        library.seen(scope, each)
    found = library.execute(scope, retriever, asked.inputs, filters=asked.filters)
    some, pagination = _page(found, asked)
    with_vectors = vectors or asked.return_vectors
    documents = [hit(each, _vectors(library, scope, each) if with_vectors else None) for each in some]
    return Executed(
        execution_id=found.id,
        retriever_id=retriever.id,
        documents=documents,
        results=documents,
        pagination=pagination,
        stage_statistics=_statistics(found),
        warnings=list(found.warnings),
        budget={"credits_used": 0.0, "time_used_ms": found.ms},
    )


def _page(found: Execution, asked: Execute) -> tuple[tuple[Found, ...], dict[str, Any]]:
    wanted = asked.pagination or Pagination(limit=asked.limit)
    listing = Listing(limit=wanted.limit or wanted.page_size, page=wanted.page_number, cursor=wanted.cursor)
    begin, limit = window(listing, max(len(found.found), 1))
    some = found.found[begin : begin + limit]
    more = begin + len(some) < len(found.found)
    return some, {
        "method": wanted.method,
        "limit": limit,
        "page_size": limit,
        "page_number": begin // limit + 1,
        "returned": len(some),
        "total": len(found.found),
        "cursor": cursor(begin + len(some)) if more else None,
        "has_next": more,
    }


def _vectors(library: Library, scope: Scope, found: Found) -> dict[str, list[float]]:
    return numbers(library.store.document(scope.owner, scope.namespace, found.place.id))


def _statistics(found: Execution) -> dict[str, Any]:
    came = [0, *(each.count for each in found.stages)]
    stages = {
        each.name: {"input_count": before, "output_count": each.count, "duration_ms": each.ms, "efficiency": 0.0}
        for before, each in zip(came, found.stages, strict=False)
    }
    return {"stages": stages, "total_time_ms": found.ms, "credits_used": 0.0}
