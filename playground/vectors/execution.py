"""Execution: a retriever's stages run once, from its inputs to the documents, with an explanation of every place.

How stages follow each other says `playground.vectors.stages`.
"""

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
from playground.vectors.stages import FeatureSearch, Search, Stage, filled, read
from playground.vectors.store import Index, Namespace, Payload, Query, Store
from playground.vectors.template import rendered
from playground.vectors.view import COLLECTION

_LISTED = 25
"""Documents that are told where no stage says how many."""
Collected = Callable[[Scope, str], str]
"""The id of a collection by its id or name; raises NotFoundError."""


@dataclass(frozen=True, slots=True)
class Found:
    """A document and its place: the score, and which searches found it, at which rank, and what that was worth.

    Of several stages that search the place is the last one's.
    """

    place: Place
    payload: Payload


@dataclass(frozen=True, slots=True)
class Report:
    """A stage, how many documents it left, and the milliseconds it took.

    A filter takes none: the searches apply it, and it has left what was found in the end.
    """

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

        Raises NotFoundError for a namespace, collection or document that is not there, ValidationError,
        BadRequestError where nobody embeds for an index, and what embedding raises.
        """
        began = time.perf_counter()
        namespace = self._store.namespace(scope.owner, scope.namespace)
        given = retriever.given(inputs)
        stages = read([filled(stage, given) for stage in retriever.stages])
        asking = _asking(stages)
        always = [
            filters.read(rendered(also, given)),
            *(self._filter(scope, each) for each in stages if each not in asking),
        ]
        course = _Course(scope, namespace, Questions(self._store, self._services, scope), [])
        found: list[Found] | None = None
        reports: list[tuple[str, int | None, float]] = []
        for stage in stages:
            if stage not in asking:
                reports.append((stage.name, None, 0.0))
                continue
            begun = time.perf_counter()
            within = self._of(scope, stage.collections or retriever.collections)
            found = self._step(course, stage, _all([*always, stage.filter, within]), found)
            reports.append((stage.name, len(found), _since(begun)))
        if found is None:
            found = self._listed(scope, _all([*always, self._of(scope, retriever.collections)]), _LISTED)
        unused = [
            f"`{name}` in the stage `{stage.name}` is not applied here" for stage in stages for name in stage.unused
        ]
        return Execution(
            f"exec_{secrets.token_hex(8)}",
            tuple(found),
            tuple(Report(name, len(found) if count is None else count, ms) for name, count, ms in reports),
            (*course.warnings, *unused),
            _since(began),
        )

    def _of(self, scope: Scope, names: Sequence[str]) -> Filter | None:
        if not names:
            return None
        return Some(tuple(equal(COLLECTION, self._collected(scope, name)) for name in names))

    def _filter(self, scope: Scope, stage: Stage) -> Filter | None:
        """What passes a stage that does not search."""
        names = stage.collections if isinstance(stage, FeatureSearch) else ()
        return _all([stage.filter, self._of(scope, names)])

    def _step(
        self, course: "_Course", stage: FeatureSearch, passing: Filter | None, before: Sequence[Found] | None
    ) -> list[Found]:
        """What a stage leaves of what the one before it left; of everything where it is the first."""
        if not stage.searches:
            return self._listed(course.scope, passing, stage.top_k)
        if before is None:
            return self._searched(course, stage, passing, None)
        return self._searched(course, stage, passing, [each.place.id for each in before])

    def _listed(self, scope: Scope, passing: Filter | None, limit: int) -> list[Found]:
        documents = self._store.documents(scope.owner, scope.namespace, limit=limit, filter=passing)
        return [Found(Place(document.id, 1.0, ()), document.payload) for document in documents]

    def _searched(
        self, course: "_Course", stage: FeatureSearch, passing: Filter | None, among: Sequence[str] | None
    ) -> list[Found]:
        scope = course.scope
        rankings: list[Ranking] = []
        payloads: dict[str, Payload] = {}
        for number, search in enumerate(stage.searches):
            try:
                index = _index(course.namespace, search)
                vector = course.questions.vector(course.namespace, index, search.query)
            except (EmptyError, _NoIndexError) as error:
                if not _skipped(search, error):
                    raise
                course.warnings.append(f"search {number} was skipped: {error.message}")
                continue
            narrowed = _all([passing, self._of(scope, search.collection_identifiers)])
            query = Query(index.name, vector, search.top_k, narrowed, among=among)
            hits = self._store.search(scope.owner, scope.namespace, query)
            hits = [hit for hit in hits if search.min_score is None or hit.score >= search.min_score]
            payloads |= {hit.id: hit.payload for hit in hits}
            scores = [(hit.id, hit.score) for hit in hits]
            rankings.append(Ranking(number, search.feature_uri, search.weight, scores))
        if not rankings:
            raise refuse("every search was skipped; send the input of at least one", "body", "inputs", kind="missing")
        return [Found(place, payloads[place.id]) for place in fused(rankings, stage.fusion, stage.top_k)]


@dataclass(frozen=True, slots=True)
class _Course:
    """What all stages of one execution share."""

    scope: Scope
    namespace: Namespace
    questions: Questions
    warnings: list[str]


def _asking(stages: Sequence[Stage]) -> list[FeatureSearch]:
    """The stages that search, or where none does the first that only lists; the others are filters."""
    features = [stage for stage in stages if isinstance(stage, FeatureSearch)]
    return [stage for stage in features if stage.searches] or features[:1]


def _since(moment: float) -> float:
    """Milliseconds."""
    return round((time.perf_counter() - moment) * 1000, 3)


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
