"""An answer taken apart: for each key what is there, the shape and kind of arrays, and the length of vectors."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TYPES: Mapping[type, str] = {str: "text", bool: "true or false", int: "whole number", float: "number"}


@dataclass(frozen=True, slots=True)
class Part:
    """One key. `shape` of an array, `(3, 64)`, is empty for anything else; `dtype` is what it holds: `float`, `int`,
    `bool`, `text`, `objects`, or `mixed`; `norm` is that of a vector, or of the first of several.
    """

    key: str
    type: str
    shape: tuple[int, ...] = ()
    dtype: str = ""
    norm: float | None = None
    value: Any = None

    @property
    def vector(self) -> list[float]:
        """The vector in it, or the first of several; empty where there is none."""
        if self.norm is None:
            return []
        found: list[float] = self.value if len(self.shape) == 1 else self.value[0]
        return found


def parts(answer: Mapping[str, Any]) -> list[Part]:
    """The parts of an answer, in its order."""
    return [_part(str(key), value) for key, value in answer.items()]


def _part(key: str, value: Any) -> Part:
    match value:
        case None:
            return Part(key, "null", value=value)
        case Mapping():
            return Part(key, f"object of {len(value):,}", value=value)
        case list():
            shape, dtype = _shape(value), _dtype(value)
            vector = value[0] if len(shape) == 2 and all(shape) else value
            numeric = bool(vector) and all(type(each) in (int, float) for each in vector)
            return Part(key, "list", shape, dtype, math.hypot(*vector) if numeric else None, value)
    return Part(key, _TYPES.get(type(value), type(value).__name__), value=value)


def _shape(value: list[Any]) -> tuple[int, ...]:
    """As deep as all lists of a level have one length."""
    shape, level = [len(value)], value
    while level and all(isinstance(each, list) for each in level) and len({len(each) for each in level}) == 1:
        shape.append(len(level[0]))
        level = [inner for each in level for inner in each]
    return tuple(shape)


def _dtype(value: Any) -> str:
    """What the innermost values are."""
    kinds = set(_kinds(value))
    if kinds == {"int", "float"}:
        return "float"
    return kinds.pop() if len(kinds) == 1 else "mixed" if kinds else ""


def _kinds(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_kinds, value)) if value else set()
    names = {bool: "bool", int: "int", float: "float", str: "text", dict: "objects"}
    return {names.get(type(value), "mixed")}
