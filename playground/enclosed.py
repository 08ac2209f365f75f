"""The files in a request's `inputs`, wherever they stand: beside the question, in lists, in the parts of messages.

Reads what may be malformed or archived: what is no file is passed over, and nothing is opened.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from playground.call import Modality
from playground.inputs import FORMS, MODALITIES

_KEYS: Mapping[str, tuple[Modality, str]] = {f"{sense}_{form}": (sense, form) for sense in MODALITIES for form in FORMS}


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One file: where it stands in `inputs` (`image_urls[1]`, `messages[0].content[1].base64`) and what stands there.

    `value` is Base64, a data URI or an address; in the history also `media:<sha256>`.
    """

    place: str
    modality: Modality
    form: Literal["url", "base64"]
    value: str


Change = Callable[[Enclosed], Any]


def enclosed(inputs: Mapping[str, Any]) -> Iterator[Enclosed]:
    """Every file, in the order of the request."""
    found: list[Enclosed] = []
    changed(inputs, found.append)
    return iter(found)


def changed(inputs: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """The inputs with `change(file)` in the place of each file."""
    return {key: _input(key, value, change) for key, value in inputs.items()}


def _input(key: str, value: Any, change: Change) -> Any:
    if key in _KEYS:
        return _file(key, _KEYS[key], value, change)
    if key.removesuffix("s") in _KEYS and isinstance(value, list):
        kind = _KEYS[key.removesuffix("s")]
        return [_file(f"{key}[{place}]", kind, each, change) for place, each in enumerate(value)]
    if key == "messages" and isinstance(value, list):
        return [_message(each, f"messages[{place}].content", change) for place, each in enumerate(value)]
    return value


def _message(message: Any, place: str, change: Change) -> Any:
    match message:
        case {"content": [*parts]}:
            return {**message, "content": [_part(part, f"{place}[{at}]", change) for at, part in enumerate(parts)]}
    return message


def _part(part: Any, place: str, change: Change) -> Any:
    match part:
        case {"type": ("image" | "video" | "audio" | "document") as sense}:
            forms = [form for form in FORMS if form in part]
            return {**part, **{form: _file(f"{place}.{form}", (sense, form), part[form], change) for form in forms}}
    return part


def _file(place: str, kind: tuple[Modality, str], value: Any, change: Change) -> Any:
    if not isinstance(value, str):
        return value
    return change(Enclosed(place, kind[0], cast("Literal['url', 'base64']", kind[1]), value))
