"""Filters in PostgreSQL's words: one SQL/JSON path predicate, true where `match.passes` is, over `bound` payloads.

Lax mode looks through lists as `match.found` does, and `exists` makes false of what cannot be compared.
https://www.postgresql.org/docs/current/functions-json.html#FUNCTIONS-SQLJSON-PATH
"""

import json
import re
from typing import Any

from playground.store.row import bound
from playground.vectors.filter import Condition, Every, Filter, Neither, Some

_SIGNS = {"eq": "==", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_TRUE, _FALSE = "(1 == 1)", "(1 == 0)"


def predicate(filter: Filter) -> str:  # noqa: A002 - the field's name
    """The path, for `jsonb @@ jsonpath`."""
    match filter:
        case Every(of):
            return f"({' && '.join(map(predicate, of))})" if of else _TRUE
        case Some(of):
            return f"({' || '.join(map(predicate, of))})" if of else _FALSE
        case Neither(of):
            return f"(!{predicate(Some(of))})"
        case Condition():
            return _condition(filter)


def _condition(condition: Condition) -> str:
    path = "$" + "".join(f".{literal(step)}" for step in condition.path)
    match condition.operator, condition.value:
        case "exists", wanted:
            return _turned(f"exists({path})", wanted)
        case "is_null", wanted:
            return _turned(f"(!exists({path}) || exists({path} ? (@ == null)))", wanted)
        case "ne" | "nin" as operator, wanted:
            return _turned(f"exists({path} ? ({_test('eq' if operator == 'ne' else 'in', wanted)}))", False)
        case operator, wanted:
            return f"exists({path} ? ({_test(operator, wanted)}))"


def _turned(said: str, straight: bool) -> str:
    return said if straight else f"(!{said})"


def _test(operator: str, wanted: Any) -> str:
    if operator in _SIGNS:
        return f"@ {_SIGNS[operator]} {literal(wanted)}"
    if operator == "in":
        return " || ".join(f"@ == {literal(each)}" for each in wanted) or _FALSE
    if operator == "starts_with":
        return f"@ starts with {literal(wanted)}"
    if operator == "ends_with":
        ending = re.sub(r"(\W)", r"\\\1", wanted)
        return f"@ like_regex {literal(ending + '$')}"
    if operator == "text":
        return f'@ like_regex {literal(wanted)} flag "iq"'
    same = f"@ == {literal(wanted)}"
    return f'{same} || @ like_regex {literal(wanted)} flag "q"' if isinstance(wanted, str) else same


def literal(value: Any) -> str:
    """A JSON scalar as the path has it: the same letters, with nothing that could end a text."""
    return json.dumps(bound(value) if isinstance(value, str) else value)
