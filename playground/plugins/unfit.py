"""Why an answer cannot be sent as JSON: where in it, what is there, and what to write instead."""

import math
from collections.abc import Iterator
from typing import Any

_DEEPEST = 200
_SHOWN = 80  # characters of the way to it


def unfit(value: Any) -> str:
    """The first thing in a value that JSON cannot hold, as words behind `its answer:`."""
    for path, found in _walk(value, "", ()):
        shown = path if len(path) <= _SHOWN else f"{path[:_SHOWN]}…"
        return f"`{shown or 'the answer'}` {found}"
    return "it cannot be written as JSON"


def _walk(value: Any, path: str, above: tuple[int, ...]) -> Iterator[tuple[str, str]]:
    if id(value) in above:
        yield path, "contains itself; JSON has no such thing"
    elif len(above) > _DEEPEST:
        yield path, f"is nested more than {_DEEPEST} deep"
    elif isinstance(value, dict | list | tuple):
        for place, each in _parts(value, path):
            yield from _walk(each, place, (*above, id(value)))
        if isinstance(value, dict):
            yield from ((path, f"has a key that is a {type(key).__name__}") for key in value if not _is_key(key))
    elif complaint := _alone(value):
        yield path, complaint


def _parts(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        yield from ((f"{path}.{key}" if path else str(key), each) for key, each in value.items())
    else:
        yield from ((f"{path}[{place}]", each) for place, each in enumerate(value))


def _is_key(key: Any) -> bool:
    return key is None or isinstance(key, str | int | float)


def _alone(value: Any) -> str:
    """What is wrong with a value that holds no others; empty where nothing is."""
    match value:
        case float() if not math.isfinite(value):
            return f"is {value}, and JSON has finite numbers only; was something divided by zero?"
        case str():
            try:
                value.encode()
            except UnicodeEncodeError:
                return "has half of a character (a lone surrogate)"
            return ""
        case None | bool() | int() | float():
            return ""
        case bytes() | bytearray():
            return "is bytes; give base64 text"
    shape = getattr(value, "shape", None)
    if hasattr(value, "tolist"):
        return f"is a {type(value).__name__}{f' of shape {tuple(shape)}' if shape else ''}; write `.tolist()`"
    return f"is a {type(value).__name__}; give texts, numbers, lists and dicts"
