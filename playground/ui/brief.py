"""A JSON value for reading: long lists are told of and not shown."""

from collections.abc import Mapping
from typing import Any

_FEW = 8
"""Numbers of a vector that are shown."""
_MANY = 200
"""Entries of any other list that are shown."""


def brief(value: Any) -> Any:
    """A JSON value for reading: of long lists of numbers, the first few and how many there are."""
    match value:
        case Mapping():
            return {key: brief(each) for key, each in value.items()}
        case list() if len(value) > 2 * _FEW and all(isinstance(each, float | int) for each in value):
            return [*value[:_FEW], f"… {len(value) - _FEW:,} more"]
        case list() if len(value) > _MANY:
            return [*map(brief, value[:_MANY]), f"… {len(value) - _MANY:,} more"]
        case list():
            return [brief(each) for each in value]
        case _:
            return value
