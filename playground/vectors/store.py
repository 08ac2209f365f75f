"""What a store of vectors holds and does: the words, and the protocol that both engines fulfil.

A namespace belongs to an `owner`, an opaque text: nobody sees another's. It has indexes, each of one dimension and one
metric; a document has an id, a vector for some of them, and a payload, which is any JSON object.

Scores, exact to float64's rounding and the same from both engines; larger is always better:

    cosine      the cosine of the angle, -1 to 1
    dot         the inner product
    euclidean   1 / (1 + distance), 0 to 1: the distance is 1 / score - 1
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from playground.store.place import Where
from playground.vectors.filter import Filter

Metric = Literal["cosine", "dot", "euclidean"]
Mode = Literal["standalone", "managed"]
Vector: TypeAlias = NDArray[np.float32]
Payload: TypeAlias = Mapping[str, Any]
"""A JSON object: texts, numbers (no NaN), truths, nulls, lists, objects."""

MODES: tuple[Mode, ...] = ("standalone", "managed")
"""Vectors come from the caller; or a service may make them, also of queries."""


@dataclass(frozen=True, slots=True)
class Index:
    """Vectors of one name; the metric is what a search uses when it names none."""

    name: str
    dimension: int
    metric: Metric = "cosine"


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace as it stands.

    `open`: made without indexes, so that a vector of an unknown name makes a cosine index of its length. `services`:
    index -> inference service that embeds for it. `config`: the caller's JSON. `created`: Unix seconds. `changes` grows
    with every write to documents and to the namespace, by whichever process: equal numbers mean equal contents.
    """

    owner: str
    id: str
    indexes: tuple[Index, ...] = ()
    mode: Mode = "standalone"
    open: bool = False
    services: Mapping[str, str] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    created: float = 0.0
    changes: int = 0

    def index(self, name: str) -> Index | None:
        """The index of this name."""
        return next((index for index in self.indexes if index.name == name), None)


@dataclass(frozen=True, slots=True)
class Document:
    """Something to be found. `vectors`: index -> (dimension,) numbers; as read they are float32 arrays."""

    id: str
    vectors: Mapping[str, ArrayLike] = field(default_factory=dict)
    payload: Payload = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: the `k` nearest to `vector` in `index` whose payloads pass `filter`.

    With `among` only documents of these ids, and each of them, are looked at. Another `metric` than the index's is
    answered exactly as well; pgvector then reads every vector.
    """

    index: str
    vector: ArrayLike
    k: int = 10
    filter: Filter | None = None
    metric: Metric | None = None
    among: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found; `score` as in this module's docstring."""

    id: str
    score: float
    payload: Payload


@dataclass(frozen=True, slots=True)
class Written:
    """What an upsert did: the documents' ids, each once, and the namespace's `changes` after it.

    `repeated`: the key was used before for the same documents, and this is what was answered then.
    """

    ids: tuple[str, ...]
    changes: int
    repeated: bool = False


class Store(Protocol):
    """Namespaces, documents and search. Any thread may use it, and so may other processes.

    What a method wrote is durable when it returns, all of it or nothing, and the next call sees it, from whichever
    thread or server. Raises NotFoundError (`details.resource`: `namespace`, `document`), AlreadyExistsError,
    ValidationError, InternalServerError where the database fails.
    """

    def create(self, namespace: Namespace) -> Namespace:
        """Make a namespace; `created`, `changes` and `open` are the store's. AlreadyExistsError when it is there."""

    def namespace(self, owner: str, id: str) -> Namespace:  # noqa: A002 - the field's name
        """The namespace as it stands."""

    def namespaces(self, owner: str) -> list[Namespace]:
        """The owner's namespaces, sorted by id."""

    def update(
        self,
        owner: str,
        id: str,  # noqa: A002
        *,
        mode: Mode | None = None,
        indexes: Sequence[Index] = (),
        services: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> Namespace:
        """Change what is given: `indexes` are added, `services` merged, `mode` and `config` replaced.

        ValidationError for an index that is there with another dimension or metric, and for a service of no index.
        """

    def delete(self, owner: str, id: str) -> None:  # noqa: A002
        """Forget a namespace with all that is in it."""

    def upsert(
        self, owner: str, namespace: str, documents: Sequence[Document], *, key: str = "", said: str = ""
    ) -> Written:
        """Write documents, each replacing the one of its id; of two with one id the later one counts.

        A `key` makes it idempotent for a day: the same key with the same documents writes nothing and answers what it
        answered, with others it is an AlreadyExistsError. Equal `said` make documents the same whatever they are, for
        those whose vectors were only made from what the caller sent. ValidationError names every vector that does not
        fit, where.
        """

    def document(self, owner: str, namespace: str, id: str) -> Document:  # noqa: A002
        """The document with its vectors."""

    def documents(
        self,
        owner: str,
        namespace: str,
        *,
        after: str = "",
        offset: int = 0,
        limit: int = 100,
        filter: Filter | None = None,  # noqa: A002
        vectors: bool = False,
    ) -> list[Document]:
        """Documents sorted by id, those behind the id `after`; without their vectors unless asked for."""

    def count(self, owner: str, namespace: str, filter: Filter | None = None) -> int:  # noqa: A002
        """How many documents there are, or pass the filter."""

    def erase(
        self,
        owner: str,
        namespace: str,
        ids: Sequence[str] = (),
        filter: Filter | None = None,  # noqa: A002
    ) -> int:
        """Delete the documents of these ids, or else those that pass the filter; how many there were."""

    def search(self, owner: str, namespace: str, query: Query) -> list[Hit]:
        """The best first; of equal scores the smaller id first. ValidationError for a vector that does not fit."""

    def keep(self, owner: str, namespace: str, kind: str, id: str, body: Payload) -> None:  # noqa: A002
        """Keep a JSON object beside the documents, replacing the one of this kind and id; it goes with the namespace.

        For retrievers, collections and what else is defined over a namespace.
        """

    def kept(self, owner: str, namespace: str, kind: str, id: str | None = None) -> dict[str, Payload]:  # noqa: A002
        """The objects of a kind by their ids, oldest first; only that of an `id` where one is given."""

    def forget(self, owner: str, namespace: str, kind: str, id: str) -> None:  # noqa: A002
        """Delete a kept object; nothing happens where there is none."""

    def close(self) -> None:
        """Finish what was begun; later uses are refused."""


def opened(where: Where) -> Store:
    """The store in a SQLite file, or in a PostgreSQL database with pgvector; nothing is made before the first use.

    Raises InternalServerError when the driver of PostgreSQL is not installed.
    """
    from playground.vectors.shelf import Shelf

    return Shelf(where)
