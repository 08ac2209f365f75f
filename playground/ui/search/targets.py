"""Targets by their names in the URL: `notes`, `notes#index` for one of its indexes, `notes/ret_…` for a retriever.

With `@mixpeek` behind, the request goes to the hosted server; with a retriever's id behind that, it is one of its own.
"""

from collections.abc import Sequence

from playground.errors import BadRequestError, NotFoundError
from playground.ui.search import mixpeek
from playground.ui.search.mixpeek import MARK
from playground.ui.search.place import library
from playground.ui.search.question import Target, Way
from playground.ui.search.spaces import Space, space
from playground.vectors.retriever import Retriever
from playground.vectors.store import Index

NOTHING = "-"
"""The name of no target."""


def choices(found: Space) -> dict[str, str]:
    """How a namespace can be asked, by name: all of it, one of its indexes, its saved retrievers."""
    several = len(found.indexes) > 1
    whole = {found.id: "all vectors, fused" if several else "its vectors"}
    parts = {f"{found.id}#{index.name}": f"only {index.name}" for index in found.indexes} if several else {}
    saved = {f"{found.id}/{each.id}": each.name for each in library().retrievers.all(found.scope)}
    return whole | parts | saved


def elsewhere(found: Space) -> dict[str, str]:
    """What can be asked at Mixpeek, by name, where the settings name it: this page's requests, its own retrievers."""
    if not mixpeek.ready():
        return {}
    same = {f"{name}{MARK}": f"{said}, at Mixpeek" for name, said in choices(found).items()}
    return same | {f"{found.id}{MARK}/{each.id}": f"Mixpeek’s {each.name}" for each in mixpeek.retrievers()[0]}


def label(found: Space, said: str) -> str:
    """What a choice is called where several namespaces stand."""
    return found.id if said in ("its vectors", "all vectors, fused") else f"{found.id}: {said}"


def target(name: str, way: Way, length: int | None) -> Target:
    """The target of this name for a question; `length` is that of a vector that is asked for.

    Raises NotFoundError, and BadRequestError for one that cannot be asked this way.
    """
    ours, hosted, foreign = name.partition(MARK)
    id_, retriever, index = ours.partition("/")[0].partition("#")[0], ours.partition("/")[2], ours.partition("#")[2]
    found = space(id_)
    if found is None:
        raise NotFoundError(f"there is no namespace `{id_}` here any more")
    if foreign:
        return Target(found, (), _foreign(foreign.removeprefix("/")), hosted=True, foreign=True)
    if retriever:
        return Target(found, (), library().retrievers.get(found.scope, retriever), hosted=bool(hosted))
    asked = [each for each in found.indexes if index in ("", each.name)]
    fitting = [each.name for each in asked if _answers(found, each, way, length)]
    if not fitting:
        raise BadRequestError(_why(found, asked, way, length))
    return Target(found, tuple(fitting), hosted=bool(hosted))


def _foreign(id_: str) -> Retriever:
    there, problem = mixpeek.retrievers()
    for each in there:
        if each.id == id_:
            return each
    raise NotFoundError(problem or f"Mixpeek has no retriever `{id_}` in its namespace, or has not listed it yet")


def _answers(found: Space, index: Index, way: Way, length: int | None) -> bool:
    if way == "vector":
        return index.dimension == length
    return way == "document" or (way in found.kinds and index.name in found.embedders)


def _why(found: Space, asked: Sequence[Index], way: Way, length: int | None) -> str:
    if not asked:
        return f"`{found.id}` has no vectors yet; add documents first"
    if way == "vector":
        there = " and ".join(f"{index.dimension:,}" for index in asked)
        return f"`{found.id}` has vectors of {there} numbers, and this one has {length:,}"
    if not found.embedders:
        return f"nobody embeds for `{found.id}`: promote it, or search by a vector of its model"
    return f"the model of `{found.id}` reads no {way}"
