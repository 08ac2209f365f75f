"""`/v1/namespaces/{namespace_id}/documents` and `/v1/documents`: written with vectors, read, listed, deleted."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from playground.api.auth import admit
from playground.api.openapi import body, failures
from playground.api.payload import reader
from playground.api.reply import Reply
from playground.api.vectors.namespaces import Deleted
from playground.api.vectors.paging import Asked, Listing, Page, merged, standing, window
from playground.api.vectors.scoped import Here, There
from playground.api.vectors.told import document
from playground.errors import NotFoundError
from playground.vectors.filter import Every, Filter, Some, equal, read
from playground.vectors.library import Library
from playground.vectors.scope import Scope
from playground.vectors.store import Document
from playground.vectors.view import COLLECTION, INTERNAL, shown
from playground.vectors.writing import MOST

router = APIRouter(prefix="/v1", dependencies=[Depends(admit)], tags=["Documents"])

FAILURES = failures(400, 401, 403, 404, 409, 413, 429, 500, 503)
HEADER = "X-Write-Token"


class NewDocument(BaseModel):
    """A document; one of the same id is replaced."""

    document_id: str = Field(min_length=1, max_length=512)
    vectors: dict[str, Any] = Field(default={}, description="Index -> list of numbers")
    payload: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None

    def document(self) -> Document:
        """In the library's words; a field of our own name is left out."""
        payload = (self.payload or {}) | ({"metadata": self.metadata} if self.metadata else {})
        return Document(self.document_id, self.vectors, shown(payload))


class Options(BaseModel):
    """How to write."""

    write_token: bool = Field(default=False, description=f"Answer a token for `{HEADER}` of the next read")
    idempotency_key: str | None = Field(
        default=None, max_length=256, description="The same key writes the same documents once; others are a 409"
    )


class Upsert(BaseModel):
    """Documents to write, all or none."""

    documents: list[NewDocument] = Field(min_length=1, max_length=MOST)
    collection_id: str | None = Field(default=None, description="Id or name; documents without its vector are embedded")
    options: Options = Options()


class Consistency(BaseModel):
    """When reads see a write: at once."""

    retriever_visible: str = "immediate"
    recommended_header: str | None = None
    write_token_available: bool = False
    expected_visible_within_ms: int = 0


class Upserted(BaseModel):
    """What was written; `write_token` is there only when it was asked for."""

    inserted: int
    document_ids: list[str]
    write_token: str | None = None
    dropped_payload_fields: dict[str, list[str]]
    unsearchable_document_ids: list[str] = Field(description="Without a vector in the index of their collection")
    consistency: Consistency
    warnings: list[str] = []


class DocumentListing(Listing):
    """Which documents are listed."""

    filters: dict[str, Any] | None = None
    collection_ids: list[str] | None = Field(default=None, max_length=64)
    return_vectors: bool = False


class DocumentList(BaseModel):
    """A page of documents: their payloads' fields stand beside the ids, and together in `payload`."""

    results: list[dict[str, Any]]
    pagination: Page
    total_documents: int | None = None


_Listing = Annotated[DocumentListing, Depends(reader(DocumentListing, optional=True))]
_Vectors = Annotated[bool, Query(description="Tell the vectors too")]


@router.post(
    "/namespaces/{namespace_id}/documents/upsert",
    summary="Write documents",
    response_model=Upserted,
    responses=FAILURES,
    openapi_extra=body(Upsert),
)
async def upsert_documents_byo(desk: There, asked: Annotated[Upsert, Depends(reader(Upsert))]) -> Response:
    """Up to 1,000, all or none: every vector must be of an index and as long as that says.

    A write is durable and visible when this answers; a token proves it to reads that ask.
    """
    return Reply(await desk.wait(_written, asked))


@router.get(
    "/namespaces/{namespace_id}/documents/{document_id:path}",
    summary="Look at a document of a namespace",
    response_model=dict[str, Any],
    responses=FAILURES,
)
async def get_document_byo(document_id: str, desk: There, return_vectors: _Vectors = False) -> Response:
    """By its id."""
    found = await desk.work(one, document_id)
    return Reply(document(found, vectors=return_vectors))


@router.post(
    "/namespaces/{namespace_id}/documents/list",
    summary="List the documents of a namespace",
    response_model=DocumentList,
    responses=FAILURES,
    openapi_extra=body(DocumentListing, required=False),
)
async def list_documents_byo(desk: There, asked: Asked, listing: _Listing) -> Response:
    """By their ids; `filters` as in retrievers."""
    return Reply(await desk.work(listed, merged(asked, listing)))


@router.delete(
    "/namespaces/{namespace_id}/documents/{document_id:path}",
    summary="Delete a document of a namespace",
    response_model=Deleted,
    responses=FAILURES,
)
async def delete_document_byo(document_id: str, desk: There) -> Response:
    """At once."""
    return Reply(await desk.work(_erased, document_id))


@router.get(
    "/documents/{document_id:path}",
    summary="Look at a document",
    response_model=dict[str, Any],
    responses=FAILURES,
)
async def get_document_ns(document_id: str, desk: Here, return_vectors: _Vectors = False) -> Response:
    """By its id, in the namespace that `X-Namespace` names."""
    found = await desk.work(one, document_id)
    return Reply(document(found, vectors=return_vectors))


@router.post(
    "/documents/list",
    summary="List documents",
    response_model=DocumentList,
    responses=FAILURES,
    openapi_extra=body(DocumentListing, required=False),
)
async def list_documents_ns(desk: Here, asked: Asked, listing: _Listing) -> Response:
    """By their ids, in the namespace that `X-Namespace` names."""
    return Reply(await desk.work(listed, merged(asked, listing)))


def listed(library: Library, scope: Scope, listing: DocumentListing, within: Filter | None = None) -> DocumentList:
    """One page; `within` is a filter on top."""
    begin, limit = window(listing, 10)
    parts = [within, read(listing.filters, ("filters",)), _collected(library, scope, listing.collection_ids)]
    there = tuple(each for each in parts if each is not None)
    passing = Every(there) if there else None
    found = library.store.documents(
        scope.owner,
        scope.namespace,
        offset=begin,
        limit=limit,
        filter=passing,
        vectors=listing.return_vectors,
    )
    total = library.store.count(scope.owner, scope.namespace, passing) if listing.include_total else None
    told = [document(each, vectors=listing.return_vectors) for each in found]
    return DocumentList(results=told, pagination=standing(begin, limit, len(found), total), total_documents=total)


def one(library: Library, scope: Scope, id_: str) -> Document:
    """A document by its id. Raises NotFoundError."""
    return library.store.document(scope.owner, scope.namespace, id_)


def _erased(library: Library, scope: Scope, id_: str) -> Deleted:
    found = one(library, scope, id_)
    if not library.store.erase(scope.owner, scope.namespace, [found.id]):
        raise NotFoundError(f"the document `{id_}` was deleted by somebody else", details={"resource": "document"})
    return Deleted(message=f"The document `{id_}` is deleted.", deleted=1)


def _collected(library: Library, scope: Scope, names: list[str] | None) -> Filter | None:
    if not names:
        return None
    return Some(tuple(equal(COLLECTION, library.collections.get(scope, name).id) for name in names))


def _written(library: Library, scope: Scope, asked: Upsert) -> dict[str, Any]:
    options = asked.options
    receipt = library.write(
        scope,
        [each.document() for each in asked.documents],
        collection=asked.collection_id or "",
        key=options.idempotency_key or "",
        token=options.write_token,
    )
    dropped = {each.document_id: [INTERNAL] for each in asked.documents if INTERNAL in (each.payload or {})}
    visible = Consistency(
        write_token_available=bool(receipt.token), recommended_header=HEADER if receipt.token else None
    )
    answer = Upserted(
        inserted=len(receipt.ids),
        document_ids=list(receipt.ids),
        dropped_payload_fields=dropped,
        unsearchable_document_ids=list(receipt.unsearchable),
        consistency=visible,
    )
    told = answer.model_dump(exclude={"write_token"})
    return told | {"write_token": receipt.token} if receipt.token else told
