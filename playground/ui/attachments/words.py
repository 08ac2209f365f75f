"""What is said of an attachment: its type, size and measures, how it goes to the provider."""

from collections.abc import Mapping
from typing import Any

from playground.call import Modality
from playground.ui.attachments.attachment import Attachment

ICONS: Mapping[Modality, str] = {
    "text": "notes",
    "image": "image",
    "audio": "graphic_eq",
    "video": "movie",
    "document": "picture_as_pdf",
}
NOUNS: Mapping[Modality, str] = {
    "text": "text",
    "image": "images",
    "audio": "sound",
    "video": "film",
    "document": "PDF",
}
_TYPES = {"image/jpeg": "JPEG", "audio/mpeg": "MP3", "audio/mp4": "M4A", "video/quicktime": "MOV", "image/webp": "WebP"}


def kind(attachment: Attachment) -> str:
    """`PNG`, `MP4`, …; what is expected at an address that nobody has opened."""
    mime = attachment.mime
    if not mime:
        return {"document": "PDF"}.get(attachment.modality, attachment.modality)
    return _TYPES.get(mime, mime.rpartition("/")[2].removeprefix("x-").upper())


def measures(attachment: Attachment) -> str:
    """`PNG · 12.3 KB · 800 × 600`, `WAV · 1.2 MB · 3.4 s`; what is not known is left out."""
    parts = [kind(attachment)]
    if attachment.weight:
        parts.append(size(attachment.weight))
    return " · ".join([*parts, *_facts(attachment.facts)])


def size(count: int) -> str:
    """Bytes for people: `812 B`, `12.3 KB`, `4.5 MB`."""
    if count < 1000:
        return f"{count} B"
    return f"{count / 1e3:.1f} KB" if count < 1e6 else f"{count / 1e6:,.1f} MB"


def length(seconds: float) -> str:
    """A length for people: `3.4 s`, `2:05`."""
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _facts(facts: Mapping[str, Any]) -> list[str]:
    found = [f"{facts['width']:,} × {facts['height']:,}"] if facts.get("width") else []
    if facts.get("frames", 1) > 1:
        found.append(f"{facts['frames']} frames")
    return [*found, length(facts["seconds"])] if facts.get("seconds") else found
