"""What was read in an image, on the image: each line in its box with a number, and beside it the lines by number."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st

from playground.errors import PlaygroundError
from playground.record import RunRecord
from playground.ui.attachments.attachment import look
from playground.ui.attachments.given import asked
from playground.ui.core import core

SIDE = 1600
"""Pixels of the shown image's longer side: sharp on a phone's and a laptop's screen."""
_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "playground_reading",
    html="<div class='pages'></div>\n",
    css=(_HERE / "reading.css").read_text("utf-8"),
    js=(_HERE / "reading.js").read_text("utf-8"),
)


def has_boxes(data: Mapping[str, Any]) -> bool:
    """Whether an answer says where in an image its lines stand; `data` is the response's."""
    return bool(data.get("lines")) and bool(data.get("images"))


def draw_reading(run: RunRecord, data: Mapping[str, Any], key: str) -> None:
    """Draw the images of a run and the lines that `data` (the response's) says were read in them.

    Of several prompts, which are about the same images, the first is drawn.
    """
    images, lines = (_first(data[name]) for name in ("images", "lines"))
    files = [file for file in asked(run.request) if file.modality == "image"]
    pages = [_page(number, image, lines, files) for number, image in enumerate(images)]
    if any(page["lines"] for page in pages):
        _component(data={"pages": pages}, key=f"{key}_reading")


def _first(rows: Sequence[Any]) -> Sequence[Any]:
    return rows[0] if rows and isinstance(rows[0], list) else rows


def _page(number: int, image: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], files: Sequence[Any]) -> Any:
    source = _source(files[number].reference) if number < len(files) else ""
    found = [
        {"number": place, "text": line["text"], "confidence": line["confidence"], "box": line["box"]}
        for place, line in enumerate(lines, 1)
        if line["image"] == number
    ]
    name = f"Image {number + 1}" if len(files) > 1 else "The image"
    return {"name": name, "source": source, "width": image["width"], "height": image["height"], "lines": found}


@lru_cache(maxsize=16)
def _source(reference: str) -> str:
    """The image as a data URI, empty when the archive has lost it."""
    try:
        _, preview = look(*core().blobs.get(reference), side=SIDE)
    except PlaygroundError:
        return ""
    return f"data:image/webp;base64,{b64encode(preview).decode()}"
