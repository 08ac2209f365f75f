"""Filters evaluated in Python: the meaning that both databases keep to."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from playground.vectors.filter import Condition, Every, Filter, Neither, Operator, Some, number
from playground.vectors.store import Payload

OTHER = object()
"""Stands for what no condition compares: an object, an empty list, a list in a list in a list."""
_OPPOSITES: dict[Operator, Operator] = {"ne": "eq", "nin": "in"}


@dataclass(frozen=True, slots=True)
class Sense:
    """What a condition asks: whether one of the values at its path `holds`; with `absent` also where there is none.

    With `opposite` the answer is turned round in the end.
    """

    holds: Callable[[Any], bool]
    absent: bool = False
    opposite: bool = False


def passes(filter: Filter | None, payload: Payload) -> bool:  # noqa: A002 - the field's name
    """Whether a payload fulfils a filter; None asks nothing."""
    match filter:
        case None:
            return True
        case Every(of):
            return all(passes(each, payload) for each in of)
        case Some(of):
            return any(passes(each, payload) for each in of)
        case Neither(of):
            return not any(passes(each, payload) for each in of)
        case Condition(path):
            asked, values = sense(filter), found(payload, path)
            return (any(map(asked.holds, values)) or (asked.absent and not values)) != asked.opposite


def found(payload: Payload, path: tuple[str, ...]) -> list[Any]:
    """The values at a path, each text, number, truth, null or OTHER; lists are looked through."""
    item: Any = payload
    for depth, step in enumerate(path):  # nearly always there is one, and no list on the way
        if isinstance(item, list):
            return _spread([item], path[depth:])
        if not isinstance(item, dict) or step not in item:
            return []
        item = item[step]
    return _spread([item], ()) if isinstance(item, dict | list) else [item]


def _spread(items: list[Any], path: tuple[str, ...]) -> list[Any]:
    for step in path:
        items = [item[step] for item in _through(items) if isinstance(item, dict) and step in item]
    values = [value for item in items for value in _through(_through([item])) or [OTHER]]
    return [OTHER if isinstance(value, dict | list) else value for value in values]


def _through(items: list[Any]) -> list[Any]:
    """Items with the elements of lists in the lists' place."""
    return [each for item in items for each in (item if isinstance(item, list) else (item,))]


def sense(condition: Condition) -> Sense:
    """What a condition asks."""
    operator, wanted = condition.operator, condition.value
    if operator in _OPPOSITES:
        return replace(sense(replace(condition, operator=_OPPOSITES[operator])), opposite=True)
    if operator == "exists":
        return Sense(lambda _: True, opposite=not wanted)
    if operator == "is_null":
        return Sense(lambda value: value is None, absent=True, opposite=not wanted)
    return Sense(_test(operator, wanted))


def _test(operator: Operator, wanted: Any) -> Callable[[Any], bool]:
    if operator in ("gt", "gte", "lt", "lte"):
        return _ordered(operator, wanted)
    if operator == "in":
        known = set(map(alike, wanted))
        return lambda value: alike(value) in known
    if operator in ("eq", "contains"):
        same, part = alike(wanted), wanted if operator == "contains" and isinstance(wanted, str) else None
        return lambda value: alike(value) == same or (part is not None and isinstance(value, str) and part in value)
    if operator == "text":
        folded = wanted.lower()
        return lambda value: isinstance(value, str) and folded in value.lower()
    if operator == "starts_with":
        return lambda value: isinstance(value, str) and value.startswith(wanted)
    return lambda value: isinstance(value, str) and value.endswith(wanted)


def _ordered(operator: Operator, wanted: Any) -> Callable[[Any], bool]:
    comparable = number if number(wanted) else _text
    match operator:
        case "gt":
            return lambda value: comparable(value) and value > wanted
        case "gte":
            return lambda value: comparable(value) and value >= wanted
        case "lt":
            return lambda value: comparable(value) and value < wanted
        case _:
            return lambda value: comparable(value) and value <= wanted


def alike(value: Any) -> tuple[type, Any]:
    """Equal for values that JSON calls equal: 1 is 1.0 and true is not 1."""
    kind = type(value)
    return (float if kind is int else kind), value


def _text(value: Any) -> bool:
    return isinstance(value, str)
