"""What an image looks like as a vector: which colours and which directions of edges stand where in it.

Classical features, nothing is learned: histograms of colours over a grid (Swain and Ballard, 1991) and of gradient
directions (HOG: Dalal and Triggs, 2005), compared by their roots (Hellinger kernel).
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from playground.call import Call, Chunk, Model
from playground.errors import BadRequestError
from playground.pixels import decode

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.Image import Image

SIDE = 128
"""Pixels of each side that an image is brought to, whatever its shape."""
CELLS = 4
"""Rows and columns of the grid; a pixel counts for the cells around it, by nearness."""
HUES = 6
"""Red, yellow, green, cyan, blue, magenta; what has no colour is dark or light."""
DIRECTIONS = 8
"""Directions of edges over half a turn."""
DIMENSIONS = CELLS * CELLS * (HUES + 2 + DIRECTIONS)
_FAINT = 0.02  # of the range from black to white: steps that are noise
_SMOOTH = 1.5  # pixels by which edges are smoothed

MODEL = Model(
    id="colour-and-edges",
    tasks=("embedding",),
    title="Colour and edges (built in)",
    note="Image vectors from colours and shapes and where they stand, no learned meaning: alike is what looks alike.",
    inputs=("image",),
    dimensions=DIMENSIONS,
    refuses={
        "dimensions": "its vectors have one length; reduce them yourself, by PCA for example",
        "encoding_format": "vectors come as lists of numbers",
        "text": "it knows colours and shapes and no words; `all-minilm-l6-v2` embeds texts",
    },
)


def answer(call: Call) -> Iterator[Chunk]:
    """One vector per image. Raises BadRequestError for texts and for what cannot be opened."""
    if call.texts:
        raise BadRequestError(
            f"`{MODEL.id}` embeds images, not texts: {MODEL.refuses['text']}", code="modality_not_supported"
        )
    vectors = []
    for number, file in enumerate(call.media, 1):
        vectors.append(features(decode(file, 4 * SIDE * SIDE, call.stop).pixels).tolist())
        yield Chunk(progress=number / len(call.media))
    yield Chunk(data={"embeddings": vectors})


def features(image: "Image") -> "NDArray[Any]":
    """An RGB image as `DIMENSIONS` numbers of at least 0, at unit length."""
    import numpy as np
    from PIL import Image

    square = image.resize((SIDE, SIDE), Image.Resampling.BOX)
    pixels = np.asarray(square, np.float64) / 255
    halves = [np.sqrt(_pooled(each)).ravel() for each in (_colours(pixels), _edges(pixels.mean(axis=2)))]
    vector: NDArray[Any] = np.concatenate([half / max(float(np.linalg.norm(half)), 1.0) for half in halves])
    return vector / float(np.linalg.norm(vector))


def _pooled(weights: "NDArray[Any]") -> "NDArray[Any]":
    """(rows, columns, kinds) of each pixel as (CELLS, CELLS, kinds) of each cell."""
    import numpy as np

    places = (np.arange(SIDE) + 0.5) * CELLS / SIDE - 0.5
    near = np.clip(1 - np.abs(np.clip(places, 0, CELLS - 1) - np.arange(CELLS)[:, None]), 0, 1)  # (cells, pixels)
    found: NDArray[Any] = np.einsum("ay,yxk,bx->abk", near, weights, near)
    return found


def _colours(pixels: "NDArray[Any]") -> "NDArray[Any]":
    """How much each pixel has of the hues, of dark and of light: they sum to 1."""
    import numpy as np

    most, least = pixels.max(axis=2), pixels.min(axis=2)
    strength = (most - least) / np.maximum(most, 1e-9)  # saturation: the same in shadow and in light
    strength = strength * np.clip(most / 0.2, 0, 1)  # near black it is noise
    darkest, lightest = np.quantile(most, (0.02, 0.98))
    light = np.clip((most - darkest) / max(lightest - darkest, 0.5), 0, 1)
    hues = _shared(_hue(pixels, most, least), HUES) * strength[..., None]
    greys = np.stack([1 - light, light], axis=2) * (1 - strength)[..., None]
    return np.concatenate([hues, greys], axis=2)


def _hue(pixels: "NDArray[Any]", most: "NDArray[Any]", least: "NDArray[Any]") -> "NDArray[Any]":
    """Hue of each pixel, 0 to 6, red at 0 (the hexagon of HSV)."""
    import numpy as np

    red, green, blue = np.moveaxis(pixels, 2, 0)
    span = np.maximum(most - least, 1e-9)
    sides = [(green - blue) / span, 2 + (blue - red) / span, 4 + (red - green) / span]
    found: NDArray[Any] = np.select([most == red, most == green], sides[:2], sides[2])
    return found % 6


def _edges(light: "NDArray[Any]") -> "NDArray[Any]":
    """How strong an edge of each direction is at each pixel."""
    import numpy as np
    from scipy import ndimage

    down = ndimage.gaussian_filter(light, _SMOOTH, order=(1, 0))
    across = ndimage.gaussian_filter(light, _SMOOTH, order=(0, 1))
    strength = np.hypot(down, across)
    strength = np.where(strength > _FAINT * strength.max(), strength, 0) / max(float(strength.max()), _FAINT)
    return _shared((np.arctan2(down, across) / np.pi * DIRECTIONS) % DIRECTIONS, DIRECTIONS) * strength[..., None]


def _shared(places: "NDArray[Any]", kinds: int) -> "NDArray[Any]":
    """Each value of a circle of `kinds` shared between the two kinds beside it: (…) to (…, kinds)."""
    import numpy as np

    apart = np.abs(places[..., None] - np.arange(kinds))
    found: NDArray[Any] = np.clip(1 - np.minimum(apart, kinds - apart), 0, 1)
    return found
