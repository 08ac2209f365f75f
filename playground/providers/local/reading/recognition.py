"""What a line says: the line cut out of the image and straightened, read by a network, decoded by CTC."""

from dataclasses import dataclass
from functools import cache
from math import ceil, cos, sin
from typing import TYPE_CHECKING

import numpy as np

from playground.providers.local.reading.rectangle import Array, Rectangle
from playground.providers.local.reading.session import load

if TYPE_CHECKING:
    from PIL.Image import Image

HEIGHT = 48
"""Pixels of a line's height that the network reads."""
WIDTHS = (320, 3200)
"""Pixels of width: a shorter line is filled up, a longer one is squeezed."""
TALL = 1.5
"""Height by width from which a line may have been written upwards or downwards."""
SURE = 0.85
"""Confidence below which a line is also read upside down."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: the text, the mean confidence of its characters (0 to 1), and the rectangle in whose direction."""

    text: str
    confidence: float
    place: Rectangle


def read(image: "Image", place: Rectangle) -> Reading:
    """Read one line of an RGB image, in the direction that gives the best result."""
    found = _read(image, place)
    others = [2] if place.height < TALL * place.width else [1, 3]
    if found.confidence < SURE:
        found = max(found, *(_read(image, place.turned(quarters)) for quarters in others), key=_confidence)
    return found


def _confidence(reading: Reading) -> float:
    return reading.confidence


def _read(image: "Image", place: Rectangle) -> Reading:
    [[scores]] = load("recognition").run(None, {"x": values(cut(image, place))})
    return Reading(*decode(scores, _characters()), place)


def cut(image: "Image", place: Rectangle) -> "Image":
    """The pixels in a rectangle, upright."""
    from PIL import Image

    size = max(1, round(place.width)), max(1, round(place.height))
    left, top = place.corners[0]
    wide, high = place.width / size[0], place.height / size[1]
    along, across = (cos(place.angle), sin(place.angle)), (-sin(place.angle), cos(place.angle))
    affine = (along[0] * wide, across[0] * high, left, along[1] * wide, across[1] * high, top)
    return image.transform(size, Image.Transform.AFFINE, affine, Image.Resampling.BICUBIC)


def values(line: "Image") -> Array:
    """A line as the network takes it: (1, 3, 48, width) from -1 to 1, blue first, filled up with 0."""
    from PIL import Image

    least, most = WIDTHS
    width = min(max(1, ceil(HEIGHT * line.width / line.height)), most)
    pixels = np.asarray(line.resize((width, HEIGHT), Image.Resampling.BILINEAR), np.float32)
    filled = np.zeros((1, 3, HEIGHT, max(width, least)), np.float32)
    filled[0, :, :, :width] = pixels[:, :, ::-1].transpose(2, 0, 1) / 127.5 - 1
    return filled


def decode(scores: Array, characters: tuple[str, ...]) -> tuple[str, float]:
    """The text of (steps, characters) probabilities and its mean confidence, by the best path of connectionist temporal
    classification (Graves et al., 2006): repetitions count once, and character 0 is none.
    """
    best = scores.argmax(axis=1)
    kept = (best != 0) & (np.diff(best, prepend=0) != 0)
    if not kept.any():
        return "", 0.0
    text = "".join(characters[place] for place in best[kept])
    return text.strip(), float(scores.max(axis=1)[kept].mean())


@cache
def _characters() -> tuple[str, ...]:
    """By the network's numbers: none, those listed in its file, the blank."""
    listed = load("recognition").get_modelmeta().custom_metadata_map["character"]
    return ("", *listed.split("\n"), " ")
