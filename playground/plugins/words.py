"""The words of a manifest as they stand in its code: module variables, the table `metadata`, a decorator's keywords."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from playground.plugins import literal

SCHEMAS = ("input_schema", "output_schema", "parameter_schema")


@dataclass(slots=True)
class Words:
    """What is said, which schemas are classes, and which words only running the code can tell."""

    said: dict[str, Any] = field(default_factory=dict)
    coded: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)


def words(tree: ast.Module) -> Words:
    """The words of a module; those of `metadata` win over variables, a decorator's over both."""
    found = Words()
    variables: dict[str, Any] = {}
    table: dict[str, Any] = {}
    short: dict[str, Any] = {}
    classes = {node.name for node in tree.body if isinstance(node, ast.ClassDef)}

    def take(name: str, node: ast.expr, into: dict[str, Any]) -> None:
        if name in SCHEMAS and _is_class(node, classes):
            found.coded.append(name)
            return
        try:
            into[name] = literal.value(node, variables)
        except (literal.UnreadError, TypeError):
            found.unread.append(name)

    for name, node in literal.assigned(tree.body):
        if name == "metadata" and isinstance(node, ast.Dict):
            for key, each in _entries(node):
                take(key, each, table)
        else:
            take(name, node, variables)
    for word in _decorator(tree):
        take(word.arg or "", word.value, short)
    found.said = variables | table | short
    return found


def _entries(node: ast.Dict) -> Iterator[tuple[str, ast.expr]]:
    for key, each in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant):
            yield str(key.value), each


def _is_class(node: ast.expr, classes: set[str]) -> bool:
    """Whether a schema is a class, or made by one: `Input`, `Input.model_json_schema()`."""
    match node:
        case ast.Name(id=name):
            return name in classes
        case ast.Call(func=ast.Attribute(value=ast.Name(), attr="model_json_schema" | "schema")):
            return True
    return False


def _decorator(tree: ast.Module) -> list[ast.keyword]:
    """The words of the first `@plugin(…)`, completed by the name and the docstring of what it stands on."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        for each in node.decorator_list:
            if isinstance(each, ast.Call) and _last(each.func) == "plugin":
                told = {"name": node.name, "description": ast.get_docstring(node) or ""}
                given = {word.arg for word in each.keywords}
                more = [ast.keyword(name, ast.Constant(text)) for name, text in told.items() if name not in given]
                return [*more, *each.keywords]
    return []


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""
