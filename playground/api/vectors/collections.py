"""`/v1/collections`: named views of a namespace with somebody who embeds."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from playground.api.auth import admit
from playground.api.openapi import body, failures
from playground.api.payload import reader
from playground.api.reply import Reply
from playground.api.vectors.namespaces import Deleted, configs
from playground.api.vectors.paging import Asked, Listing, Page, Unresolved, merged, paged, searched, warned
from playground.api.vectors.scoped import Here
from playground.vectors import extractor
from playground.vectors.collections import Collection
from playground.vectors.library import Library
from playground.vectors.scope import Scope

router = APIRouter(prefix="/v1/collections", dependencies=[Depends(admit)], tags=["Collections"])

FAILURES = failures(400, 401, 403, 404, 409, 413, 429, 500, 503)
_NAME = Field(min_length=3, max_length=100)


class NewCollection(BaseModel):
    """A collection. Without `feature_extractor` and `embedder` the encoder that comes with the playground embeds."""

    collection_name: str = _NAME
    description: str | None = None
    source: dict[str, Any] | None = Field(default=None, description="Told again as it is; nothing is fetched from it")
    feature_extractor: dict[str, Any] | None = Field(
        default=None,
        description="`feature_extractor_name`, `version`, and in `input_mappings` the payload's field to embed",
    )
    embedder: str | None = Field(
        default=None, description="A feature URI, `provider/model`, or the name of a plugin, instead"
    )
    metadata: dict[str, Any] | None = None
    enabled: bool = True


class CollectionChange(BaseModel):
    """What is to be changed of a collection; what is left out stays."""

    collection_name: str | None = Field(default=None, min_length=3, max_length=100)
    description: str | None = None
    metadata: dict[str, Any] | None = None
    enabled: bool | None = None


class CollectionInfo(BaseModel):
    """A collection. `embedder` makes the vectors of its documents for the index `vector_indexes[0].name`."""

    collection_id: str
    collection_name: str
    description: str | None
    feature_extractor: dict[str, Any]
    source: dict[str, Any]
    embedder: str
    vector_indexes: list[dict[str, Any]]
    enabled: bool
    metadata: dict[str, Any] | None
    document_count: int
    created_at: datetime
    updated_at: datetime


class CollectionList(BaseModel):
    """The collections of a namespace."""

    results: list[CollectionInfo]
    pagination: Page
    total_count: int
    warnings: list[Unresolved]


@router.post(
    "",
    summary="Make a collection",
    response_model=CollectionInfo,
    responses=FAILURES,
    openapi_extra=body(NewCollection),
)
async def create_collection(desk: Here, new: Annotated[NewCollection, Depends(reader(NewCollection))]) -> Response:
    """In the namespace that `X-Namespace` names, which gets the index that is embedded for."""
    return Reply(await desk.wait(_made, new))


@router.get("", summary="List collections", response_model=CollectionList, responses=FAILURES)
async def list_collections_get(desk: Here, asked: Asked) -> Response:
    """Those of the namespace, oldest first."""
    return Reply(await desk.work(_listed, asked))


@router.post(
    "/list",
    summary="List collections, asked in a body",
    response_model=CollectionList,
    responses=FAILURES,
    openapi_extra=body(Listing, required=False),
)
async def list_collections(
    desk: Here,
    asked: Asked,
    listing: Annotated[Listing, Depends(reader(Listing, optional=True))],
) -> Response:
    """Those of the namespace, oldest first."""
    return Reply(await desk.work(_listed, merged(asked, listing)))


@router.get(
    "/{collection_identifier}", summary="Look at a collection", response_model=CollectionInfo, responses=FAILURES
)
async def get_collection(collection_identifier: str, desk: Here) -> Response:
    """By its id or name."""
    return Reply(await desk.work(_got, collection_identifier))


@router.patch(
    "/{collection_identifier}",
    summary="Change a collection",
    response_model=CollectionInfo,
    responses=FAILURES,
    openapi_extra=body(CollectionChange),
)
async def update_collection(
    collection_identifier: str,
    desk: Here,
    asked: Annotated[CollectionChange, Depends(reader(CollectionChange))],
) -> Response:
    """What is given is replaced; who embeds stays."""
    return Reply(await desk.work(_changed, collection_identifier, asked))


@router.delete("/{collection_identifier}", summary="Delete a collection", response_model=Deleted, responses=FAILURES)
async def delete_collection(collection_identifier: str, desk: Here) -> Response:
    """With its documents, at once and for good."""
    gone = await desk.work(lambda library, scope: library.collections.delete(scope, collection_identifier))
    return Reply(Deleted(message=f"The collection `{collection_identifier}` is deleted.", deleted=gone))


def _made(library: Library, scope: Scope, new: NewCollection) -> CollectionInfo:
    said = new.feature_extractor or {}
    place = ("body", "feature_extractor")
    service = new.embedder or (extractor.service(said, *place) if said else "")
    about = new.model_dump(exclude={"collection_name", "embedder"}, exclude_none=True)
    made = library.collections.create(scope, new.collection_name, service, source=extractor.source(said), about=about)
    return _info(library, scope, made)


def _got(library: Library, scope: Scope, name: str) -> CollectionInfo:
    return _info(library, scope, library.collections.get(scope, name))


def _changed(library: Library, scope: Scope, name: str, asked: CollectionChange) -> CollectionInfo:
    given = asked.model_dump(exclude_unset=True, exclude={"collection_name"})

    def change(found: Collection) -> Collection:
        return replace(found, name=asked.collection_name or found.name, about={**found.about, **given})

    return _info(library, scope, library.collections.change(scope, name, change))


def _listed(library: Library, scope: Scope, asked: Listing) -> CollectionList:
    found = searched(library.collections.all(scope), asked.search, "id", "name", "about")
    some, page = paged(found, asked)
    return CollectionList(
        results=[_info(library, scope, each) for each in some],
        pagination=page,
        total_count=len(found),
        warnings=[] if found else warned(library, scope),
    )


def _info(library: Library, scope: Scope, collection: Collection) -> CollectionInfo:
    namespace = library.store.namespace(scope.owner, scope.namespace)
    indexes = [
        {"name": each["name"], "feature_uri": collection.service, "type": "single", "index": each}
        for each in configs(namespace)
        if each["name"] == collection.index
    ]
    return CollectionInfo(
        collection_id=collection.id,
        collection_name=collection.name,
        description=collection.about.get("description"),
        feature_extractor=_extractor(collection),
        source={"type": "none", **(collection.about.get("source") or {})},
        embedder=collection.service,
        vector_indexes=indexes,
        enabled=collection.about.get("enabled") is not False,
        metadata=collection.about.get("metadata"),
        document_count=library.collections.count(scope, collection),
        created_at=datetime.fromtimestamp(collection.created, UTC),
        updated_at=datetime.fromtimestamp(collection.updated, UTC),
    )


def _extractor(collection: Collection) -> dict[str, Any]:
    """The feature extractor as it was sent, or as the service says; clients want its id as well."""
    name, _, rest = collection.service.rpartition("://")[2].partition("@")
    version = rest.partition("/")[0] or "v1"
    said = {"feature_extractor_name": name, "version": version} | (collection.about.get("feature_extractor") or {})
    return said | {"feature_extractor_id": f"{said['feature_extractor_name']}_{said['version']}"}
