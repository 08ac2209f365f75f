"""Small pictures of a run's files, made in the sandbox and remembered; they never change."""

from base64 import b64encode
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from playground import sandbox
from playground.errors import PlaygroundError
from playground.ui.core import core

SIDE = 96
"""Pixels of the longer side."""
KEPT = 2048
"""Thumbnails that are remembered, at about 3 KB each."""


def thumbnails(references: Iterable[str]) -> list[str]:
    """A data URI for each `media:<sha256>`, empty for what is lost, is no reference, or cannot be seen."""
    with ThreadPoolExecutor(sandbox.WORKERS) as pool:
        return list(pool.map(thumbnail, references))


@lru_cache(maxsize=KEPT)
def thumbnail(reference: str) -> str:
    """The data URI of one."""
    if not reference.startswith("media:"):
        return ""
    try:
        data, mime = core().blobs.get(reference)
        if mime.startswith("audio/") or mime == "application/pdf":
            return ""
        _, preview = sandbox.shared().ask("preview", data, mime=mime, side=SIDE)
    except PlaygroundError:
        return ""
    return f"data:image/webp;base64,{b64encode(preview).decode()}" if preview else ""
