"""Probe: whether a file is what it begins like, can be read, and keeps within the limits; asked of the sandbox."""

from dataclasses import replace

from playground import sandbox
from playground.call import Media, Stop
from playground.errors import BadRequestError, PayloadTooLargeError
from playground.media import EXTENSIONS

_ALONE = {"video/mp4": "audio/mp4", "video/quicktime": "audio/mp4", "video/webm": "audio/webm"}
_END = 2048  # bytes at the end of a PDF among which its last mark stands


def probe(media: Media, field: str, stop: Stop) -> Media:
    """The file, known to be readable; a film's container that holds a sound alone has a sound's type from here on.

    Raises BadRequestError and PayloadTooLargeError, naming `inputs.<field>`, and CancelledError.
    """
    if media.mime == "application/pdf":
        if b"%%EOF" not in media.data[-_END:]:
            raise BadRequestError(f"`inputs.{field}` begins like a PDF and has no end; is it cut off?")
        return media
    try:
        facts, _ = sandbox.shared().ask("inspect", media.data, stop, mime=media.mime)
    except (BadRequestError, PayloadTooLargeError) as error:
        raise type(error)(f"`inputs.{field}` {error.message.removeprefix('the file ')}") from None
    for modality, part, name in (("audio", "sounds", "sound"), ("video", "films", "film")):
        if media.modality == modality and not facts[part]:
            raise BadRequestError(f"`inputs.{field}` is {media.mime} and holds no {name} that can be read")
    if media.modality == "audio" and not facts["films"] and media.mime in _ALONE:
        mime = _ALONE[media.mime]
        return replace(media, mime=mime, name=f"{media.modality}.{EXTENSIONS[mime]}")
    return media
