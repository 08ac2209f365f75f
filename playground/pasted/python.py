"""Python that makes one request, read by its syntax tree: literals, names given to literals, and files it reads."""

import ast
import json
from collections.abc import Iterator
from typing import Any

from playground.errors import BadRequestError

_FIELDS = ("json", "body", "raw_inference_request", "data")
"""Keywords that hold a request: of httpx and requests, of the `mixpeek` client, of its generated class."""


def from_python(text: str) -> Any:
    """The request that a program sends. Raises BadRequestError."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        place = f" at line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise BadRequestError(f"the pasted text is neither JSON nor `curl`, and no Python either{place}") from error
    names = {
        each.targets[0].id: each.value
        for each in ast.walk(tree)
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Name)
    }
    for call in (each for each in ast.walk(tree) if isinstance(each, ast.Call)):
        for candidate in _candidates(call):
            value = _Reader(names).optional(candidate)
            if isinstance(value, dict) and "inputs" in value:
                return value
    raise BadRequestError(
        "the pasted Python makes no request that can be read; its `json=` must be written out, with plain values"
    )


def _candidates(call: ast.Call) -> Iterator[ast.expr]:
    """What may be the request of a call, the likeliest first: its keywords themselves for `RawInferenceRequest(…)`."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name == "RawInferenceRequest":
        known = [(each.arg, each.value) for each in call.keywords if each.arg]
        yield ast.Dict([ast.Constant(key) for key, _ in known], [value for _, value in known])
    yield from (each.value for each in call.keywords if each.arg in _FIELDS)
    yield from call.args


class _UnreadableError(Exception):
    """An expression whose value only a run would tell."""


class _Reader:
    """Values of expressions without running them."""

    def __init__(self, names: dict[str, ast.expr]) -> None:
        self._names = names
        self._open: set[str] = set()

    def optional(self, node: ast.expr) -> Any:
        """The value, None when it cannot be told without running the program."""
        try:
            return self.value(node)
        except (_UnreadableError, RecursionError):
            return None

    def value(self, node: ast.expr) -> Any:
        match node:
            case ast.Constant(value) if not isinstance(value, bytes | complex) and value is not ...:
                return value
            case ast.Dict(keys, values):
                return {self._key(key): self.value(value) for key, value in zip(keys, values, strict=True)}
            case ast.List(items) | ast.Tuple(items):
                return [self.value(item) for item in items]
            case ast.UnaryOp(ast.USub(), ast.Constant(int() | float() as number)):
                return -number
            case ast.BinOp(left, ast.Add(), right):
                return self._joined(self.value(left), self.value(right))
            case ast.Name(name):
                return self._named(name)
            case ast.Call():
                return self._called(node)
        raise _UnreadableError

    def _key(self, node: ast.expr | None) -> str:
        key = None if node is None else self.value(node)
        if not isinstance(key, str):
            raise _UnreadableError
        return key

    def _joined(self, left: Any, right: Any) -> str:
        if isinstance(left, str) and isinstance(right, str):
            return left + right
        raise _UnreadableError

    def _named(self, name: str) -> Any:
        if name not in self._names or name in self._open:
            raise _UnreadableError
        self._open.add(name)
        value = self.value(self._names[name])
        self._open.discard(name)
        return value

    def _called(self, call: ast.Call) -> Any:
        """`float("nan")` and its like, `json.dumps(…)`, and files: `base64.b64encode(Path("name").read_bytes())`."""
        match call:
            case ast.Call(ast.Attribute(ast.Call(ast.Attribute(attr="b64encode"), [inner]), "decode")):
                return f"<base64 of {self._file(inner)}>"
            case ast.Call(ast.Attribute(ast.Name("json"), "dumps"), [inner]):
                return json.loads(json.dumps(self.value(inner)))
        raise _UnreadableError

    def _file(self, node: ast.expr) -> str:
        for each in ast.walk(node):
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                return each.value
        raise _UnreadableError
