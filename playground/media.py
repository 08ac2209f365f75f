"""Base64, data URIs and addresses -> Media: limited in size, typed by signature and never by name or label."""

import base64
import contextlib
import re

from playground.call import Media, Modality
from playground.errors import BadRequestError, PayloadTooLargeError
from playground.guard import parse

MAX_BYTES = 48 * 2**20
"""Largest file in a request, in bytes, unless the settings say otherwise."""

_DATA_URI = re.compile(r"data:(?P<mime>[\w.+-]+/[\w.+-]+)?(?:;[\w-]+=[^;,]*)*;base64,", re.IGNORECASE)
_BLANKS = re.compile(r"\s+")

# Pieces that must stand at their offsets, modality, MIME type; the first match wins.
_SIGNATURES: tuple[tuple[tuple[tuple[int, bytes], ...], Modality, str], ...] = (
    (((0, b"\x89PNG\r\n\x1a\n"),), "image", "image/png"),
    (((0, b"\xff\xd8\xff"),), "image", "image/jpeg"),
    (((0, b"GIF87a"),), "image", "image/gif"),
    (((0, b"GIF89a"),), "image", "image/gif"),
    (((0, b"RIFF"), (8, b"WEBP")), "image", "image/webp"),
    (((4, b"ftypavif"),), "image", "image/avif"),
    (((4, b"ftypheic"),), "image", "image/heic"),
    (((0, b"%PDF-"),), "document", "application/pdf"),
    (((0, b"RIFF"), (8, b"WAVE")), "audio", "audio/wav"),
    (((0, b"RF64"), (8, b"WAVE")), "audio", "audio/wav"),
    (((0, b"ID3"),), "audio", "audio/mpeg"),
    (((0, b"\xff\xfb"),), "audio", "audio/mpeg"),
    (((0, b"\xff\xfa"),), "audio", "audio/mpeg"),
    (((0, b"\xff\xf3"),), "audio", "audio/mpeg"),
    (((0, b"\xff\xf2"),), "audio", "audio/mpeg"),
    (((0, b"\xff\xf1"),), "audio", "audio/aac"),
    (((0, b"\xff\xf9"),), "audio", "audio/aac"),
    (((0, b"fLaC"),), "audio", "audio/flac"),
    (((0, b"OggS"),), "audio", "audio/ogg"),
    (((0, b"FORM"), (8, b"AIFF")), "audio", "audio/aiff"),
    (((4, b"ftypM4A"),), "audio", "audio/mp4"),
    (((4, b"ftypqt"),), "video", "video/quicktime"),
    (((4, b"ftyp"),), "video", "video/mp4"),
    (((0, b"\x1aE\xdf\xa3"),), "video", "video/webm"),
    (((0, b"RIFF"), (8, b"AVI ")), "video", "video/x-msvideo"),
)
EXTENSIONS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "image/heic": "heic",
    "application/pdf": "pdf",
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/ogg": "ogg",
    "audio/aiff": "aiff",
    "audio/mp4": "m4a",
    "audio/webm": "webm",
    "video/quicktime": "mov",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/x-msvideo": "avi",
}


def sniff(data: bytes) -> tuple[Modality, str] | None:
    """What a file is by its first bytes: (modality, MIME type), None when it is nothing we know."""
    head = data[:32]
    for pieces, modality, mime in _SIGNATURES:
        if all(head.startswith(signature, offset) for offset, signature in pieces):
            return modality, mime
    return None


def load(text: object, field: str, wanted: Modality, max_bytes: int = MAX_BYTES) -> Media:
    """The file in a base64 string or data URI of `inputs.<field>`.

    Raises BadRequestError and PayloadTooLargeError, both naming the field.
    """
    return typed(_decode(text, field, max_bytes), field, wanted)


def refer(text: object, field: str, wanted: Modality, max_bytes: int = MAX_BYTES) -> Media:
    """The file at an address: loaded from a data URI, else only its http(s) `url`, and `field` as its `name`.

    Raises BadRequestError and PayloadTooLargeError, both naming the field.
    """
    if isinstance(text, str) and text.lstrip()[:5].lower() == "data:":
        return load(text.lstrip(), field, wanted, max_bytes)
    return Media(wanted, "", b"", field, str(parse(text, field)))


def typed(data: bytes, field: str, wanted: Modality) -> Media:
    """A file with its type by signature. Raises BadRequestError when it is none that makes sense as `wanted`.

    A film's container may hold a sound alone, so it counts where audio is wanted.
    """
    kind = sniff(data)
    if kind is None:
        raise BadRequestError(f"`inputs.{field}` is no file of a known type; its first bytes match no signature")
    modality, mime = kind
    if modality != wanted and (modality, wanted) != ("video", "audio"):
        raise BadRequestError(f"`inputs.{field}` holds {mime}, but {wanted} is wanted there")
    return Media(wanted, mime, data, f"{wanted}.{EXTENSIONS[mime]}")


def _decode(text: object, field: str, max_bytes: int) -> bytes:
    if not isinstance(text, str) or not text.strip():
        raise BadRequestError(f"`inputs.{field}` must be a base64 string or a data URI; it is empty or no string")
    match = _DATA_URI.match(text)
    if match is None and text.lstrip()[:5].lower() == "data:":
        raise BadRequestError(f"`inputs.{field}` is a data URI without `;base64,`; encode the file as base64")
    start = match.end() if match else 0
    if (len(text) - start) * 3 // 4 > max_bytes:
        raise PayloadTooLargeError(f"`inputs.{field}` is over {max_bytes / 2**20:g} MB; send a shorter or smaller file")
    with contextlib.suppress(ValueError):  # the ordinary alphabet, unbroken and padded: one pass
        return base64.b64decode(text[start:], validate=True)
    body = _BLANKS.sub("", text[start:]).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except ValueError:
        raise BadRequestError(
            f"`inputs.{field}` is not valid base64; encode the whole file, without a prefix"
        ) from None
