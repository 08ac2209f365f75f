"""Writing: documents into a namespace, those of a collection embedded first; all of them or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from numpy.typing import ArrayLike

from playground.errors import ValidationError
from playground.vectors import tokens
from playground.vectors.collections import Collection, content, fields_of
from playground.vectors.fit import refuse
from playground.vectors.parcel import Parcel
from playground.vectors.scope import Scope
from playground.vectors.services import Services
from playground.vectors.store import Document, Store
from playground.vectors.view import stored

MOST = 1000
"""Documents of one write."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was written; `token` is empty unless it was asked for. `repeated`: its key was used for the same before.

    `unsearchable`: those of a collection that brought other vectors and nothing to embed for its index.
    """

    ids: tuple[str, ...]
    token: str = ""
    repeated: bool = False
    unsearchable: tuple[str, ...] = ()


def write(
    store: Store,
    services: Services,
    scope: Scope,
    documents: Sequence[Document],
    collection: Collection | None = None,
    *,
    key: str = "",
    token: bool = False,
) -> Receipt:
    """Write at most `MOST` documents; a `key` makes it idempotent, `token` asks for a write token.

    Documents of a collection that lack the vector of its index are embedded. Raises ValidationError naming every
    vector that does not fit, NotFoundError, AlreadyExistsError for a key with other documents, and what embedding
    raises; then nothing is written.
    """
    if not 1 <= len(documents) <= MOST:
        raise refuse(
            f"{len(documents):,} documents were sent; send 1 to {MOST:,} at a time",
            "body",
            "documents",
            kind="too_long",
        )
    store.namespace(scope.owner, scope.namespace)
    unsearchable: tuple[str, ...] = ()
    said = ""
    if collection is not None:
        said = f"{collection.id} {Parcel.of(documents).digest}" if key else ""  # a model may not embed twice alike
        documents = _embedded(services, scope, documents, collection)
        unsearchable = tuple(each.id for each in documents if collection.index not in each.vectors)
    written = store.upsert(scope.owner, scope.namespace, documents, key=key, said=said)
    made = tokens.minted(store, scope, written.changes) if token else ""
    return Receipt(written.ids, made, written.repeated, unsearchable)


def _embedded(
    services: Services, scope: Scope, documents: Sequence[Document], collection: Collection
) -> list[Document]:
    """The documents as members of a collection, with a vector in its index where there was something to embed."""
    wanted: dict[int, tuple[str, str]] = {}
    for number, document in enumerate(documents):
        if collection.index in document.vectors:
            continue
        found = content(collection, document.payload)
        if found is not None:
            wanted[number] = found
        elif not document.vectors:
            raise _empty(collection, "body", "documents", number, "payload")
    pictures = {number: text for number, (name, text) in wanted.items() if _pictured(name, text)}
    texts = {number: text for number, (_, text) in wanted.items() if number not in pictures}
    made = dict(zip(texts, services.texts(scope, collection.service, list(texts.values())), strict=True))
    made |= dict(zip(pictures, services.contents(scope, collection.service, list(pictures.values())), strict=True))
    return [_member(document, collection, made.get(number)) for number, document in enumerate(documents)]


def _empty(collection: Collection, *where: str | int) -> ValidationError:
    fields = ", ".join(f"`{name}`" for name in fields_of(collection))
    said = (
        f"the document has no vector and no text that could be embedded for `{collection.index}` in {fields}; add one"
    )
    return refuse(said, *where, kind="missing")


def _member(document: Document, collection: Collection, vector: Sequence[float] | None) -> Document:
    vectors: Mapping[str, ArrayLike] = document.vectors
    if vector is not None:
        vectors = {**vectors, collection.index: vector}
    return replace(document, vectors=vectors, payload=stored(document.payload, collection.id))


def _pictured(name: str, text: str) -> bool:
    """Whether a field holds an image rather than words."""
    return text.lstrip()[:11].lower() == "data:image/" or "image" in name.lower()
