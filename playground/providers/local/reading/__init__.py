"""Chat that reads the text in images and says where each line stands. It follows no instructions."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from playground.call import Call, Chunk, Model, Stop
from playground.pixels import Picture, decode
from playground.providers.local.places import Places

if TYPE_CHECKING:
    from playground.providers.local.reading.page import Line
    from playground.providers.local.reading.recognition import Reading

PIXELS = 4_000_000
"""Pixels of an image that are read, a larger one is shrunk: A4 at 200 dots per inch."""
_PLACES = Places(max(1, (os.cpu_count() or 1) // 4))

MODEL = Model(
    id="image-reader",
    tasks=("chat",),
    title="Image reader (built in)",
    note=(
        "Reads the text in images (Latin, Chinese, Japanese) and marks its lines; answers no questions and ignores the "
        "words beside them."
    ),
    inputs=("text", "image"),
    refuses={
        **dict.fromkeys(
            ("temperature", "top_p", "top_k", "seed", "stop", "reasoning_effort"),
            "it reads what is there and samples nothing, so this would have no effect",
        ),
        "max_tokens": "it gives every line it reads",
        "detail": f"it looks at up to {PIXELS // 1_000_000} million pixels of each image in any case",
        "schema": "it gives text with the place of each line in `lines`; choose a model that writes",
        "system": "it reads what is there and follows no instructions; choose a vision model that writes",
    },
)

_NO_IMAGE = (
    "I read the text in images; I answer no questions and see nothing but text. Attach an image with something written "
    "in it to your message, and I will give you its lines and where they stand. For questions about an image choose a "
    "vision model of a provider."
)


def answer(call: Call) -> Iterator[Chunk]:
    """The lines of the last message's images in reading order; `data` has `lines` and `images`.

    A line has `text`, `confidence` (0 to 1), `image` (its number) and `box`: four corners in that image's pixels, from
    where the line begins, clockwise. `images` has `width` and `height` of each, as a viewer shows it. Raises
    BadRequestError and PayloadTooLargeError for what cannot be opened.
    """
    files = call.messages[-1].media
    lines: list[dict[str, Any]] = []
    images: list[dict[str, int]] = []
    for number, file in enumerate(files):
        yield Chunk(progress=number / len(files))
        row = None
        picture = decode(file, PIXELS, call.stop)
        images.append({"width": picture.width, "height": picture.height})
        for line in _lines(picture, call.stop):
            gap = " " if line.row == row else "\n" if row is not None else "\n\n" if lines else ""
            row = line.row
            lines.append(_told(line.reading, number, picture))
            yield Chunk(text=gap + line.reading.text, progress=(number + line.done) / len(files))
    if not lines:
        yield Chunk(text=_nothing(len(files)))
    yield Chunk(data={"lines": lines, "images": images}, finish_reason="stop")


def _lines(picture: Picture, stop: Stop) -> "Iterator[Line]":
    """The lines of a picture. Images that are read at the same time take turns, line by line."""
    from playground.providers.local.reading.page import lines

    found = lines(picture.pixels, stop)
    while True:
        with _PLACES.taken(stop):
            line = next(found, None)
        if line is None:
            return
        yield line


def _told(reading: "Reading", number: int, picture: Picture) -> dict[str, Any]:
    scale = picture.width / picture.pixels.width
    corners = (reading.place.scaled(scale).corners).clip(0, (picture.width, picture.height))
    return {
        "text": reading.text,
        "confidence": round(reading.confidence, 3),
        "image": number,
        "box": corners.round(1).tolist(),
    }


def _nothing(images: int) -> str:
    if not images:
        return _NO_IMAGE
    what = "the image" if images == 1 else f"the {images} images"
    return f"No text was found in {what}. What is small, blurred or written by hand is easily missed; try a larger one."
