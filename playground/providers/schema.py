"""A JSON Schema as OpenAI's structured output takes it: a name, and whether it may be called strict."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_NAME = re.compile(r"[^A-Za-z0-9_-]+")
# Keywords outside the strict subset, or not surely inside it (OpenAI, structured outputs guide).
_LOOSE = frozenset(
    (
        *("allOf", "oneOf", "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties"),
        *("default", "uniqueItems", "prefixItems", "contains", "propertyNames", "minProperties", "maxProperties"),
        *("unevaluatedProperties", "unevaluatedItems"),
    )
)


def named(schema: Mapping[str, Any]) -> dict[str, Any]:
    """`{"name", "schema", "strict"}`: the schema itself is not touched.

    The name is the schema's title within `^[A-Za-z0-9_-]{1,64}$`, or `answer`. `strict` is true where the schema has
    the form that OpenAI demands of a strict one; any other is followed as well as the model can.
    """
    title = schema.get("title")
    name = _NAME.sub("_", title).strip("_")[:64] if isinstance(title, str) else ""
    return {"name": name or "answer", "schema": dict(schema), "strict": _strict(schema)}


def _strict(schema: Mapping[str, Any]) -> bool:
    """The root is an object and no choice; every object forbids other properties and requires all of its own."""
    return schema.get("type") == "object" and "anyOf" not in schema and all(map(_closed, _parts(schema)))


def _closed(part: Mapping[str, Any]) -> bool:
    if not _LOOSE.isdisjoint(part):
        return False
    kind = part.get("type")
    if kind != "object" and "properties" not in part and not (isinstance(kind, list) and "object" in kind):
        return True
    return part.get("additionalProperties") is False and set(part.get("properties", {})) <= set(
        part.get("required", ())
    )


def _parts(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every mapping inside, whether it is a schema or not: in doubt a schema is not strict."""
    if isinstance(value, Mapping):
        yield value
    for inner in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _parts(inner)
