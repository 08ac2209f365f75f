"""Images with text that can be read, drawn on the spot with the font that Pillow carries."""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from playground.call import Media

if TYPE_CHECKING:
    from PIL.Image import Image


def sign(*lines: str, size: int = 48, ink: str = "black", paper: str = "white") -> "Image":
    """Lines of text one below the other, `size` in pixels; an empty one leaves room."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(size)
    width = max((int(font.getlength(line)) for line in lines), default=0) + 2 * size
    image = Image.new("RGB", (width, round(size * (1.4 * len(lines) + 1))), paper)
    pen = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        pen.text((size, round(size * (1.4 * number + 0.5))), line, ink, font)
    return image


def table(*rows: Sequence[str], size: int = 32, apart: int = 400) -> "Image":
    """Rows of words that stand `apart` pixels from each other."""
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.load_default(size)
    image = Image.new("RGB", (apart * max(map(len, rows)), round(size * (1.8 * len(rows) + 1))), "white")
    pen = ImageDraw.Draw(image)
    for row, words in enumerate(rows):
        for column, word in enumerate(words):
            pen.text((size + apart * column, round(size * (1.8 * row + 0.5))), word, "black", font)
    return image


def file(image: "Image", form: str = "PNG", **options: object) -> bytes:
    """The image as a file; `form` and `options` are Pillow's."""
    held = io.BytesIO()
    image.save(held, form, **options)
    return held.getvalue()


def media(image: "Image") -> Media:
    """The image as a PNG file that is loaded."""
    return Media("image", "image/png", file(image), "image.png")
