"""Filling: rows become documents of a namespace, embedded piece by piece; what is in stays, whatever happens then."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from numpy.typing import ArrayLike

from playground.errors import BadRequestError, PlaygroundError
from playground.ui.search.place import library
from playground.ui.search.spaces import Space
from playground.ui.search.work import Work
from playground.vectors.rows import Row
from playground.vectors.services import readable
from playground.vectors.store import Document

PIECE = 64
"""Rows that are embedded and written at a time: one request to a provider, a beat of the bundled model."""
Vectors: TypeAlias = Mapping[str, ArrayLike]


@dataclass(frozen=True, slots=True)
class Entry:
    """What becomes one document: a row, and the image that is embedded instead of its text, as a data URI."""

    row: Row
    image: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """How it ended: `left` are those that did not get in, with the sentence why, empty when somebody stopped it."""

    space: str
    left: Sequence[Entry] = ()
    problem: str = ""
    stopped: bool = False


Filling: TypeAlias = Work[Filled]


def fill(space: Space, entries: Sequence[Entry]) -> Filling:
    """Begin to fill a namespace. Raises BadRequestError for rows that it cannot take, before anything is done."""
    _check(space, entries)
    found: Filling = Work(lambda work: _fill(work, space, entries), len(entries))
    _fillings()[_key(space)] = found
    return found


def filling(space: Space) -> Filling | None:
    """The last filling of a namespace in this process, under way or ended and not put away."""
    return _fillings().get(_key(space))


def put_away(space: Space) -> None:
    """Forget how the last filling ended."""
    _fillings().pop(_key(space), None)


@cache
def _fillings() -> dict[str, Filling]:
    """Of this process, by namespace."""
    return {}


def _key(space: Space) -> str:
    return f"{space.scope.owner}/{space.id}/{space.namespace.created}"


def _check(space: Space, entries: Sequence[Entry]) -> None:
    """Every row can be embedded, or brings a vector that fits."""
    sense = "image" if any(entry.image for entry in entries) else "text"
    for entry in entries:
        vector = entry.row.vector
        if vector is not None and not space.fitting(len(vector)):
            there = " and ".join(f"{index.dimension:,}" for index in space.indexes)
            raise BadRequestError(
                f"row {entry.row.number} has a vector of {len(vector):,} numbers, and this namespace takes {there}"
            )
        if vector is None and sense not in space.kinds:
            what = "vectors: it has no embedder" if not space.embedders else f"no {sense}s by its embedder"
            raise BadRequestError(f"row {entry.row.number} has no vector, and this namespace takes {what}")


def _fill(work: Filling, space: Space, entries: Sequence[Entry]) -> Filled:
    for start in range(0, len(entries), PIECE):
        piece = entries[start : start + PIECE]
        try:
            if not work.stop.is_set():
                library().write(space.scope, _documents(space, piece))
        except PlaygroundError as error:
            if not work.stop.is_set():
                return Filled(space.id, entries[start:], _problem(space, piece, error))
        if work.stop.is_set():
            return Filled(space.id, entries[start:], stopped=True)
        work.done += len(piece)
    return Filled(space.id)


def _documents(space: Space, piece: Sequence[Entry]) -> list[Document]:
    brought = [_brought(space, entry) for entry in piece]
    made = iter(_embedded(space, [entry for entry, vectors in zip(piece, brought, strict=True) if not vectors]))
    return [
        Document(entry.row.id, vectors or next(made), entry.row.payload)
        for entry, vectors in zip(piece, brought, strict=True)
    ]


def _brought(space: Space, entry: Entry) -> Vectors:
    vector = entry.row.vector
    return {} if vector is None else {space.fitting(len(vector)): list(vector)}


def _embedded(space: Space, entries: Sequence[Entry]) -> Iterator[Vectors]:
    """The vectors of entries that bring none, by every embedder of the namespace."""
    services = library().services
    columns: dict[str, list[list[float]]] = {}
    for index, service in space.embedders.items():
        if entries and entries[0].image:
            columns[index] = list(services.contents(space.scope, service, [entry.image for entry in entries]))
        else:
            columns[index] = list(services.texts(space.scope, service, [entry.row.text for entry in entries]))
    for place in range(len(entries)):
        yield {index: vectors[place] for index, vectors in columns.items()}


def _problem(space: Space, piece: Sequence[Entry], error: PlaygroundError) -> str:
    """The sentence that names the row, or the rows where it does not lie with one."""
    if error.status in (400, 413, 422) and len(piece) > 1:
        for entry in piece:
            try:
                _documents(space, [entry])
            except PlaygroundError as alone:
                return f"row {entry.row.number} could not be put in: {readable(alone)}"
    numbers = [entry.row.number for entry in piece]
    rows = f"row {numbers[0]}" if len(piece) == 1 else f"rows {numbers[0]} to {numbers[-1]}"
    return f"{rows} could not be put in: {readable(error)}"
