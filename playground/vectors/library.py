"""Library: everything that can be done with vectors, for the HTTP API and the pages alike.

    library = runs.library
    scope = Scope(owner, "my-vectors", "page")
    library.store.create(Namespace(scope.owner, scope.namespace, (Index("text_8", 8),)))
    library.write(scope, [Document("doc-1", {"text_8": [...]}, {"body": "hello"})])
    library.search(scope, [{"feature_uri": "text_8", "query": {"input_mode": "vector", "value": [...]}}]).found

Namespaces and plain documents are the store's own business (`library.store`: create, namespaces, delete, documents,
erase, …); here is what needs more than one thing: embeddings on the way, retrievers, promotion, tokens.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from playground.vectors import tokens, writing
from playground.vectors.collections import Collections
from playground.vectors.execution import Execution, Executor
from playground.vectors.promotion import Promotion
from playground.vectors.retriever import Retriever, Retrievers
from playground.vectors.scope import Scope
from playground.vectors.services import Services
from playground.vectors.store import Document, Store
from playground.vectors.writing import Receipt


class Library:
    """One per process; any thread may use it. Raises PlaygroundError only."""

    def __init__(self, store: Store, services: Services) -> None:
        self.store = store
        self.services = services
        self.retrievers = Retrievers(store)
        self.collections = Collections(store, services)
        self.promotion = Promotion(store, services)
        self._executor = Executor(store, services, lambda scope, name: self.collections.get(scope, name).id)

    def write(
        self,
        scope: Scope,
        documents: Sequence[Document],
        *,
        collection: str = "",
        key: str = "",
        token: bool = False,
    ) -> Receipt:
        """Write 1 to 1,000 documents, all or none, those of a collection (id or name) embedded first.

        See `writing.write` for what it raises.
        """
        into = self.collections.get(scope, collection) if collection else None
        return writing.write(self.store, self.services, scope, documents, into, key=key, token=token)

    def execute(
        self,
        scope: Scope,
        retriever: Retriever,
        inputs: Mapping[str, Any] | None = None,
        *,
        filters: Any = None,
    ) -> Execution:
        """Run a retriever, kept or only made up (`adhoc`); `filters` is a request's JSON.

        See `Executor.run` for what it raises.
        """
        return self._executor.run(scope, retriever, inputs or {}, filters)

    def seen(self, scope: Scope, token: str) -> None:
        """Return when reads see the write of this token. See `tokens.check` for what it raises."""
        tokens.check(self.store, scope, token)

    def search(
        self,
        scope: Scope,
        searches: Sequence[Mapping[str, Any]],
        *,
        top_k: int = 25,
        fusion: str = "rrf",
        filters: Any = None,
        collections: Sequence[str] = (),
    ) -> Execution:
        """Search without a retriever: one `feature_search` stage of these searches, in which nothing is a template."""
        queries = {f"query{number}": search.get("query") for number, search in enumerate(searches)}
        asked = [{**search, "query": f"{{{{INPUT.{name}}}}}"} for name, search in zip(queries, searches, strict=True)]
        retriever = adhoc(asked, top_k, fusion, collections)
        return self.execute(scope, retriever, queries, filters=filters)

    def close(self) -> None:
        """Close the store."""
        self.store.close()


def adhoc(
    searches: Sequence[Mapping[str, Any]], top_k: int = 25, fusion: str = "rrf", collections: Sequence[str] = ()
) -> Retriever:
    """A retriever of one stage, for an execution or as the `stages` of a request."""
    parameters = {"searches": list(searches), "final_top_k": top_k, "fusion": fusion}
    stage = {
        "stage_name": "feature_search",
        "stage_type": "filter",
        "config": {"stage_id": "feature_search", "parameters": parameters},
    }
    return Retriever("", "", [stage], collections=collections)
