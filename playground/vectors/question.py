"""Question: what one search looks for, in whichever form it was asked, as a vector of its index."""

from collections.abc import Mapping
from typing import Any

from playground.errors import BadRequestError, ValidationError
from playground.vectors.fit import refuse
from playground.vectors.scope import Scope
from playground.vectors.services import Services
from playground.vectors.store import Index, Namespace, Store

MODES = ("vector", "text", "content", "document")
_AS_IT_IS = ("none", "retrieval_document")
"""Values of `embedding_task` for a text that is embedded as documents are, without what goes before a question."""
_PLACE = ("body", "stages", "query")


class EmptyError(ValidationError):
    """There is nothing to look for."""


class Questions:
    """The questions of one execution; what was embedded for one search is there for the others."""

    def __init__(self, store: Store, services: Services, scope: Scope) -> None:
        self._store = store
        self._services = services
        self._scope = scope
        self._made: dict[tuple[str, str, str, bool], list[float]] = {}

    def vector(self, namespace: Namespace, index: Index, query: Mapping[str, Any]) -> Any:
        """The vector of a query's JSON.

        Raises EmptyError, ValidationError for a query of no known form, BadRequestError where nobody embeds for the
        index, NotFoundError for a document that is not there, and what embedding raises.
        """
        mode = str(query.get("input_mode") or _guessed(query))
        value = _value(mode, query)
        if value is None or value in ("", []):
            said = f"the query of the search in `{index.name}` is empty; send its input, or set `on_empty` to `skip`"
            raise EmptyError(said, [((*_PLACE, "value"), said, "missing")])
        match mode:
            case "vector":
                return _numbers(value, index)
            case "document":
                return self._alike(index, value)
            case "text" | "content" if isinstance(value, str):
                asked = mode == "text" and query.get("embedding_task") not in _AS_IT_IS
                return self._embedded(namespace, index, mode, value, asked)
        raise refuse(
            f"`input_mode` `{mode}` with a value of type {type(value).__name__} is not possible here; the modes are "
            "`vector` (a list of numbers), `text`, `content` (the address of an image, a data URI or base64) and "
            "`document` (`document_ref.document_id`)",
            *_PLACE,
        )

    def _alike(self, index: Index, id: str) -> Any:  # noqa: A002 - the field's name
        document = self._store.document(self._scope.owner, self._scope.namespace, str(id))
        if index.name not in document.vectors:
            raise refuse(f"the document `{id}` has no vector in `{index.name}`; name an index that it is in", *_PLACE)
        return document.vectors[index.name]

    def _embedded(self, namespace: Namespace, index: Index, mode: str, value: str, asked: bool) -> list[float]:
        service = namespace.services.get(index.name)
        if service is None:
            raise _unmapped(namespace, index, mode)
        key = (service, mode, value, asked)
        if key not in self._made:
            words = self._services.queries if asked else self._services.texts
            embed = words if mode == "text" else self._services.contents
            (self._made[key],) = embed(self._scope, service, [value])
        return self._made[key]


def _unmapped(namespace: Namespace, index: Index, mode: str) -> BadRequestError:
    """Nobody embeds for an index, and what to do."""
    mapping = f'{{"vector_mappings": [{{"existing_index": "{index.name}", "inference_service": "…"}}]}}'
    way = (
        f"map it to an inference service with `POST /v1/namespaces/{namespace.id}/promote` and `{mapping}`"
        if namespace.mode == "standalone"
        else "put its documents into a collection, which brings an index and somebody who embeds for it"
    )
    return BadRequestError(
        f"nobody embeds for the index `{index.name}` of the namespace `{namespace.id}`, so it cannot be searched with "
        f"`input_mode` `{mode}`; {way}, or use `input_mode` `vector` with an embedding of your own",
        code="inference_mapping_missing",
        details={"resource": "index", "id": index.name},
    )


def _guessed(query: Mapping[str, Any]) -> str:
    """The mode of a query that names none."""
    if "document_ref" in query:
        return "document"
    if "vector" in query or isinstance(query.get("value"), list):
        return "vector"
    return "content" if "content" in query else "text"


def _value(mode: str, query: Mapping[str, Any]) -> Any:
    """What is looked for; older clients call it by the name of its mode."""
    if mode == "document":
        reference = query.get("document_ref")
        return reference.get("document_id") if isinstance(reference, Mapping) else None
    value = query.get("value")
    if value is None:
        value = query.get(mode)
    if mode == "content" and isinstance(value, Mapping):
        return value.get("url") or value.get("base64")
    return value


def _numbers(value: Any, index: Index) -> list[float]:
    if not isinstance(value, list) or not all(isinstance(each, int | float) for each in value):
        raise refuse(f"the query of the search in `{index.name}` must be a list of numbers", *_PLACE, "value")
    if len(value) != index.dimension:
        raise refuse(
            f"the query has {len(value)} numbers and the index `{index.name}` has {index.dimension} dimensions; send "
            "a vector of the model that the documents were embedded with",
            *_PLACE,
            "value",
        )
    try:
        return [float(each) for each in value]
    except OverflowError:
        raise refuse("the query has a number that is too large", *_PLACE, "value") from None
