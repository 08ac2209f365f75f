"""The stages of a retriever, read from JSON as the published client writes them: what to search, how to join it.

Stages run one after the other. The first search looks among all documents, each later one only among those that the one
before it left, and puts them into its own order. An `attribute_filter`, wherever it stands, holds for all searches:
what it would drop is not searched for in the first place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from playground.vectors import filter as filters
from playground.vectors.filter import Filter
from playground.vectors.fit import fit, refuse
from playground.vectors.fusion import Strategy
from playground.vectors.template import MissingError, check, rendered

MOST = 5000
"""Most documents of one search."""
FEATURE_SEARCH = ("feature_search", "feature_filter")
ATTRIBUTE_FILTER = "attribute_filter"
# What is not looked at before there are inputs, where templates stand in it.
_NUMBERS = ("top_k", "final_top_k", "min_score", "weight")
_LOOSE = ("pre_filters", "post_filters", "filters", "conditions")
_Count = Annotated[int, Field(ge=1, le=MOST)]
_Names = Annotated[list[str], Field(max_length=64)]


class Search(BaseModel):
    """One search of a stage. `feature_uri` names an index, plainly or as the end of a feature URI."""

    model_config = ConfigDict(extra="allow")

    feature_uri: str = Field(min_length=1)
    query: dict[str, Any]
    top_k: _Count = 100
    min_score: float | None = None
    weight: float = Field(default=1.0, ge=0)
    lexical: Literal[False] = False
    optional: bool = False
    on_empty: Literal["error", "skip"] = "error"
    collection_identifiers: _Names = []

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        """`vector_name` and `vector` are the same in fewer words."""
        if not isinstance(value, dict) or "vector_name" not in value or "feature_uri" in value:
            return value
        rest = {name: each for name, each in value.items() if name not in ("vector_name", "vector")}
        query = {"input_mode": "vector", "value": value["vector"]} if "vector" in value else value.get("query")
        return rest | {"feature_uri": value["vector_name"], "query": query}


class _Searches(BaseModel):
    model_config = ConfigDict(extra="allow")

    searches: Annotated[list[Search], Field(max_length=10)] = []
    final_top_k: _Count = 25
    fusion: Strategy = "rrf"
    collection_identifiers: _Names = []


class _Config(BaseModel):
    stage_id: str
    parameters: dict[str, Any] = {}
    pre_filters: dict[str, Any] | None = None
    post_filters: dict[str, Any] | None = None


class _Stage(BaseModel):
    stage_name: str = Field(min_length=1)
    config: _Config


@dataclass(frozen=True, slots=True)
class FeatureSearch:
    """Searches whose lists are fused; one without any is a filter, whose documents stand by their ids."""

    name: str
    searches: Sequence[Search]
    top_k: int
    fusion: Strategy
    filter: Filter | None
    collections: Sequence[str]
    unused: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AttributeFilter:
    """Only what passes goes on."""

    name: str
    filter: Filter | None
    unused: tuple[str, ...] = ()


Stage: TypeAlias = FeatureSearch | AttributeFilter


def vet(stages: Sequence[Any]) -> None:
    """Raise what a run of these stages would raise whatever its inputs; templates are let pass if they are sound."""
    if not stages:
        raise refuse("a retriever needs at least one stage; add a `feature_search`", "body", "stages", kind="too_short")
    check(list(stages))
    read([_settled(stage) for stage in stages])


def filled(stage: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """A sound stage with its inputs in place, each looked at once: what an input says is no template.

    Raises MissingError.
    """
    config = stage["config"]
    given = config.get("parameters") or {}
    parameters = rendered({name: value for name, value in given.items() if name != "searches"}, inputs)
    parameters["searches"] = [_asked(search, inputs) for search in given.get("searches") or ()]
    rest = {name: value for name, value in config.items() if name != "parameters"}
    return {**stage, "config": rendered(rest, inputs) | {"parameters": parameters}}


def _asked(search: Mapping[str, Any], inputs: Mapping[str, Any]) -> Any:
    """A search with its inputs in place; one that lacks one and may be left out asks for nothing."""
    try:
        return rendered(search, inputs)
    except MissingError:
        if search.get("on_empty") != "skip":
            raise
        return {"feature_uri": search.get("feature_uri"), "query": {}, "on_empty": "skip"}


def read(stages: Sequence[Any]) -> tuple[Stage, ...]:
    """The stages of JSON without templates. Raises ValidationError naming the place."""
    return tuple(_stage(stage, ("body", "stages", number)) for number, stage in enumerate(stages))


def _stage(said: Any, place: tuple[str | int, ...]) -> Stage:
    stage = fit(_Stage, said, *place)
    config, where = stage.config, (*place, "config", "parameters")
    if config.stage_id in FEATURE_SEARCH:
        return _feature_search(stage, where)
    if config.stage_id == ATTRIBUTE_FILTER:
        given = config.parameters
        condition = given.get("conditions") or {
            name: given[name] for name in ("field", "operator", "value") if name in given
        }
        return AttributeFilter(stage.stage_name, filters.read(condition, where[1:]))
    raise refuse(
        f"there is no stage `{config.stage_id}` here; there are `feature_search` and `{ATTRIBUTE_FILTER}`",
        *place,
        "config",
        "stage_id",
        kind="enum",
    )


def _feature_search(stage: _Stage, where: tuple[str | int, ...]) -> FeatureSearch:
    config = stage.config
    given = fit(_Searches, config.parameters, *where)
    before = config.pre_filters or config.parameters.get("pre_filters")
    unused = [name for name in given.model_extra or {} if name != "pre_filters"]
    unused += ["post_filters"] if config.post_filters else []
    unused += [name for search in given.searches for name in search.model_extra or {}]
    return FeatureSearch(
        stage.stage_name,
        given.searches,
        given.final_top_k,
        given.fusion,
        filters.read(before, (*where[1:-1], "pre_filters")),
        given.collection_identifiers,
        tuple(dict.fromkeys(unused)),
    )


def _settled(value: Any) -> Any:
    """Without what only an execution can tell: numbers and filters in which a template stands."""
    if isinstance(value, list):
        return [_settled(each) for each in value]
    if not isinstance(value, Mapping):
        return value
    if value.get("stage_id") == ATTRIBUTE_FILTER and "{{" in str(value):
        return {**value, "parameters": {}}
    return {
        name: _settled(each)
        for name, each in value.items()
        if not (name in _NUMBERS and isinstance(each, str)) and not (name in _LOOSE and "{{" in str(each))
    }
