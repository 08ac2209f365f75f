"""Prompts with variables: `{{name}}` stands for a value, `\\{{name}}` for itself.

Only braces around a name are a variable, so JSON in a prompt needs no care. Of backslashes before one, each two stand
for one; an odd one says that the braces are meant.
"""

import re
from collections.abc import Mapping
from typing import Any

from playground.errors import BadRequestError

_VARIABLE = re.compile(r"(\\*)\{\{[ \t]*(\w(?:[\w .()-]*[\w.()-])?)[ \t]*\}\}")


def names(text: str) -> tuple[str, ...]:
    """The variables of a text, each once, in their order."""
    found = (match[2] for match in _VARIABLE.finditer(text) if len(match[1]) % 2 == 0)
    return tuple(dict.fromkeys(found))


def render(text: str, values: Mapping[str, Any]) -> str:
    """The text with its values, in which nothing is looked for again; None is nothing.

    Raises BadRequestError that names every variable without a value.
    """
    missing = [name for name in names(text) if name not in values]
    if missing:
        listed = " and ".join(f"`{name}`" for name in missing)
        raise BadRequestError(f"there is no value for {listed}; type one, or choose rows with a column of that name")
    return _VARIABLE.sub(lambda match: _said(match, values), text)


def escape(text: str) -> str:
    """The template whose rendering is `text`, whatever stands in it."""
    return _VARIABLE.sub(lambda match: f"{match[1] * 2}\\{match[0][len(match[1]) :]}", text)


def _said(match: re.Match[str], values: Mapping[str, Any]) -> str:
    slashes = match[1]
    before = slashes[: len(slashes) // 2]
    if len(slashes) % 2:
        return before + match[0][len(slashes) :]
    value = values[match[2]]
    return before + ("" if value is None else str(value))
