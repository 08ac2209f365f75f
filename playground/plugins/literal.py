"""Values that stand in code, read without running it: literals, names of earlier literals, texts with such names."""

import ast
from collections.abc import Iterator, Mapping
from typing import Any


class UnreadError(ValueError):
    """An expression that only running the code can tell."""


def value(node: ast.expr, known: Mapping[str, Any]) -> Any:
    """What an expression is, with the names that are `known`. Raises UnreadError."""
    match node:
        case ast.Constant(value=constant):
            return constant
        case ast.Name(id=name) if name in known:
            return known[name]
        case ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
            return [value(part, known) for part in parts]
        case ast.Dict():
            return _table(node, known)
        case ast.JoinedStr(values=parts):
            return "".join(_piece(part, known) for part in parts)
        case ast.UnaryOp(op=ast.USub(), operand=operand) if isinstance(number := value(operand, known), int | float):
            return -number
        case ast.Call(func=ast.Name(id="dict"), args=[], keywords=keywords):
            return {word.arg: value(word.value, known) for word in keywords if word.arg}
    raise UnreadError(ast.unparse(node)[:80])


def assigned(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """The names that a module gives values to, in order, with what it gives them."""
    for statement in body:
        match statement:
            case ast.Assign(targets=targets, value=given):
                yield from ((target.id, given) for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as given):
                yield name, given


def _table(node: ast.Dict, known: Mapping[str, Any]) -> dict[Any, Any]:
    made: dict[Any, Any] = {}
    for key, each in zip(node.keys, node.values, strict=True):
        if key is None:  # `**other`
            made |= value(each, known)
        else:
            made[value(key, known)] = value(each, known)
    return made


def _piece(node: ast.expr, known: Mapping[str, Any]) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.FormattedValue(value=inner, conversion=-1, format_spec=None):
            return str(value(inner, known))
    raise UnreadError(ast.unparse(node)[:80])
