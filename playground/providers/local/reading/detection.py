"""Where text stands in an image: a probability for each pixel, and a rectangle around each group of likely ones.

Differentiable Binarization (Liao et al., 2020, arXiv:1911.08947) with the network PP-OCRv6 small. The network marks the
middle of each line only, so that neighbours stay apart; its rectangles are grown again.
"""

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from playground.providers.local.reading.rectangle import Array, Rectangle, smallest
from playground.providers.local.reading.session import load

if TYPE_CHECKING:
    from PIL.Image import Image

LIKELY = 0.3
"""Probability from which a pixel counts as text."""
SURE = 0.6
"""Mean probability that a group of them needs."""
GROWTH = 1.6
"""What the rectangles are grown by; the network was trained for it."""
MOST = 1000
"""Lines of one image; the largest are kept."""
PIXELS = 1_000_000
"""What the network looks at, at most: takes two thirds of a second of CPU and 400 MB."""
SHORT = 480
"""What a small image's shorter side is enlarged to, but by no more than `LARGER` and within `PIXELS`."""
LARGER = 3.0
LONG = 8192
"""The longest side that the network looks at; the other one is at least `STEP`."""
STEP = 32
"""Both sides of what goes into the network are multiples of it."""
HUGE = 160
"""Pixels of the network's from which the usual line is too high: single letters are marked, and not the line."""
GOOD = 48
"""The height of a line that is easily found."""
_THIN = 3  # pixels of the network's that are no line


def find(image: "Image") -> list[Rectangle]:
    """The lines of text in an RGB image, in no order, in its pixels."""
    by = scale(image.width, image.height)
    found = rectangles(_probabilities(image, by))
    usual = float(np.median([min(each.width, each.height) for each in found] or [0.0]))
    if usual > HUGE:
        by *= GOOD / usual
        found = rectangles(_probabilities(image, by))
    return [each.scaled(1 / by) for each in found]


def scale(width: int, height: int) -> float:
    """What an image's sides are multiplied by before the network looks at it."""
    larger = min(max(1.0, SHORT / min(width, height)), LARGER)
    return min(larger, sqrt(PIXELS / (width * height)), LONG / max(width, height))


def _probabilities(image: "Image", by: float) -> Array:
    """(height, width) of the scaled image: how likely each pixel is part of a text."""
    from PIL import Image

    width, height = (max(1, round(side * by)) for side in image.size)
    pixels = np.asarray(image.resize((width, height), Image.Resampling.BILINEAR), np.float32)
    beyond = ((0, -height % STEP), (0, -width % STEP), (0, 0))
    values = np.pad(pixels, beyond, mode="edge")[:, :, ::-1] / 127.5 - 1  # blue first, -1 to 1
    found: Array
    [[[found]]] = load("detection").run(None, {"x": np.ascontiguousarray(values.transpose(2, 0, 1)[None])})
    return found[:height, :width]


def rectangles(probabilities: Array) -> list[Rectangle]:
    """A rectangle for each group of likely pixels in (height, width) probabilities."""
    from scipy import ndimage

    groups, count = ndimage.label(probabilities > LIKELY, np.ones((3, 3)))
    if not count:
        return []
    numbers = np.arange(1, count + 1)
    means = ndimage.mean(probabilities, groups, numbers)
    sizes = ndimage.sum_labels(np.ones_like(probabilities), groups, numbers)
    places = ndimage.find_objects(groups)
    kept = [int(each) for each in np.argsort(-sizes)[:MOST] if means[each] >= SURE]
    around = [smallest(_outline(groups[places[each]] == each + 1, places[each])) for each in kept]
    return [each.grown(GROWTH) for each in around if min(each.width, each.height) >= _THIN]


def _outline(mask: Array, place: tuple[slice, slice]) -> Array:
    """(n, 2) x and y of the outer corners of the first and last pixel of each row of a group."""
    rows = np.flatnonzero(mask.any(axis=1))
    first = mask[rows].argmax(axis=1)
    last = mask.shape[1] - mask[rows][:, ::-1].argmax(axis=1)
    points = [(x, y + step) for step in (0, 1) for xs in (first, last) for x, y in zip(xs, rows, strict=True)]
    return np.array([place[1].start, place[0].start]) + np.array(points, np.intp)
