"""One image read from its first line to its last."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from playground.call import Stop
from playground.errors import CancelledError
from playground.providers.local.reading import detection, order
from playground.providers.local.reading.recognition import Reading, read
from playground.providers.local.reading.rectangle import Rectangle

if TYPE_CHECKING:
    from PIL.Image import Image

LIKELY = 0.5
"""Confidence from which a reading counts as text."""
_SAMPLES = 3  # lines that are read first, to learn which way the page is turned


@dataclass(frozen=True, slots=True)
class Line:
    """A line that was read, the row of the page it stands in, and how much of the page is done then, 0 to 1."""

    reading: Reading
    row: int
    done: float


def lines(image: "Image", stop: Stop) -> Iterator[Line]:
    """The lines of an RGB image in reading order, each as soon as it is read.

    Raises CancelledError once `stop` is set.
    """
    places = detection.find(image)
    slant = _slant(image, places)
    places = [each.towards(slant) for each in places]
    left = len(places)
    for row, numbers in enumerate(order.rows(places, slant)):
        for number in numbers:
            if stop.is_set():
                raise CancelledError("the run was stopped")
            left -= 1
            reading = read(image, places[number])
            if reading.text and reading.confidence >= LIKELY:
                yield Line(reading, row, 1 - left / len(places))


def _slant(image: "Image", places: list[Rectangle]) -> float:
    """The angle along which most lines are written; the longest ones tell it."""
    longest = sorted(places, key=_length, reverse=True)[:_SAMPLES]
    angles = [read(image, each).place.angle for each in longest]
    return float(np.median(angles)) if angles else 0.0


def _length(place: Rectangle) -> float:
    return max(place.width, place.height)
