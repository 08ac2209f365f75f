"""`/v1/retrievers`: searches that are kept: made, listed, changed, deleted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import AliasChoices, BaseModel, Field
from starlette.responses import Response

from playground.api.auth import admit
from playground.api.openapi import body, failures
from playground.api.payload import reader
from playground.api.reply import Reply
from playground.api.vectors.namespaces import Deleted
from playground.api.vectors.paging import Asked, Listing, Page, Unresolved, merged, paged, searched, warned
from playground.api.vectors.scoped import Here
from playground.vectors.library import Library
from playground.vectors.retriever import Retriever, schema_of
from playground.vectors.scope import Scope
from playground.vectors.stages import FEATURE_SEARCH

router = APIRouter(prefix="/v1/retrievers", dependencies=[Depends(admit)], tags=["Retrievers"])

FAILURES = failures(400, 401, 403, 404, 409, 413, 429, 500, 503)
_ABOUT = ("description", "tags", "metadata", "display_config", "budget_limits")
_Names = AliasChoices("collection_identifiers", "collection_ids")


class Stages(BaseModel):
    """What is searched and how: stages of `feature_search`, and of `attribute_filter` where documents are to pass."""

    stages: list[dict[str, Any]] = Field(min_length=1, max_length=16)
    collection_identifiers: list[str] = Field(default=[], validation_alias=_Names, max_length=64)
    input_schema: dict[str, Any] | None = None

    def retriever(self) -> Retriever:
        """In the library's words; it has no name yet."""
        return Retriever("", "", self.stages, schema_of(self.input_schema), self.collection_identifiers)


class NewRetriever(Stages):
    """A retriever to keep."""

    retriever_name: str = Field(min_length=1, max_length=200)
    description: str | None = None
    tags: list[str] | None = None
    metadata: dict[str, Any] | None = None
    display_config: dict[str, Any] | None = None
    budget_limits: dict[str, Any] | None = None


class Changed(BaseModel):
    """What is to be changed of a retriever; what is left out stays."""

    retriever_name: str | None = Field(default=None, min_length=1, max_length=200)
    stages: list[dict[str, Any]] | None = Field(default=None, min_length=1, max_length=16)
    collection_identifiers: list[str] | None = Field(default=None, validation_alias=_Names, max_length=64)
    input_schema: dict[str, Any] | None = None
    description: str | None = None
    tags: list[str] | None = None
    metadata: dict[str, Any] | None = None
    display_config: dict[str, Any] | None = None
    budget_limits: dict[str, Any] | None = None


class RetrieverInfo(BaseModel):
    """A retriever as it is kept; each stage repeats its `config.parameters` as `parameters`."""

    retriever_id: str
    retriever_name: str
    description: str | None
    collection_ids: list[str]
    collection_identifiers: list[str]
    stages: list[dict[str, Any]]
    input_schema: dict[str, Any]
    budget_limits: dict[str, Any] | None
    tags: list[str] | None
    metadata: dict[str, Any] | None
    display_config: dict[str, Any] | None
    fusion: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class RetrieverChanged(BaseModel):
    """A retriever after a change."""

    retriever: RetrieverInfo


class RetrieverList(BaseModel):
    """The retrievers of a namespace."""

    results: list[RetrieverInfo]
    total: int
    total_count: int
    pagination: Page
    warnings: list[Unresolved]


@router.post(
    "", summary="Make a retriever", response_model=RetrieverInfo, responses=FAILURES, openapi_extra=body(NewRetriever)
)
async def create_retriever(desk: Here, new: Annotated[NewRetriever, Depends(reader(NewRetriever))]) -> Response:
    """A `feature_search` stage has up to 10 `searches`, each of an index (`feature_uri`), with a `query`.

    A query is `{"input_mode", "value"}`: `vector` with numbers, `text`, `content` with an image's address or base64, or
    `document` with `document_ref.document_id`. `{{INPUT.name}}` stands for an input of the execution, anywhere. Several
    searches are fused by `fusion`: `rrf`, `dbsf`, `weighted`, `max`. Of several stages each later one searches only
    among what the one before it left, and puts that into its own order.
    """
    return Reply(await desk.work(_made, new))


@router.get("", summary="List retrievers", response_model=RetrieverList, responses=FAILURES)
async def list_retrievers_get(desk: Here, asked: Asked) -> Response:
    """Those of the namespace, oldest first."""
    return Reply(await desk.work(_listed, asked))


@router.post(
    "/list",
    summary="List retrievers, asked in a body",
    response_model=RetrieverList,
    responses=FAILURES,
    openapi_extra=body(Listing, required=False),
)
async def list_retrievers(
    desk: Here,
    asked: Asked,
    listing: Annotated[Listing, Depends(reader(Listing, optional=True))],
) -> Response:
    """Those of the namespace, oldest first."""
    return Reply(await desk.work(_listed, merged(asked, listing)))


@router.get("/{retriever_id}", summary="Look at a retriever", response_model=RetrieverInfo, responses=FAILURES)
async def get_retriever(retriever_id: str, desk: Here) -> Response:
    """By its id or name."""
    return Reply(info(await desk.work(kept, retriever_id)))


@router.patch(
    "/{retriever_id}",
    summary="Change a retriever",
    response_model=RetrieverChanged,
    responses=FAILURES,
    openapi_extra=body(Changed),
)
async def patch_retriever(
    retriever_id: str,
    desk: Here,
    asked: Annotated[Changed, Depends(reader(Changed))],
) -> Response:
    """What is given is replaced as a whole."""
    return Reply(RetrieverChanged(retriever=await desk.work(_changed, retriever_id, asked)))


@router.delete("/{retriever_id}", summary="Delete a retriever", response_model=Deleted, responses=FAILURES)
async def delete_retriever(retriever_id: str, desk: Here) -> Response:
    """By its id or name."""
    gone = await desk.work(lambda library, scope: library.retrievers.delete(scope, retriever_id))
    return Reply(Deleted(message=f"The retriever `{gone.name}` is deleted."))


def info(retriever: Retriever) -> RetrieverInfo:
    """A retriever as it is told."""
    stages = [_stage(each) for each in retriever.stages]
    searching = [each["parameters"] for each in stages if each["config"].get("stage_id") in FEATURE_SEARCH]
    return RetrieverInfo(
        retriever_id=retriever.id,
        retriever_name=retriever.name,
        collection_ids=list(retriever.collections),
        collection_identifiers=list(retriever.collections),
        stages=stages,
        input_schema=dict(retriever.inputs),
        fusion=next((str(each.get("fusion") or "rrf") for each in searching), None),
        version=retriever.version,
        created_at=datetime.fromtimestamp(retriever.created, UTC),
        updated_at=datetime.fromtimestamp(retriever.updated, UTC),
        **{name: retriever.about.get(name) for name in _ABOUT},
    )


def _stage(said: Mapping[str, Any]) -> dict[str, Any]:
    config = dict(said["config"])
    return {"stage_type": "filter", **said, "config": config, "parameters": config.get("parameters") or {}}


def kept(library: Library, scope: Scope, name: str) -> Retriever:
    """A retriever by its id or name. Raises NotFoundError."""
    return library.retrievers.get(scope, name)


def _made(library: Library, scope: Scope, new: NewRetriever) -> RetrieverInfo:
    about = {name: value for name in _ABOUT if (value := getattr(new, name)) is not None}
    made = replace(new.retriever(), name=new.retriever_name, about=about)
    return info(library.retrievers.create(scope, replace(made, collections=_ids(library, scope, made.collections))))


def _changed(library: Library, scope: Scope, name: str, asked: Changed) -> RetrieverInfo:
    given = asked.model_dump(exclude_unset=True)

    def change(found: Retriever) -> Retriever:
        return replace(
            found,
            name=asked.retriever_name or found.name,
            stages=asked.stages or found.stages,
            inputs=schema_of(asked.input_schema) if asked.input_schema is not None else found.inputs,
            collections=_ids(library, scope, asked.collection_identifiers or ())
            if asked.collection_identifiers is not None
            else found.collections,
            about={**found.about, **{field: given[field] for field in _ABOUT if field in given}},
        )

    return info(library.retrievers.change(scope, name, change))


def _ids(library: Library, scope: Scope, names: Any) -> list[str]:
    """The ids of collections by their ids or names. Raises NotFoundError."""
    return [library.collections.get(scope, name).id for name in names]


def _listed(library: Library, scope: Scope, asked: Listing) -> RetrieverList:
    found = searched(library.retrievers.all(scope), asked.search, "id", "name", "about")
    some, page = paged(found, asked)
    return RetrieverList(
        results=list(map(info, some)),
        total=len(found),
        total_count=len(found),
        pagination=page,
        warnings=[] if found else warned(library, scope),
    )
