"""Retriever: stages with a name, kept in a namespace, and the inputs they are run with."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from pydantic import BaseModel, ConfigDict

from playground.errors import AlreadyExistsError, NotFoundError
from playground.vectors.fit import fit, unfit
from playground.vectors.scope import Scope
from playground.vectors.stages import vet
from playground.vectors.store import Store

KIND = "retriever"


@dataclass(frozen=True, slots=True)
class Retriever:
    """`stages` and `inputs` (name -> `{"type", "required", "default", …}`) are JSON as they were sent.

    `collections` are ids of collections that it is limited to. `about` is the client's own: `description`, `tags`,
    `metadata`, `display_config`, `budget_limits`. Times are Unix seconds; `version` counts the changes from 1 on.
    """

    id: str
    name: str
    stages: Sequence[Mapping[str, Any]]
    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    collections: Sequence[str] = ()
    about: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1
    created: float = 0.0
    updated: float = 0.0

    def given(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """The inputs of an execution with their defaults. Raises ValidationError for what is missing or unfit."""
        return completed(self.inputs, inputs)


class Retrievers:
    """The retrievers of every namespace. A method that takes `name` takes an id too."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, scope: Scope, made: Retriever) -> Retriever:
        """Keep a new one; its id and times are made here. Raises ValidationError, NotFoundError, AlreadyExistsError."""
        vet(made.stages)
        self._free(scope, made.name)
        now = time.time()
        made = replace(made, id=f"ret_{secrets.token_hex(8)}", created=now, updated=now)
        self._keep(scope, made)
        if self._named(scope, made.name)[0].id != made.id:  # somebody else was a moment faster
            self._store.forget(scope.owner, scope.namespace, KIND, made.id)
            raise _taken(scope, made.name)
        return made

    def all(self, scope: Scope) -> list[Retriever]:
        """Oldest first; none where there is no such namespace."""
        return self._found(scope)

    def get(self, scope: Scope, name: str) -> Retriever:
        """One by its id or name. Raises NotFoundError."""
        for each in self._found(scope, name) or self._named(scope, name):
            return each
        raise NotFoundError(
            f"there is no retriever `{name}` in the namespace `{scope.namespace}`; `POST /v1/retrievers/list` lists "
            "what there is, and `X-Namespace` says where",
            details={"resource": "retriever", "id": name},
        )

    def change(self, scope: Scope, name: str, change: Callable[[Retriever], Retriever]) -> Retriever:
        """Put what `change` makes of one in its place. Raises what `create` and `get` raise."""
        found = self.get(scope, name)
        made = replace(change(found), id=found.id, version=found.version + 1, updated=time.time())
        vet(made.stages)
        if made.name != found.name:
            self._free(scope, made.name)
        self._keep(scope, made)
        return made

    def delete(self, scope: Scope, name: str) -> Retriever:
        """Forget one, and say which. Raises NotFoundError."""
        found = self.get(scope, name)
        self._store.forget(scope.owner, scope.namespace, KIND, found.id)
        return found

    def _found(self, scope: Scope, id_: str | None = None) -> list[Retriever]:
        try:
            kept = self._store.kept(scope.owner, scope.namespace, KIND, id_)
        except NotFoundError:
            return []
        return [Retriever(**body) for body in kept.values()]

    def _keep(self, scope: Scope, made: Retriever) -> None:
        self._store.keep(scope.owner, scope.namespace, KIND, made.id, asdict(made))

    def _named(self, scope: Scope, name: str) -> list[Retriever]:
        return [each for each in self._found(scope) if each.name == name]

    def _free(self, scope: Scope, name: str) -> None:
        if self._named(scope, name):
            raise _taken(scope, name)


def _taken(scope: Scope, name: str) -> AlreadyExistsError:
    return AlreadyExistsError(
        f"there is a retriever `{name}` in the namespace `{scope.namespace}` already; choose another name, change that "
        "one, or delete it",
        code="retriever_name_taken",
        details={"resource": "retriever", "id": name},
    )


_KINDS: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "text": (str,),
    "number": (int, float),
    "float": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def completed(schema: Mapping[str, Mapping[str, Any]], inputs: Mapping[str, Any]) -> dict[str, Any]:
    """`inputs` with the defaults of their schema. Raises ValidationError naming every input that is not as declared."""
    found = {name: each["default"] for name, each in schema.items() if each.get("default") is not None} | dict(inputs)
    failures: list[tuple[tuple[str | int, ...], str, str]] = []
    for name, each in schema.items():
        value = found.get(name)
        if value is None:
            if each.get("required"):
                failures.append((("body", "inputs", name), "is required by the retriever's `input_schema`", "missing"))
        elif not _is(value, str(each.get("type", ""))):
            failures.append((("body", "inputs", name), f"must be of type {each['type']}", "type_error"))
        elif each.get("enum") and value not in each["enum"]:
            failures.append((("body", "inputs", name), "is none of the values that are allowed", "enum"))
    if failures:
        raise unfit(failures)
    return found


def _is(value: Any, kind: str) -> bool:
    """Whether a value is of a declared type; types without a JSON form of their own take anything."""
    kinds = _KINDS.get(kind)
    if kinds is None:
        return True
    return isinstance(value, kinds) and (kind == "boolean" or not isinstance(value, bool))


class _Field(BaseModel):
    model_config = ConfigDict(extra="allow")

    type: str | list[str] = ""
    required: bool = False
    default: Any = None
    enum: list[Any] | None = None


def schema_of(said: Mapping[str, Any] | None) -> dict[str, dict[str, Any]]:
    """`input_schema` as it was sent; a JSON schema with `properties` is read too. Raises ValidationError."""
    given, required = dict(said or {}), list[Any]()
    if given.get("type") == "object" and isinstance(given.get("properties"), dict):
        required = given["required"] if isinstance(given.get("required"), list) else []
        given = given["properties"]
    for name, each in given.items():
        fit(_Field, each, "body", "input_schema", name)
    return {name: {**each, "required": bool(each.get("required")) or name in required} for name, each in given.items()}
