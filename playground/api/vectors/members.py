"""`/v1/collections/{collection_identifier}/documents`: what is in a collection; put in, it is embedded."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from playground.api.auth import admit
from playground.api.openapi import body, failures
from playground.api.payload import reader
from playground.api.reply import Reply
from playground.api.vectors.documents import DocumentList, DocumentListing, listed
from playground.api.vectors.namespaces import Deleted
from playground.api.vectors.paging import Asked, merged
from playground.api.vectors.scoped import Here
from playground.api.vectors.told import document
from playground.errors import NotFoundError
from playground.vectors.filter import equal
from playground.vectors.library import Library
from playground.vectors.scope import Scope
from playground.vectors.store import Document
from playground.vectors.view import COLLECTION, collection_of, shown

router = APIRouter(
    prefix="/v1/collections/{collection_identifier}/documents", dependencies=[Depends(admit)], tags=["Collections"]
)
FAILURES = failures(400, 401, 403, 404, 409, 413, 429, 500, 503)


class NewMember(BaseModel):
    """A document for a collection: its own fields at the top or in `payload`; one of them is embedded."""

    model_config = ConfigDict(extra="allow")

    document_id: str | None = Field(default=None, min_length=1, max_length=512)
    payload: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None
    vectors: dict[str, list[float]] | None = None

    def document(self) -> Document:
        """In the library's words; without an id it gets one."""
        beside = {name: value for name, value in (self.model_extra or {}).items() if name not in _OTHERS}
        payload = beside | (self.payload or {}) | ({"metadata": self.metadata} if self.metadata else {})
        return Document(self.document_id or f"doc_{secrets.token_hex(8)}", self.vectors or {}, shown(payload))


_OTHERS = ("collection_id", "features")
_Listing = Annotated[DocumentListing, Depends(reader(DocumentListing, optional=True))]
_Vectors = Annotated[bool, Query(description="Tell the vectors too")]


@router.post(
    "",
    summary="Put a document into a collection",
    response_model=dict[str, Any],
    responses=FAILURES,
    openapi_extra=body(NewMember),
)
async def create_document(
    collection_identifier: str,
    desk: Here,
    new: Annotated[NewMember, Depends(reader(NewMember))],
) -> Response:
    """It is embedded by a run of its own, unless it brings the vector."""
    return Reply(await desk.wait(_put, collection_identifier, new.document()))


@router.post(
    "/list",
    summary="List the documents of a collection",
    response_model=DocumentList,
    responses=FAILURES,
    openapi_extra=body(DocumentListing, required=False),
)
async def list_documents(collection_identifier: str, desk: Here, asked: Asked, listing: _Listing) -> Response:
    """By their ids."""
    return Reply(await desk.work(_listed, collection_identifier, merged(asked, listing)))


@router.get(
    "/{document_id:path}",
    summary="Look at a document of a collection",
    response_model=dict[str, Any],
    responses=FAILURES,
)
async def get_document(
    collection_identifier: str,
    document_id: str,
    desk: Here,
    return_vectors: _Vectors = False,
) -> Response:
    """By its id."""
    found = await desk.work(_member, collection_identifier, document_id)
    return Reply(document(found, vectors=return_vectors))


@router.delete(
    "/{document_id:path}", summary="Delete a document of a collection", response_model=Deleted, responses=FAILURES
)
async def delete_document(collection_identifier: str, document_id: str, desk: Here) -> Response:
    """At once."""
    await desk.work(_erased, collection_identifier, document_id)
    return Reply(Deleted(message=f"The document `{document_id}` is deleted.", deleted=1))


def _put(library: Library, scope: Scope, name: str, new: Document) -> dict[str, Any]:
    library.write(scope, [new], collection=name)
    return document(library.store.document(scope.owner, scope.namespace, new.id))


def _listed(library: Library, scope: Scope, name: str, listing: DocumentListing) -> DocumentList:
    collection = library.collections.get(scope, name)
    return listed(library, scope, listing, equal(COLLECTION, collection.id))


def _erased(library: Library, scope: Scope, name: str, id_: str) -> int:
    return library.store.erase(scope.owner, scope.namespace, [_member(library, scope, name, id_).id])


def _member(library: Library, scope: Scope, name: str, id_: str) -> Document:
    collection = library.collections.get(scope, name)
    found = library.store.document(scope.owner, scope.namespace, id_)
    if collection_of(found.payload) != collection.id:
        raise NotFoundError(
            f"there is no document `{id_}` in the collection `{name}`", details={"resource": "document", "id": id_}
        )
    return found
