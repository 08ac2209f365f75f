"""Generated pictures for a first image map: plain shapes in plain colours, drawn by this file whenever they are wanted.

They show what a map of images can do and nothing else; they are no photographs and no data set.
"""

import io
from dataclasses import dataclass, field
from functools import cache
from math import cos, pi, sin
from typing import Any

SIDE = 160
"""Pixels of each side."""
COLOURS = {
    "red": "#d62f2f",
    "orange": "#ee8a1d",
    "yellow": "#e8c81c",
    "green": "#2f9e44",
    "blue": "#2660c9",
    "violet": "#8338c9",
}
CORNERS = {"circle": 72, "square": 4, "triangle": 3, "star": 10}
"""How many corners a shape has; every second one of a star lies further in."""


@dataclass(frozen=True, slots=True)
class Shape:
    """One picture, a PNG file."""

    shape: str
    colour: str
    data: bytes = field(repr=False)

    @property
    def name(self) -> str:
        """What the file is called."""
        return f"generated {self.colour} {self.shape}.png"

    @property
    def labels(self) -> dict[str, str]:
        """What can be seen in it."""
        return {"shape": self.shape, "colour": self.colour}


@cache
def shapes() -> tuple[Shape, ...]:
    """All 24, the same bytes every time."""
    return tuple(Shape(shape, colour, _drawn(shape, colour)) for colour in COLOURS for shape in CORNERS)


def _drawn(shape: str, colour: str) -> bytes:
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (SIDE, SIDE), "#f4f2ec")
    place = list(COLOURS).index(colour)
    size = SIDE * (0.34 + 0.02 * (place % 3))  # pictures of one colour differ, and so do those of one shape
    ImageDraw.Draw(image).polygon(_outline(shape, size, place), fill=COLOURS[colour])
    held = io.BytesIO()
    image.save(held, "PNG")
    return held.getvalue()


def _outline(shape: str, size: float, turn: int) -> Any:
    """The corners, the first one on top, a little turned."""
    count = CORNERS[shape]
    start = pi / 4 if shape == "square" else 0.0
    reach = [size * (0.45 if shape == "star" and corner % 2 else 1) for corner in range(count)]
    angles = [start + 2 * pi * corner / count + 0.03 * turn for corner in range(count)]
    middle = SIDE / 2
    return [(middle + far * sin(angle), middle - far * cos(angle)) for far, angle in zip(reach, angles, strict=True)]
