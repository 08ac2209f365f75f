"""Pictures of documents: kept in the archive beside those of runs, shown small."""

from collections.abc import Iterable, Mapping
from typing import Any

from playground.ui.core import core
from playground.ui.embeddings.thumbnails import thumbnails

FIELDS = ("image", "image_url", "image_base64", "thumbnail")
"""Fields of a payload in which a picture may be."""
_SMALL = 60_000  # characters of a data URI that goes to the browser as it is


def kept(data: bytes, mime: str) -> str:
    """Keep an image; gives the reference for its document's payload. Raises InternalServerError."""
    return core().blobs.put(data, mime)


def pictures(payloads: Iterable[Mapping[str, Any]]) -> list[str]:
    """A data URI for each payload, empty where there is no picture; nothing is fetched from elsewhere."""
    found = [next(filter(None, map(_reference, (payload.get(name) for name in FIELDS))), "") for payload in payloads]
    if not any(found):
        return found
    made = thumbnails(each if each.startswith("media:") else "" for each in found)
    return [each if each.startswith("data:") else thumbnail for each, thumbnail in zip(found, made, strict=True)]


def _reference(value: Any) -> str:
    """What a field holds, when it is a picture that can be shown."""
    if not isinstance(value, str):
        return ""
    is_small = value.startswith("data:image/") and len(value) <= _SMALL
    return value if value.startswith("media:") or is_small else ""
