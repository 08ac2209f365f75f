"""Attachment: one file that was given, with what it is by its content and how it looks; or only an address."""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from typing import Any
from urllib.parse import unquote, urlsplit

from playground import sandbox
from playground.archive import DOTS, masked
from playground.call import Media, Modality, Stop
from playground.errors import BadRequestError, PayloadTooLargeError
from playground.guard import parse
from playground.media import MAX_BYTES, sniff
from playground.probe import probe
from playground.providers.intake import mime_of
from playground.ui.core import core

SIDE = 640
"""Pixels of a preview's longer side."""
_FIELD = "file"


@dataclass(frozen=True)
class Attachment:
    """A file: its bytes are in `data`, or in the archive under `stored`; or a `url` that nobody here has opened.

    `mime` is its type by signature, empty for an address; `weight` its size in bytes. `facts` are those of
    `decoding.inspect`: `width`, `height` in pixels of the file itself, `seconds`, where they mean something. `preview`
    is a WebP image of at most `SIDE` pixels, empty where there is nothing to see.
    """

    name: str
    modality: Modality
    mime: str = ""
    data: bytes = field(default=b"", repr=False)
    url: str = ""
    stored: str = ""
    weight: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False)
    preview: bytes = field(default=b"", repr=False, compare=False)

    @cached_property
    def reference(self) -> str:
        """What it is known by in the history: `media:<sha256>`, or an address without what opens it."""
        return self.stored or (f"media:{sha256(self.data).hexdigest()}" if self.data else masked(self.url))

    @property
    def there(self) -> bool:
        """Whether it can be sent: the archive may have lost it, and of an address it keeps no key."""
        return bool(self.weight) or (bool(self.url) and DOTS not in self.url)

    @property
    def content(self) -> bytes:
        """The bytes, empty for an address. Raises NotFoundError when the archive has lost them."""
        return core().blobs.get(self.stored)[0] if self.stored else self.data

    @property
    def media(self) -> Media:
        """The same in the words of the core, without the bytes that are in the archive."""
        return Media(self.modality, self.mime, self.data, self.name, self.url)

    @property
    def part(self) -> dict[str, str]:
        """The part of a message's `content`. Raises NotFoundError when the archive has lost it."""
        if self.weight:
            return {"type": self.modality, "base64": b64encode(self.content).decode()}
        return {"type": self.modality, "url": self.url}

    @property
    def preview_uri(self) -> str:
        """The preview as a data URI, for `st.image` and for HTML; empty where there is none."""
        return f"data:image/webp;base64,{b64encode(self.preview).decode()}" if self.preview else ""


def opened(name: str, data: bytes, *, max_bytes: int = MAX_BYTES) -> Attachment:
    """What these bytes are; `name` is only a label. A film's container without a film is a sound.

    Raises BadRequestError and PayloadTooLargeError, whose sentences begin with the name.
    """
    if len(data) > max_bytes:
        raise PayloadTooLargeError(
            f"`{name}` has {len(data) / 2**20:,.1f} MB, and {max_bytes / 2**20:g} MB are allowed"
        )
    if not data:
        raise BadRequestError(f"`{name}` is empty: it has 0 bytes; choose the file once it is written")
    kind = sniff(data)
    if kind is None:
        raise BadRequestError(
            f"`{name}` is no image, sound, film or PDF that is known, whatever its name ends in; save it as PNG, JPEG, "
            "WAV, MP3, MP4 or PDF"
        )
    modality, mime = kind
    try:
        facts, preview = look(data, mime)
        if modality == "video" and not facts.get("films"):
            modality = "audio"
        media = probe(Media(modality, mime, data, name), _FIELD, Stop())
    except (BadRequestError, PayloadTooLargeError) as error:
        sentence = error.message.removeprefix(f"`inputs.{_FIELD}` ").removeprefix("the file ")
        raise type(error)(f"`{name}` {sentence}") from None
    return Attachment(name, modality, media.mime, data, weight=len(data), facts=facts, preview=preview)


def at(text: str, modality: Modality | None = None, *, max_bytes: int = MAX_BYTES) -> Attachment:
    """An address that was typed: a data URI is opened, an http(s) address stays one.

    `modality` is what is expected there; None: what the ending of its path says. Raises BadRequestError.
    """
    text = text.strip()
    if text[:5].lower() == "data:":
        return opened("Pasted", _pasted(text), max_bytes=max_bytes)
    try:
        url = str(parse(text, _FIELD))
    except BadRequestError as error:
        raise BadRequestError(error.message.replace(f"`inputs.{_FIELD}`", "the address", 1)) from None
    found = modality or kind_of(url)
    if found is None:
        raise BadRequestError("the address does not tell what is there; say whether it is an image, a sound, …")
    return Attachment(named(url), found, url=url)


def named(url: str) -> str:
    """What the file at an address is called: the end of its path, else the host."""
    parts = urlsplit(url)
    return unquote(parts.path.rpartition("/")[2]) or parts.netloc


def kind_of(url: str) -> Modality | None:
    """What the ending of an address says: its modality, None where it says nothing."""
    mime = mime_of(Media("image", "", b"", "", url))
    if mime == "application/pdf":
        return "document"
    first = mime.partition("/")[0]
    return next((each for each in ("image", "audio", "video") if each == first), None)


def look(data: bytes, mime: str, side: int = SIDE) -> tuple[dict[str, Any], bytes]:
    """(facts, preview) of a file, made in the sandbox; both empty for a PDF. Raises what `decoding.inspect` raises."""
    if mime == "application/pdf":
        return {}, b""
    return sandbox.shared().ask("preview", data, mime=mime, side=side)


def _pasted(uri: str) -> bytes:
    head, _, body = uri.partition(",")
    try:
        if not head.lower().endswith(";base64"):
            raise ValueError
        return b64decode(body, validate=True)
    except ValueError:
        raise BadRequestError("what was pasted is no data URI with Base64 in it; paste an address, or upload") from None
