"""Namespaces as the page speaks of them: what they hold, who embeds for them, what they can be asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from playground.call import Modality, Model
from playground.errors import NotFoundError
from playground.ui.core import core
from playground.ui.search.place import library, scope
from playground.vectors.fields import Field, fields
from playground.vectors.scope import Scope
from playground.vectors.store import Document, Index, Namespace

SEEN = 500
"""Documents that are looked at for the fields of payloads."""
DEMO = "demo"
"""The key of a namespace's config that holds the name of the sample it was made from."""


@dataclass(frozen=True)
class Space:
    """A namespace and the number of its documents; what is looked up is looked up once for each run of the page."""

    namespace: Namespace
    count: int

    @property
    def id(self) -> str:
        """Its name."""
        return self.namespace.id

    @property
    def scope(self) -> Scope:
        """Where the library finds it."""
        return scope(self.namespace.id)

    @property
    def indexes(self) -> tuple[Index, ...]:
        """Its indexes."""
        return self.namespace.indexes

    @property
    def embedders(self) -> dict[str, str]:
        """The service that embeds, by index."""
        return dict(self.namespace.services)

    @cached_property
    def kinds(self) -> frozenset[Modality]:
        """What all of its embedders can read, so that it can be put in and be searched by; none without embedders."""
        read = [_reads(service) for service in self.namespace.services.values()]
        return frozenset.intersection(*read) if read else frozenset()

    @cached_property
    def fields(self) -> list[Field]:
        """The fields of the payloads of its first documents."""
        return fields(document.payload for document in self.documents(SEEN))

    def documents(self, limit: int, *, vectors: bool = False) -> list[Document]:
        """Its first documents, by id."""
        return library().store.documents(self.scope.owner, self.scope.namespace, limit=limit, vectors=vectors)

    def fitting(self, dimension: int) -> str:
        """The index that takes vectors of this length, empty where none does."""
        return next((index.name for index in self.indexes if index.dimension == dimension), "")


def spaces() -> list[Namespace]:
    """All namespaces, by name."""
    return library().store.namespaces(scope("").owner)


def counted(there: Sequence[Namespace]) -> list[Space]:
    """Those of them that hold any document."""
    found = [Space(each, library().store.count(each.owner, each.id)) for each in there]
    return [each for each in found if each.count]


def space(name: str) -> Space | None:
    """One by its name, None when it is not there."""
    where = scope(name)
    try:
        found = library().store.namespace(where.owner, name)
        return Space(found, library().store.count(where.owner, name))
    except NotFoundError:
        return None


def said(indexes: Sequence[Index], services: dict[str, str]) -> str:
    """Who embeds, how long vectors are and what compares them, in words."""
    parts = []
    for index in indexes:
        who = services.get(index.name, "").partition("/")[2] or services.get(index.name) or f"`{index.name}`"
        parts.append(f"{who} · {index.dimension:,} dimensions · {index.metric}")
    return " + ".join(parts) or "no vectors yet"


def known(service: str) -> Model | None:
    """What is known of a service's model; None for one that nobody here has in a catalogue."""
    provider, _, model = service.partition("/")
    there = core().providers.get(provider)
    return there.model(model) if there is not None else library().services.known(service)


def _reads(service: str) -> frozenset[Modality]:
    model = known(service)
    return frozenset(model.inputs) if model else frozenset({"text"})
