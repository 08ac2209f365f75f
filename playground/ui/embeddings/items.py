"""What an embedding run is made of: texts and files, as a request's inputs and back from a request in the history.

Vectors come in this order: texts first, then files, kind by kind as they stand in `inputs`. A film may have several.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.call import Modality
from playground.enclosed import enclosed
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
