"""Structured output: is it a schema, and does the reply obey it."""

import json
from collections.abc import Mapping
from typing import Any

from playground.errors import BadRequestError


def check_schema(schema: Any) -> Mapping[str, Any]:
    """The schema itself when it is a JSON Schema (draft 2020-12 unless `$schema` says otherwise).

    Raises BadRequestError naming the path that is wrong. It is never rewritten.
    """
    from jsonschema import SchemaError
    from jsonschema.validators import validator_for

    if not isinstance(schema, dict):
        raise BadRequestError(f"`parameters.schema` must be a JSON Schema object; it is {type(schema).__name__}")
    try:
        validator_for(schema).check_schema(schema)
    except SchemaError as error:
        path = "".join(f".{part}" for part in error.absolute_path)
        raise BadRequestError(f"`parameters.schema{path}` is no valid JSON Schema: {error.message}") from None
    return schema


def read(text: str, schema: Mapping[str, Any]) -> tuple[Any, list[dict[str, str]]]:
    """A reply as JSON and what is wrong with it: (value, [{"path", "message"}, …]).

    The value is None when the reply is no JSON at all. References outside the schema are never fetched.
    """
    from jsonschema.validators import validator_for
    from referencing.exceptions import Unresolvable

    try:
        value = json.loads(text)
    except ValueError as error:
        return None, [{"path": "$", "message": f"not JSON: {error}"}]
    try:
        failures = sorted(validator_for(schema)(schema).iter_errors(value), key=lambda error: error.json_path)
    except Unresolvable as error:
        return value, [{"path": "$", "message": f"the schema refers to something that is not in it: {error}"}]
    return value, [{"path": error.json_path, "message": error.message} for error in failures]
