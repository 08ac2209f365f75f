"""`/v1/namespaces`: made, listed, looked at, deleted."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from starlette.responses import Response

from playground.api.auth import Identity, admit
from playground.api.caller import Caller, may_use
from playground.api.openapi import body, failures
from playground.api.payload import reader
from playground.api.reply import Reply
from playground.api.vectors.paging import Asked, Listing, Page, merged, paged, searched
from playground.api.vectors.scoped import Here, There
from playground.namespace import FORM, fits
from playground.vectors import extractor
from playground.vectors.collections import index_of
from playground.vectors.fit import refuse
from playground.vectors.library import Library
from playground.vectors.scope import Scope
from playground.vectors.store import Index, Metric, Namespace

router = APIRouter(prefix="/v1/namespaces", dependencies=[Depends(admit)], tags=["Namespaces"])

FAILURES = failures(400, 401, 403, 404, 409, 413, 429, 500, 503)
_SAID: Mapping[str, Metric] = {"cosine": "cosine", "euclidean": "euclidean", "dot": "dot", "dot_product": "dot"}
_TOLD: Mapping[Metric, str] = {"cosine": "cosine", "euclidean": "euclidean", "dot": "dot_product"}


class VectorConfig(BaseModel):
    """One index of a namespace."""

    name: str = Field(min_length=1, max_length=128)
    dimension: int = Field(ge=1, le=16_000)
    metric: Literal["cosine", "euclidean", "dot_product", "dot"] = "cosine"

    def index(self) -> Index:
        """In the library's words."""
        return Index(self.name, self.dimension, _SAID[self.metric])


class NewNamespace(BaseModel):
    """A namespace for vectors of one's own; without `vector_configs` the first documents make the indexes."""

    namespace_id: str = Field(description=f"Must be {FORM}")
    namespace_name: str | None = Field(default=None, max_length=128)
    vector_configs: list[VectorConfig] | None = Field(default=None, max_length=64)
    config: dict[str, Any] | None = None


class NewManaged(BaseModel):
    """A namespace in which services embed: by `feature_extractors`, or by what its collections bring."""

    namespace_name: str = Field(min_length=1, max_length=128)
    namespace_id: str | None = None
    description: str | None = None
    feature_extractors: list[dict[str, Any]] = Field(default=[], max_length=16)


class Made(BaseModel):
    """A namespace that was made."""

    namespace_id: str
    mode: str
    status: str = "active"
    vector_configs: list[dict[str, Any]]
    tiering: str = "auto"
    document_count: int = 0


class NamespaceInfo(BaseModel):
    """A namespace as it stands. `dynamic_vector_indexes`: vectors of unknown names make new indexes."""

    namespace_id: str
    namespace_name: str
    description: str | None
    mode: str
    vector_configs: list[dict[str, Any]]
    vector_inference_map: dict[str, str]
    dynamic_vector_indexes: bool
    document_count: int
    collection_count: int
    namespace_ready: bool = True
    config: dict[str, Any] | None
    created_at: datetime


class NamespaceList(BaseModel):
    """The namespaces of a key."""

    results: list[NamespaceInfo]
    pagination: Page
    total_count: int


class Deleted(BaseModel):
    """Something is gone."""

    message: str
    success: bool = True
    deleted: int | None = Field(default=None, description="How many documents went with it, where that was counted")


@router.post(
    "/standalone",
    summary="Make a namespace for your own vectors",
    response_model=Made,
    responses=FAILURES,
    openapi_extra=body(NewNamespace),
)
async def create_standalone_namespace(
    desk: Here, caller: Identity, new: Annotated[NewNamespace, Depends(reader(NewNamespace))]
) -> Response:
    """Documents are written with their vectors and searched by vectors, until a promotion maps indexes to services."""
    made = _new(caller, new.namespace_id, new.namespace_name, tuple(each.index() for each in new.vector_configs or ()))
    config = dict(made.config) | ({"config": new.config} if new.config is not None else {})
    new_one = replace(made, config=config)
    kept = await desk.work(lambda library, _: library.store.create(new_one))
    return Reply(Made(namespace_id=kept.id, mode=kept.mode, vector_configs=configs(kept)))


@router.post(
    "",
    summary="Make a namespace whose documents are embedded here",
    response_model=NamespaceInfo,
    responses=FAILURES,
    openapi_extra=body(NewManaged),
)
async def create_namespace(
    desk: Here, caller: Identity, new: Annotated[NewManaged, Depends(reader(NewManaged))]
) -> Response:
    """Each of `feature_extractors` brings its index; collections bring theirs later."""
    id_ = new.namespace_id or new.namespace_name
    return Reply(await desk.wait(_managed, caller, id_, new))


@router.get("", summary="List namespaces", response_model=NamespaceList, responses=FAILURES)
async def list_namespaces_get(desk: Here, caller: Identity, asked: Asked) -> Response:
    """The namespaces of the key, by their ids."""
    return Reply(await desk.work(_listed, caller, asked))


@router.post(
    "/list",
    summary="List namespaces, asked in a body",
    response_model=NamespaceList,
    responses=FAILURES,
    openapi_extra=body(Listing, required=False),
)
async def list_namespaces(
    desk: Here,
    caller: Identity,
    asked: Asked,
    listing: Annotated[Listing, Depends(reader(Listing, optional=True))],
) -> Response:
    """The namespaces of the key, by their ids."""
    return Reply(await desk.work(_listed, caller, merged(asked, listing)))


@router.get("/{namespace_id}", summary="Look at a namespace", response_model=NamespaceInfo, responses=FAILURES)
async def get_namespace(desk: There) -> Response:
    """Its indexes, who embeds for them, and how many documents it has."""
    return Reply(await desk.work(lambda library, scope: _info(library, at(library, scope))))


@router.delete("/{namespace_id}", summary="Delete a namespace", response_model=Deleted, responses=FAILURES)
async def delete_namespace(desk: There) -> Response:
    """With its documents, retrievers and collections, at once and for good."""
    await desk.work(lambda library, scope: library.store.delete(scope.owner, scope.namespace))
    return Reply(Deleted(message=f"The namespace `{desk.scope.namespace}` is deleted."))


def configs(namespace: Namespace) -> list[dict[str, Any]]:
    """The indexes of a namespace as they are told."""
    return [
        {"name": each.name, "dimension": each.dimension, "metric": _TOLD[each.metric]} for each in namespace.indexes
    ]


def _new(caller: Caller, id_: str, name: str | None, indexes: tuple[Index, ...] = ()) -> Namespace:
    """A namespace to be made. Raises ForbiddenError, ValidationError."""
    if not fits(id_):
        raise refuse(f"`namespace_id` must be {FORM}", "body", "namespace_id", kind="string_pattern_mismatch")
    may_use(caller, id_)
    names = [index.name for index in indexes]
    if len(set(names)) < len(names):
        raise refuse("`vector_configs` has a name twice", "body", "vector_configs")
    return Namespace(caller.id, id_, indexes, config={"namespace_name": name} if name else {})


def _managed(library: Library, _: Scope, caller: Caller, id_: str, new: NewManaged) -> NamespaceInfo:
    made = _new(caller, id_, new.namespace_name)
    found = [
        extractor.service(each, "body", "feature_extractors", number)
        for number, each in enumerate(new.feature_extractors)
    ]
    scope = Scope(caller.id, id_)
    indexes = tuple(Index(index_of(each), library.services.dimension(scope, each)) for each in found)
    services = {index_of(each): each for each in found}
    config = dict(made.config) | ({"description": new.description} if new.description else {})
    kept = library.store.create(Namespace(caller.id, id_, indexes, "managed", services=services, config=config))
    return _info(library, kept)


def _listed(library: Library, _: Scope, caller: Caller, asked: Listing) -> NamespaceList:
    found = [each for each in library.store.namespaces(caller.id) if caller.may(each.id)]
    found = searched(found, asked.search, "id", "config")
    some, page = paged(found, asked)
    return NamespaceList(results=[_info(library, each) for each in some], pagination=page, total_count=len(found))


def at(library: Library, scope: Scope) -> Namespace:
    """The namespace. Raises NotFoundError."""
    return library.store.namespace(scope.owner, scope.namespace)


def _info(library: Library, namespace: Namespace) -> NamespaceInfo:
    scope = Scope(namespace.owner, namespace.id)
    return NamespaceInfo(
        namespace_id=namespace.id,
        namespace_name=str(namespace.config.get("namespace_name") or namespace.id)[:64],
        description=namespace.config.get("description"),
        mode=namespace.mode,
        vector_configs=configs(namespace),
        vector_inference_map=dict(namespace.services),
        dynamic_vector_indexes=namespace.open,
        document_count=library.store.count(namespace.owner, namespace.id),
        collection_count=len(library.collections.all(scope)),
        config=namespace.config.get("config"),
        created_at=datetime.fromtimestamp(namespace.created, UTC),
    )
