"""Promotion: a namespace of brought vectors gets inference services that embed queries for its indexes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playground.errors import BadRequestError, PlaygroundError
from playground.vectors.fit import unfit
from playground.vectors.scope import Scope
from playground.vectors.services import NAMES, Services, readable
from playground.vectors.store import Index, Namespace, Store

Failure = tuple[tuple[str | int, ...], str, str]


@dataclass(frozen=True, slots=True)
class Addition:
    """An index to add; `service` embeds for it, empty where nobody does."""

    index: Index
    service: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Services whose vectors have the length of an index; equal length does not make them the same model's."""

    index: Index
    services: tuple[str, ...]


class Promotion:
    """Promotes namespaces, once each."""

    def __init__(self, store: Store, services: Services) -> None:
        self._store = store
        self._services = services

    def promote(
        self, scope: Scope, mappings: Sequence[tuple[str, str]], additions: Sequence[Addition] = ()
    ) -> Namespace:
        """Map indexes to services, `(index, service)`, and make the namespace managed; documents stay as they are.

        Raises what `validate` raises; then the namespace stays as it was.
        """
        self.validate(scope, mappings, additions)
        services = dict(mappings) | {each.index.name: each.service for each in additions if each.service}
        return self._store.update(
            scope.owner, scope.namespace, mode="managed", indexes=[each.index for each in additions], services=services
        )

    def validate(
        self, scope: Scope, mappings: Sequence[tuple[str, str]], additions: Sequence[Addition] = ()
    ) -> list[Suggestion]:
        """Check without a change; what could be mapped to the indexes that `mappings` leaves out.

        Raises NotFoundError, BadRequestError for a namespace that is managed already, and ValidationError that names
        every index that is not there, service that cannot be asked, and pair of dimensions that differ.
        """
        namespace = self._store.namespace(scope.owner, scope.namespace)
        if namespace.mode == "managed":
            raise BadRequestError(
                f"the namespace `{namespace.id}` is managed already, and a promotion is for good; make a new namespace "
                "to map its indexes to other services",
                code="namespace_managed",
                details={"resource": "namespace", "id": namespace.id},
            )
        failures = [
            failure
            for number, (name, service) in enumerate(mappings)
            for failure in self._unfit(scope, namespace.index(name), name, service, ("body", "vector_mappings", number))
        ]
        for number, each in enumerate(additions):
            place = ("body", "add_vectors", number)
            if namespace.index(each.index.name) is not None:
                failures.append(((*place, "name"), f"the index `{each.index.name}` is there already", "value_error"))
            elif each.service:
                failures += self._unfit(scope, each.index, each.index.name, each.service, place)
        if failures:
            raise unfit(failures)
        return self._suggestions(namespace, dict(mappings))

    def _unfit(
        self, scope: Scope, index: Index | None, name: str, service: str, place: tuple[str | int, ...]
    ) -> list[Failure]:
        if index is None:
            return [((*place, "existing_index"), f"there is no vector index `{name}`", "value_error")]
        try:
            dimension = self._services.dimension(scope, service)
        except PlaygroundError as error:
            return [((*place, "inference_service"), f"`{service}` cannot embed: {readable(error)}", "value_error")]
        if dimension == index.dimension:
            return []
        said = (
            f"`{service}` makes vectors of {dimension} dimensions and the index `{name}` has {index.dimension}; map it "
            "to the service that its vectors came from"
        )
        return [((*place, "inference_service"), said, "dimension_mismatch")]

    def _suggestions(self, namespace: Namespace, mapped: Mapping[str, str]) -> list[Suggestion]:
        known: dict[str, int] = {}
        for service in dict.fromkeys(NAMES.values()):
            model = self._services.known(service)
            if model is not None and model.dimensions:
                known[service] = model.dimensions
        return [
            Suggestion(index, tuple(service for service, length in known.items() if length == index.dimension))
            for index in namespace.indexes
            if index.name not in mapped
        ]
