"""Filters on payloads: conditions joined by all, any and none, read from JSON.

    {"field": "metadata.year", "operator": "gte", "value": 1990}     one condition; without an operator: eq
    {"AND": [...], "OR": [...], "NOT": [...]}                        all, at least one, none; several keys: all of them
    {"metadata.lang": "de", "year": {"gte": 1990, "lt": 2000}}       the same, shorter

This is the form of published clients' attribute filters. A path's steps are joined by dots. Lists are looked through:
a path goes on in each object of a list, and a condition holds when it holds for one element, also of a list in a list.
So `ne`, `nin` are the opposites of `eq`, `in`: they hold where nothing equals, also where there is nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

from playground.errors import ValidationError

Operator = Literal[
    "eq",
    "ne",
    "in",
    "nin",
    "gt",
    "gte",
    "lt",
    "lte",
    "exists",
    "is_null",
    "contains",
    "starts_with",
    "ends_with",
    "text",
]
"""`gt` to `lte` compare numbers with numbers and texts with texts, by code points, so that ISO dates sort as dates.

`exists` takes true or false; null is there. `is_null` holds for null and where nothing is. `contains`: a text has the
value in it, or a list has it as an element. `text` is `contains` for texts, whatever the case.
"""
OPERATORS: tuple[Operator, ...] = get_args(Operator)
DEPTH = 16
"""Levels of AND, OR and NOT within each other."""
_ASIDE = ("case_sensitive", "case_insensitive")  # what clients send along; equal is equal here, `text` ignores case
_FLAGS = ("exists", "is_null")

Place: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to hold of the value at a path."""

    path: tuple[str, ...]
    operator: Operator
    value: Any


@dataclass(frozen=True, slots=True)
class Every:
    """All hold; true of none."""

    of: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one holds; false of none."""

    of: tuple["Filter", ...]


@dataclass(frozen=True, slots=True)
class Neither:
    """None holds."""

    of: tuple["Filter", ...]


Filter: TypeAlias = Condition | Every | Some | Neither

_JOINED: Mapping[str, type[Every | Some | Neither]] = {"AND": Every, "OR": Some, "NOT": Neither}


def equal(path: str, value: Any) -> Condition:
    """The commonest filter: the value at a dotted path equals."""
    return Condition(tuple(path.split(".")), "eq", value)


def read(said: Any, place: Place = ("filters",)) -> Filter | None:
    """The filter that JSON says; None for null and an empty object. Raises ValidationError naming the place."""
    if said is None or said == {}:
        return None
    return _read(said, place, DEPTH)


def _read(said: Any, place: Place, depth: int) -> Filter:
    if not isinstance(said, Mapping):
        raise _wrong(place, "must be an object", "dict_type")
    if depth == 0:
        raise _wrong(place, f"goes deeper than {DEPTH} levels", "too_deep")
    if "field" in said and ("value" in said or "operator" in said):
        return _condition(said["field"], said.get("operator") or "eq", said.get("value"), place)
    parts = [_part(name, value, (*place, name), depth) for name, value in said.items() if name not in _ASIDE]
    return parts[0] if len(parts) == 1 else Every(tuple(parts))


def _part(name: str, value: Any, place: Place, depth: int) -> Filter:
    """One key of an object: a junction, or a field with what it equals or must fulfil."""
    if name in _JOINED and value is None:
        return Every(())
    if name in _JOINED:
        if not isinstance(value, list):
            raise _wrong(place, "must be a list of conditions", "list_type")
        of = tuple(_read(each, (*place, number), depth - 1) for number, each in enumerate(value))
        return _JOINED[name](of)
    if isinstance(value, Mapping) and value and all(each in OPERATORS for each in value):
        return Every(tuple(_condition(name, operator, each, (*place, operator)) for operator, each in value.items()))
    return _condition(name, "eq", value, place)


def _condition(field: Any, operator: Any, value: Any, place: Place) -> Condition:
    if not isinstance(field, str) or not field:
        raise _wrong((*place, "field"), "must be the path of a field, its steps joined by dots", "string_type")
    if operator not in OPERATORS:
        known = ", ".join(f"`{each}`" for each in OPERATORS)
        raise _wrong((*place, "operator"), f"`{operator}` is not understood; there are {known}", "enum")
    wanted = _wanted(operator, value)
    if wanted:
        raise _wrong((*place, "value"), f"must be {wanted} for `{operator}`", "value_error")
    return Condition(tuple(field.split(".")), operator, True if operator in _FLAGS and value is None else value)


def _wanted(operator: Operator, value: Any) -> str:
    """What the value should have been, empty when it is that."""
    match operator:
        case "in" | "nin":
            return "" if isinstance(value, list) and all(map(_scalar, value)) else "a list of texts, numbers or truths"
        case "gt" | "gte" | "lt" | "lte":
            return "" if number(value) or isinstance(value, str) else "a number or a text"
        case "exists" | "is_null":
            return "" if value is None or isinstance(value, bool) else "true or false"
        case "starts_with" | "ends_with" | "text":
            return "" if isinstance(value, str) else "a text"
        case "eq" | "ne" | "contains":
            return "" if _scalar(value) else "a text, a number, true, false or null"


def number(value: Any) -> bool:
    """Whether it is a number; truths are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float)


def _wrong(place: Place, what: str, kind: str) -> ValidationError:
    return ValidationError(f"`{'.'.join(map(str, place))}` {what}", [(("body", *place), what, kind)])
