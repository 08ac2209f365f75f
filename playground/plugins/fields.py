"""A JSON Schema of inputs as a list of fields that a form can have, and as an example that it allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from playground.plugins.manifest import Manifest

Kind = Literal["text", "lines", "integer", "number", "flag", "choice", "file", "json"]
"""`lines`: a list of texts; `file`: bytes in Base64; `json`: whatever has no simpler form."""
TEXTS = (
    "The parcel arrived with a broken lid.",
    "My order was damaged in the post.",
    "The rover climbed out of the crater at dawn.",
)
"""What is asked where a plugin has no example of its own; the first two are alike."""
_TYPES: Mapping[str, Kind] = {"string": "text", "integer": "integer", "number": "number", "boolean": "flag"}
_USUAL: Mapping[str, Mapping[str, Any]] = {
    "generate": {"prompts": {"type": "array", "items": {"type": "string"}, "title": "Prompts"}},
    "rerank": {
        "query": {"type": "string", "title": "Query"},
        "documents": {"type": "array", "items": {"type": "string"}, "title": "Documents", "default": list(TEXTS)},
    },
}
_TEXT = {"text": {"type": "string", "title": "Text"}}


@dataclass(frozen=True, slots=True)
class Field:
    """One input. `default` is what stands there at first, None for nothing; `choices` are those of a `choice`."""

    name: str
    kind: Kind
    title: str
    help: str = ""
    required: bool = False
    default: Any = None
    choices: tuple[Any, ...] = ()
    low: float | None = None
    high: float | None = None


def inputs_schema(manifest: Manifest) -> Mapping[str, Any]:
    """The schema of a plugin's inputs; of one that has none, what its kind usually takes, all of it required."""
    if manifest.input_schema is not None:
        return manifest.input_schema
    properties = _USUAL.get(manifest.inference_type, _TEXT)
    return {"type": "object", "properties": properties, "required": list(properties)}


def fields(schema: Mapping[str, Any]) -> list[Field]:
    """The fields of an object's schema, in its order; none where it names no properties."""
    required = schema.get("required") or ()
    return [_field(name, each, schema, name in required) for name, each in _properties(schema).items()]


def example(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs that a schema allows: what is required, else its first property, with its own examples and defaults."""
    properties = _properties(schema)
    wanted = [name for name in schema.get("required") or () if name in properties] or list(properties)[:1]
    return {name: _example(properties[name], schema) for name in wanted}


def _field(name: str, given: Any, root: Mapping[str, Any], required: bool) -> Field:
    schema = _plain(given, root)
    kind = _kind(name, schema, root)
    examples = schema.get("examples") or [None]
    default = schema.get("default", examples[0])
    if default is None and required and kind in ("text", "lines", "json"):
        default = _example(schema, root)
    return Field(
        name,
        kind,
        title=str(schema.get("title") or name),
        help=str(schema.get("description") or ""),
        required=required,
        default=default,
        choices=tuple(schema.get("enum") or ()),
        low=schema.get("minimum"),
        high=schema.get("maximum"),
    )


def _kind(name: str, schema: Mapping[str, Any], root: Mapping[str, Any]) -> Kind:
    if schema.get("enum"):
        return "choice"
    if schema.get("type") == "string" and (name.endswith("_base64") or schema.get("contentEncoding") == "base64"):
        return "file"
    if schema.get("type") == "array" and _plain(schema.get("items"), root).get("type") == "string":
        return "lines"
    return _TYPES.get(str(schema.get("type")), "json")


def _example(given: Any, root: Mapping[str, Any], depth: int = 0) -> Any:
    schema = _plain(given, root)
    for found in (schema.get("examples"), schema.get("enum")):
        if isinstance(found, list) and found:
            return found[0]
    if "default" in schema:
        return schema["default"]
    match schema.get("type"):
        case "array":
            return [_example(schema.get("items"), root, depth + 1)] if depth < 4 else []
        case "object":
            return example({**schema, "$defs": root.get("$defs", {})}) if depth < 4 else {}
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
    return TEXTS[0]


def _properties(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found = schema.get("properties")
    return found if isinstance(found, Mapping) else {}


def _plain(given: Any, root: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema without a reference, and of several choices the first that is no null; what stands beside counts."""
    schema = given if isinstance(given, Mapping) else {}
    for _ in range(8):
        beside = {name: each for name, each in schema.items() if name not in ("$ref", "anyOf", "oneOf", "allOf")}
        choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
        if "$ref" in schema:
            schema = {**_definition(str(schema["$ref"]), root), **beside}
        elif isinstance(choices, list):
            real = [each for each in choices if isinstance(each, Mapping) and each.get("type") != "null"]
            schema = {**(real[0] if real else {}), **beside}
        else:
            break
    return schema


def _definition(reference: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    place: Any = root
    for word in reference.removeprefix("#/").split("/"):
        place = place.get(word, {}) if isinstance(place, Mapping) else {}
    return place if isinstance(place, Mapping) else {}
