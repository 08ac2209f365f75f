"""The files of a set: into the archive when it starts, and back as attachments, as parts of a request."""

from collections.abc import Sequence
from dataclasses import replace

from playground.archive import masked
from playground.comparison import File, Set
from playground.errors import BadRequestError
from playground.sweep import Parts
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.given import kept
from playground.ui.core import core


def put(files: Sequence[Attachment]) -> tuple[File, ...]:
    """Keep them; of an address only what opens nothing. Raises what the archive raises."""
    return tuple(File(file.modality, file.name, _reference(file)) for file in files)


def files_of(asked: Set) -> list[Attachment]:
    """The files of a set; one that the archive has lost is not `there`."""
    return [_found(file) for file in asked.files]


def parts_of(asked: Set) -> Parts:
    """Its files as parts of a message. Raises BadRequestError for one that is lost."""
    for file in (files := files_of(asked)):
        if not file.there:
            raise BadRequestError(
                f"`{file.name}` is not kept any more, or only without the key in its address; attach it again"
            )
    return [file.part for file in files]


def _reference(file: Attachment) -> str:
    return core().blobs.put(file.content, file.mime) if file.weight else masked(file.url)


def _found(file: File) -> Attachment:
    if file.reference.startswith("media:"):
        return replace(kept(file.reference, file.modality), name=file.name)
    return Attachment(file.name, file.modality, url=file.reference)
