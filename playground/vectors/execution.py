"""Execution: a retriever's stages run once, from its inputs to the documents, with an explanation of every place."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.errors import NotFoundError
from playground.vectors import filter as filters
from playground.vectors.filter import Every, Filter, Some, equal
from playground.vectors.fit import refuse
from playground.vectors.fusion import Place, Ranking, fused
from playground.vectors.question import EmptyError, Questions
from playground.vectors.retriever import Retriever
from playground.vectors.scope import Scope
from playground.vectors.services import Services
from playground.vectors.stages import FeatureSearch, Search, filled, read, searching
from playground.vectors.store import Index, Namespace, Payload, Query, Store
from playground.vectors.template import rendered
from playground.vectors.view import COLLECTION

Collected = Callable[[Scope, str], str]
"""The id of a collection by its id or name; raises NotFoundError."""


@dataclass(frozen=True, slots=True)
class Found:
    """A document and its place: the score, and which searches found it, at which rank, and what that was worth."""

    place: Place
    payload: Payload


@dataclass(frozen=True, slots=True)
class Report:
    """A stage, how many documents it left, and the milliseconds it took."""

    name: str
    count: int
    ms: float


@dataclass(frozen=True, slots=True)
class Execution:
    """What came of it, best first. `warnings` are sentences: what was skipped, what was not understood."""

    id: str
    found: tuple[Found, ...]
    stages: tuple[Report, ...]
    warnings: tuple[str, ...]
    ms: float


class Executor:
    """Runs retrievers over a store. Any thread may use it."""

    def __init__(self, store: Store, services: Services, collected: Collected) -> None:
        self._store = store
        self._services = services
        self._collected = collected

    def run(self, scope: Scope, retriever: Retriever, inputs: Mapping[str, Any], also: Any = None) -> Execution:
        """Run one, kept or not; `also` is the JSON of a filter of this time only, in which templates may stand too.

        What attribute filters would drop after a search is not searched for in the first place. Raises NotFoundError
        for a namespace, collection or document that is not there, ValidationError, BadRequestError where nobody embeds
        for an index, and what embedding raises.
        """
        began = time.perf_counter()
        namespace = self._store.namespace(scope.owner, scope.namespace)
        warnings: list[str] = []
        given = retriever.given(inputs)
        stages = read([filled(stage, given) for stage in retriever.stages])
        main = searching(stages)
        every = [
            *(stage.filter for stage in stages),
            filters.read(rendered(also, given)),
            self._within(scope, main, retriever),
        ]
        passing = _all(every)
        if main is not None and main.searches:
            found = self._searched(scope, namespace, main, passing, warnings)
        else:
            found = self._listed(scope, passing, main.top_k if main else 25)
        warnings += [
            f"`{name}` in the stage `{stage.name}` is not applied here" for stage in stages for name in stage.unused
        ]
        ms = round((time.perf_counter() - began) * 1000, 3)
        reports = tuple(Report(stage.name, len(found), ms if stage is main else 0.0) for stage in stages)
        return Execution(f"exec_{secrets.token_hex(8)}", tuple(found), reports, tuple(warnings), ms)

    def _within(self, scope: Scope, main: FeatureSearch | None, retriever: Retriever) -> Filter | None:
        """The collections that the whole is limited to: the stage's, else the retriever's."""
        return self._of(scope, (main.collections if main else ()) or retriever.collections)

    def _of(self, scope: Scope, names: Sequence[str]) -> Filter | None:
        if not names:
            return None
        return Some(tuple(equal(COLLECTION, self._collected(scope, name)) for name in names))

    def _listed(self, scope: Scope, passing: Filter | None, limit: int) -> list[Found]:
        documents = self._store.documents(scope.owner, scope.namespace, limit=limit, filter=passing)
        return [Found(Place(document.id, 1.0, ()), document.payload) for document in documents]

    def _searched(
        self, scope: Scope, namespace: Namespace, stage: FeatureSearch, passing: Filter | None, warnings: list[str]
    ) -> list[Found]:
        questions = Questions(self._store, self._services, scope)
        rankings: list[Ranking] = []
        payloads: dict[str, Payload] = {}
        for number, search in enumerate(stage.searches):
            try:
                index = _index(namespace, search)
                vector = questions.vector(namespace, index, search.query)
            except (EmptyError, _NoIndexError) as error:
                if not _skipped(search, error):
                    raise
                warnings.append(f"search {number} was skipped: {error.message}")
                continue
            narrowed = _all([passing, self._of(scope, search.collection_identifiers)])
            hits = self._store.search(scope.owner, scope.namespace, Query(index.name, vector, search.top_k, narrowed))
            hits = [hit for hit in hits if search.min_score is None or hit.score >= search.min_score]
            payloads |= {hit.id: hit.payload for hit in hits}
            scores = [(hit.id, hit.score) for hit in hits]
            rankings.append(Ranking(number, search.feature_uri, search.weight, scores))
        if not rankings:
            raise refuse("every search was skipped; send the input of at least one", "body", "inputs", kind="missing")
        return [Found(place, payloads[place.id]) for place in fused(rankings, stage.fusion, stage.top_k)]


class _NoIndexError(NotFoundError):
    """A search names an index that the namespace does not have."""


def _index(namespace: Namespace, search: Search) -> Index:
    """The index of a search: of its name, of the end of its feature URI, or the one that this service embeds for."""
    uri = search.feature_uri
    names = [uri, uri.rpartition("/")[2], *(name for name, service in namespace.services.items() if service == uri)]
    for name in names:
        index = namespace.index(name)
        if index is not None:
            return index
    there = ", ".join(f"`{index.name}`" for index in namespace.indexes) or "none yet: upsert documents first"
    raise _NoIndexError(
        f"the namespace `{namespace.id}` has no vector index `{uri}`; there are {there}",
        details={"resource": "index", "id": uri},
    )


def _skipped(search: Search, error: Exception) -> bool:
    return search.optional if isinstance(error, _NoIndexError) else search.on_empty == "skip"


def _all(some: Sequence[Filter | None]) -> Filter | None:
    there = tuple(each for each in some if each is not None)
    return there[0] if len(there) == 1 else Every(there) if there else None
