"""Collections: named views of a namespace with somebody who embeds, so that documents come without vectors."""

import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from playground.errors import AlreadyExistsError, NotFoundError
from playground.vectors.filter import equal
from playground.vectors.scope import Scope
from playground.vectors.services import Services
from playground.vectors.store import Index, Store
from playground.vectors.view import COLLECTION

KIND = "collection"
DEFAULT = "mixpeek://text_extractor@v1/all_minilm_l6_v2_v1"
"""Who embeds where nobody is named: the bundled encoder, which needs no download."""
FIELDS = ("text", "content", "body", "description", "title", "caption", "image_url", "image_base64", "image")
"""Fields of a payload that are embedded where the collection names none: the first that is there."""
_ODD = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Collection:
    """`service` embeds the payload's field `reads` for `index`. `about` is the client's own JSON, as it was sent.

    An empty `reads` stands for the first of `FIELDS` that a payload has. Times are Unix seconds.
    """

    id: str
    name: str
    service: str
    index: str
    reads: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    created: float = 0.0
    updated: float = 0.0


class Collections:
    """The collections of every namespace. A method that takes `name` takes an id too."""

    def __init__(self, store: Store, services: Services) -> None:
        self._store = store
        self._services = services

    def create(
        self, scope: Scope, name: str, service: str = "", *, source: str = "", about: Mapping[str, Any] | None = None
    ) -> Collection:
        """Make one, and in its namespace the index that `service` embeds for, where there is none yet.

        `source` is the payload's field to embed. Raises NotFoundError without such a namespace, AlreadyExistsError, and
        what asking the service for its dimension raises.
        """
        namespace = self._store.namespace(scope.owner, scope.namespace)
        self._free(scope, name)
        service = service or DEFAULT
        index = next((each for each, other in namespace.services.items() if other == service), "")
        if not index:
            index = index_of(service)
            made = Index(index, self._services.dimension(scope, service))
            self._store.update(scope.owner, scope.namespace, indexes=[made], services={index: service})
        now = time.time()
        collection = Collection(f"col_{secrets.token_hex(5)}", name, service, index, source, about or {}, now, now)
        self._keep(scope, collection)
        if self._named(scope, name)[0].id != collection.id:  # somebody else was a moment faster
            self._store.forget(scope.owner, scope.namespace, KIND, collection.id)
            raise _taken(scope, name)
        return collection

    def all(self, scope: Scope) -> list[Collection]:
        """Oldest first; none where there is no such namespace."""
        return self._found(scope)

    def get(self, scope: Scope, name: str) -> Collection:
        """One by its id or name. Raises NotFoundError."""
        for each in self._found(scope, name) or self._named(scope, name):
            return each
        raise NotFoundError(
            f"there is no collection `{name}` in the namespace `{scope.namespace}`; `POST /v1/collections/list` lists "
            "what there is, and `X-Namespace` says where",
            details={"resource": "collection", "id": name},
        )

    def change(self, scope: Scope, name: str, change: Callable[[Collection], Collection]) -> Collection:
        """Put what `change` makes of one in its place. Raises NotFoundError and AlreadyExistsError."""
        found = self.get(scope, name)
        made = replace(change(found), id=found.id, updated=time.time())
        if made.name != found.name:
            self._free(scope, made.name)
        self._keep(scope, made)
        return made

    def delete(self, scope: Scope, name: str) -> int:
        """Forget one with its documents; how many there were. Raises NotFoundError."""
        found = self.get(scope, name)
        self._store.forget(scope.owner, scope.namespace, KIND, found.id)
        return self._store.erase(scope.owner, scope.namespace, filter=equal(COLLECTION, found.id))

    def count(self, scope: Scope, collection: Collection) -> int:
        """How many documents it has."""
        return self._store.count(scope.owner, scope.namespace, equal(COLLECTION, collection.id))

    def _found(self, scope: Scope, id_: str | None = None) -> list[Collection]:
        try:
            kept = self._store.kept(scope.owner, scope.namespace, KIND, id_)
        except NotFoundError:
            return []
        return [Collection(**body) for body in kept.values()]

    def _keep(self, scope: Scope, made: Collection) -> None:
        self._store.keep(scope.owner, scope.namespace, KIND, made.id, asdict(made))

    def _named(self, scope: Scope, name: str) -> list[Collection]:
        return [each for each in self._found(scope) if each.name == name]

    def _free(self, scope: Scope, name: str) -> None:
        if self._found(scope, name) or self._named(scope, name):
            raise _taken(scope, name)


def _taken(scope: Scope, name: str) -> AlreadyExistsError:
    return AlreadyExistsError(
        f"there is a collection `{name}` in the namespace `{scope.namespace}` already; choose another name, or delete "
        "that one",
        code="collection_name_taken",
        details={"resource": "collection", "id": name},
    )


def index_of(service: str) -> str:
    """What the index of a service is called: the end of its feature URI, or its name without odd signs."""
    name = service.rpartition("/")[2] if "://" in service else service
    return _ODD.sub("_", name).strip("_") or "embedding"


def fields_of(collection: Collection) -> Sequence[str]:
    """The fields of a payload that are looked for, in this order."""
    return (collection.reads,) if collection.reads else FIELDS


def content(collection: Collection, payload: Mapping[str, Any]) -> tuple[str, str] | None:
    """The field of a payload, or of its `metadata`, that is embedded, and what it says; None where there is none."""
    more = payload.get("metadata")
    for said in (payload, more if isinstance(more, Mapping) else {}):
        for name in fields_of(collection):
            value = said.get(name)
            if isinstance(value, str) and value.strip():
                return name, value
    return None
