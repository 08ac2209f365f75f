"""Documents made ready to be written by the thread that brings them, so that the writer only executes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from playground.errors import ValidationError
from playground.vectors.store import Document, Index, Vector

LONGEST_ID = 512
"""Characters of an id: a key of PostgreSQL's B-trees holds 2,704 bytes."""
LONGEST_NAME = 256
DIMENSIONS = 16_000
"""Most numbers in a vector; pgvector's limit."""
SMALLEST, LARGEST = 1e-15, 1e15
"""Norms between which float32 neither underflows nor overflows in a product of two."""

Failure = tuple[tuple[str | int, ...], str, str]


@dataclass(frozen=True, slots=True)
class Ready:
    """A document; `place` is where it stands among those that were brought, `payload` its JSON in ASCII."""

    place: int
    payload: str
    vectors: Mapping[str, Vector]


@dataclass(frozen=True)
class Parcel:
    """Documents by their ids."""

    documents: Mapping[str, Ready]

    @classmethod
    def of(cls, documents: Sequence[Document]) -> "Parcel":
        """Raises ValidationError for what no namespace takes."""
        failures: list[Failure] = []
        ready: dict[str, Ready] = {}
        for place, document in enumerate(documents):
            try:
                ready.pop(document.id, None)  # the later one counts, also for the order
                ready[document.id] = _ready(place, document)
            except ValueError as error:
                failures.append(error.args[0])
        refuse(failures)
        return cls(ready)

    @cached_property
    def digest(self) -> str:
        """The same for the same documents in the same order."""
        hashed = sha256()
        for id_, ready in self.documents.items():
            hashed.update(json.dumps([id_, ready.payload, sorted(ready.vectors)]).encode())
            for name in sorted(ready.vectors):
                hashed.update(ready.vectors[name].tobytes())
        return hashed.hexdigest()

    def fitted(self, indexes: Sequence[Index], *, open: bool) -> list[Index]:  # noqa: A002 - the field's name
        """The indexes that have to be made for it, where the namespace is `open`.

        Raises ValidationError that names every vector which has no index or does not fit it.
        """
        known, made, failures = {index.name: index for index in indexes}, list[Index](), list[Failure]()
        for ready in self.documents.values():
            for name, vector in ready.vectors.items():
                if open and name not in known:
                    known[name] = Index(name, len(vector))
                    made.append(known[name])
                failures += _unfit(vector, name, known, ("body", "documents", ready.place, "vectors", name))
        refuse(failures)
        return made


def fitted(vector: ArrayLike, index: Index, place: tuple[str | int, ...] = ("body", "vector")) -> Vector:
    """A query's vector for an index. Raises ValidationError."""
    try:
        array = _vector(vector, place)
    except ValueError as error:
        refuse([error.args[0]])
        raise
    refuse(list(_unfit(array, index.name, {index.name: index}, place)))
    return array


def _ready(place: int, document: Document) -> Ready:
    """Raises ValueError with a failure."""
    where = ("body", "documents", place)
    if not 1 <= len(document.id) <= LONGEST_ID:
        raise ValueError(((*where, "document_id"), f"must have 1 to {LONGEST_ID} characters", "string_length"))
    try:
        payload = json.dumps(_plain(document.payload), allow_nan=False)
    except (ValueError, TypeError, RecursionError):
        what = "must be JSON, without NaN and infinite numbers"
        raise ValueError(((*where, "payload"), what, "json_invalid")) from None
    vectors = {}
    for name, vector in document.vectors.items():
        if not 1 <= len(name) <= LONGEST_NAME:
            what = f"a vector's name must have 1 to {LONGEST_NAME} characters"
            raise ValueError(((*where, "vectors"), what, "string_length"))
        vectors[name] = _vector(vector, (*where, "vectors", name))
    return Ready(place, payload, vectors)


def _vector(vector: ArrayLike, where: tuple[str | int, ...]) -> Vector:
    """Raises ValueError with a failure."""
    try:
        with np.errstate(over="ignore"):
            array = np.array(vector, np.float32)
    except (TypeError, ValueError, OverflowError):
        array = np.zeros(0, np.float32)
    if array.ndim != 1 or not 1 <= len(array) <= DIMENSIONS:
        raise ValueError((where, f"must be a list of 1 to {DIMENSIONS:,} numbers", "list_type"))
    norm = float(np.linalg.norm(array.astype(np.float64)))  # NaN and infinite numbers make it so
    if norm != 0 and not SMALLEST <= norm <= LARGEST:
        what = f"must have finite numbers and a length of 0 or {SMALLEST:g} to {LARGEST:g}; its length is {norm:g}"
        raise ValueError((where, what, "finite_number"))
    return array


def _unfit(vector: Vector, name: str, known: Mapping[str, Index], where: tuple[str | int, ...]) -> Iterator[Failure]:
    index = known.get(name)
    if index is None:
        there = ", ".join(f"`{each}`" for each in known) or "none"
        yield where, f"the namespace has no index `{name}`; there are {there}", "unknown_index"
    elif len(vector) != index.dimension:
        what = f"has {len(vector)} numbers and the index `{name}` takes {index.dimension}"
        yield where, what, "dimension_mismatch"
    elif index.metric == "cosine" and not vector.any():
        yield where, f"is all zeros, which has no direction, and the index `{name}` compares directions", "zero_vector"


def refuse(failures: list[Failure]) -> None:
    """Raises ValidationError that names the first of the failures, and has all of them; nothing where there is none."""
    if failures:
        where, what, _ = failures[0]
        more = f" (and {len(failures) - 1} more)" if len(failures) > 1 else ""
        raise ValidationError(f"`{'.'.join(map(str, where[1:]))}` {what}{more}", failures)


def _plain(payload: Any) -> Any:
    return payload if isinstance(payload, dict) else dict(payload)
