"""What an embedding run is made of: texts and files, as a request's inputs and back from a request in the history.

Vectors come in this order: texts first, then files, kind by kind as they stand in `inputs`. A film may have several.
"""

import operator
from base64 import b64decode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from playground.archive import masked
from playground.call import Modality
from playground.enclosed import Enclosed, enclosed
from playground.seal import canonical
from playground.ui.attachments.attachment import Attachment


@dataclass(frozen=True, slots=True)
class Item:
    """One thing: a text itself, or what a file is known by (`media:<sha256>`, an address)."""

    kind: Modality
    mark: str


def arranged(files: Sequence[Attachment]) -> list[Attachment]:
    """The files in the order of their vectors."""
    fields = list(dict.fromkeys(map(_field, files)))
    return sorted(files, key=lambda file: fields.index(_field(file)))


def inputs_of(texts: Sequence[str], files: Sequence[Attachment]) -> dict[str, Any]:
    """The `inputs` of a request. Raises NotFoundError when the archive has lost a file."""
    inputs: dict[str, Any] = {"texts": list(texts)} if texts else {}
    for file in arranged(files):
        inputs.setdefault(_field(file), []).append(file.part["base64" if file.weight else "url"])
    return inputs


def items_of(request: Mapping[str, Any]) -> list[Item]:
    """The items of a request as the history has it; none for one that embeds nothing."""
    inputs, fetched = request.get("inputs") or {}, request.get("fetched") or {}
    texts = inputs.get("texts") or ([inputs["text"]] if inputs.get("text") else [])
    files = [Item(file.modality, fetched.get(file.place, file.value)) for file in enclosed(inputs)]
    return [*(Item("text", text) for text in texts), *files]


def alike(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Whether two requests are about the same items in the same order, live or from the history."""
    ours, theirs = _identities(first), _identities(second)
    return len(ours) == len(theirs) and all(map(operator.and_, ours, theirs))


def digest(request: Mapping[str, Any]) -> str:
    """One SHA-256 over the items of a request in their order, the same live and from the history."""
    inputs = request.get("inputs") or {}
    texts = [item.mark for item in items_of(request) if item.kind == "text"]
    marks = [texts, [[file.modality, _known_by(file)] for file in enclosed(inputs)]]
    return f"sha256:{sha256(canonical(marks)).hexdigest()}"


def _identities(request: Mapping[str, Any]) -> list[set[str]]:
    """What each item is known by: a file by its bytes, by its address without what opens it, or by both."""
    inputs, fetched = request.get("inputs") or {}, request.get("fetched") or {}
    texts = [{item.mark} for item in items_of(request) if item.kind == "text"]
    files = enclosed(inputs)
    return texts + [{_known_by(file), fetched.get(file.place) or _known_by(file)} for file in files]


def _known_by(file: Enclosed) -> str:
    if file.value.startswith("media:"):
        return file.value
    if file.form == "url" and not file.value.lstrip().lower().startswith("data:"):
        return masked(file.value)
    try:
        return f"media:{sha256(b64decode(file.value.rpartition(',')[2])).hexdigest()}"
    except ValueError:
        return file.value


def count_of(inputs: Mapping[str, Any]) -> int:
    """How many items a request has."""
    return len(inputs.get("texts") or ()) + bool(inputs.get("text")) + sum(1 for _ in enclosed(inputs))


def spread(segments: Sequence[Mapping[str, float] | None]) -> Iterator[tuple[int, str]]:
    """For each vector the number of its item, and of a film which seconds it is of, in words.

    A film's segments follow one another, so one that does not begin later belongs to the next item.
    """
    number, last = -1, None
    for segment in segments:
        start = None if segment is None else segment["start"]
        if start is None or last is None or start <= last:
            number += 1
        last = start
        yield number, "" if segment is None else f"{segment['start']:g}–{segment['end']:g} s"


def _field(file: Attachment) -> str:
    return f"{file.modality}_{'base64' if file.weight else 'url'}s"
