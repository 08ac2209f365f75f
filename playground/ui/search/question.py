"""What is looked for, and where: as values, and as the request that every door sends."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from playground.errors import BadRequestError
from playground.snippets import Post, execution
from playground.ui.search import mixpeek
from playground.ui.search.spaces import Space
from playground.vectors.library import adhoc
from playground.vectors.retriever import Retriever

Way = Literal["text", "image", "vector", "document"]
WAYS: Mapping[Way, tuple[str, str]] = {
    "text": ("search", "Text"),
    "image": ("image", "Image"),
    "vector": ("data_array", "Vector"),
    "document": ("content_copy", "Like this one"),
}
"""How to ask, with icon and words."""
INPUTS: Mapping[Way, tuple[str, str, str]] = {
    "text": ("query", "text", "text"),
    "image": ("image_base64", "content", "string"),
    "vector": ("vector", "vector", "array"),
    "document": ("document_id", "document", "string"),
}
"""For each way the name of the input, the mode of the query, and the type in the input schema."""
CANDIDATES = 100
"""Hits of each search that are fused, where there are several."""
_TEMPLATE = re.compile(r"\{\{\s*(?:INPUT|inputs?)\.(\w+)\s*\}\}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Question:
    """`value` is a text, an image as Base64, a vector, or a document's id; `filters` a request's JSON as a text."""

    way: Way
    value: str | tuple[float, ...]
    k: int = 10
    filters: str = ""

    @property
    def input(self) -> str:
        """The name of its input."""
        is_address = self.way == "image" and str(self.value).startswith(("http://", "https://"))
        return "image_url" if is_address else INPUTS[self.way][0]

    @property
    def inputs(self) -> dict[str, Any]:
        """The inputs of a request that asks this."""
        return {self.input: list(self.value) if isinstance(self.value, tuple) else self.value}

    @property
    def title(self) -> str:
        """What is looked for, in words."""
        match self.way, self.value:
            case "text", str() as text:
                return text
            case "document", str() as id_:
                return f"like {id_}"
            case "vector", tuple() as vector:
                return f"a vector of {len(vector):,} numbers"
        return "an image"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a question goes: to some of the indexes of a namespace, or to a retriever that was saved there.

    `hosted`: it is asked at Mixpeek, whose own retriever it is when that is `foreign`.
    """

    space: Space
    indexes: tuple[str, ...]
    retriever: Retriever | None = None
    hosted: bool = False
    foreign: bool = False

    @property
    def title(self) -> str:
        """What it is called beside another."""
        if self.foreign and self.retriever:
            return f"{self.retriever.name} at Mixpeek"
        name = self.space.id
        if self.retriever:
            name = f"{self.retriever.name} in {name}"
        elif len(self.indexes) == 1 < len(self.space.indexes):
            name = f"{name}, only {self.indexes[0]}"
        return f"{name}, asked at Mixpeek" if self.hosted else name


def plain(target: Target, question: Question) -> Retriever:
    """The retriever that was saved, or one of a single stage that asks the question of the target's indexes."""
    if target.retriever is not None:
        return target.retriever
    name, (_, mode, kind) = question.input, INPUTS[question.way]
    several = len(target.indexes) > 1
    template = f"{{{{INPUT.{name}}}}}"
    query = {"document_ref": {"document_id": template}} if mode == "document" else {"value": template}
    searches = [
        {
            "feature_uri": index,
            "query": {"input_mode": mode, **query},
            "top_k": max(question.k, CANDIDATES) if several else question.k,
        }
        for index in target.indexes
    ]
    made = adhoc(searches, question.k)
    return Retriever("", "", made.stages, {name: {"type": kind, "required": True}})


def given(retriever: Retriever, question: Question) -> dict[str, Any]:
    """The inputs for a retriever. Raises BadRequestError for one that cannot be asked this way."""
    _, mode, _ = INPUTS[question.way]
    (value,) = question.inputs.values()
    name = next((name for asked, name in _asked(retriever.stages) if asked == mode), None)
    if name is None:
        modes = " or ".join(dict.fromkeys(asked for asked, _ in _asked(retriever.stages))) or "no"
        raise BadRequestError(
            f"the retriever `{retriever.name}` takes {modes} input, and this is {WAYS[question.way][1].lower()}; ask "
            "it another way, or search without it"
        )
    return {name: value}


def post(target: Target, question: Question) -> Post:
    """The exact request. Raises BadRequestError for a saved retriever that cannot be asked this way."""
    retriever = plain(target, question)
    body: dict[str, Any] = {"inputs": given(retriever, question)}
    if question.filters:
        body["filters"] = json.loads(question.filters)
    if retriever.id and (target.foreign or not target.hosted):
        return _sent(target, execution(body | {"limit": question.k}, target.space.id, retriever.id))
    return _sent(target, execution({"stages": list(retriever.stages), **body}, target.space.id))


def _sent(target: Target, request: Post) -> Post:
    return mixpeek.addressed(request) if target.hosted else request


def _asked(stages: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The mode of each search's query and the input that it takes."""
    for stage in stages:
        for search in stage["config"].get("parameters", {}).get("searches") or ():
            query = search.get("query") or {}
            names = _TEMPLATE.findall(json.dumps(query))
            if names:
                yield str(query.get("input_mode") or "text"), names[0]
