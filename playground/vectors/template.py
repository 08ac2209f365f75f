"""Templates in a retriever: `{{INPUT.x}}` stands for an input of the execution, also inside of lists and objects.

`INPUT`, `inputs` and `input` are the same word in any case; after it come names and places, `{{input.user.tags[0]}}`. A
text that is one template and nothing else becomes the value itself, a list or an object too.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from playground.errors import ValidationError

_TEMPLATE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_PATH = re.compile(r"""\s*(\w+)((?:\.[\w-]+|\[\d+\]|\['[^']*'\]|\["[^"]*"\])+)\s*""")
_STEP = re.compile(r"""\.([\w-]+)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]""")
_INPUT = ("input", "inputs")


class MissingError(ValidationError):
    """A template names an input that the execution does not have."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the input `{name}` is missing; send it in `inputs`, or give it a `default` in `input_schema`",
            [(("body", "inputs", name), "field required", "missing")],
        )


def rendered(value: Any, inputs: Mapping[str, Any]) -> Any:
    """`value` with every template in it replaced, and nothing in the inputs looked at again.

    Raises MissingError, and ValidationError for what is no template of this kind.
    """
    match value:
        case str():
            return _text(value, inputs)
        case list():
            return [rendered(each, inputs) for each in value]
        case {"type": "dynamic", "field": str(path)}:
            return _text(f"{{{{{path}}}}}", inputs)
        case dict():
            return {key: rendered(each, inputs) for key, each in value.items()}
    return value


def check(value: Any) -> None:
    """Raise ValidationError for a template that could never be replaced."""
    for text in _texts(value):
        for template in _TEMPLATE.findall(text):
            _steps(template)


def _text(text: str, inputs: Mapping[str, Any]) -> Any:
    whole = _TEMPLATE.fullmatch(text.strip())
    if whole and "}}" not in whole[1]:
        return _look_up(whole[1], inputs)
    return _TEMPLATE.sub(lambda found: str(_look_up(found[1], inputs)), text)


def _look_up(template: str, inputs: Mapping[str, Any]) -> Any:
    steps = _steps(template)
    found: Any = inputs
    for number, step in enumerate(steps):
        if isinstance(found, Mapping) and step in found:
            found = found[step]
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            raise MissingError(".".join(steps[: number + 1]))
    return found


def _steps(template: str) -> list[str]:
    path = _PATH.fullmatch(template)
    if path is None or path[1].lower() not in _INPUT:
        said = f"`{{{{{template[:60]}}}}}` is no template that is understood here; write `{{{{INPUT.name}}}}`"
        raise ValidationError(said, [(("body", "stages"), said, "template")])
    return ["".join(step) for step in _STEP.findall(path[2])]


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for each in value:
                yield from _texts(each)
        case dict():
            yield from _texts(list(value.values()))
