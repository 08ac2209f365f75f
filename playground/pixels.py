"""Any common image file -> RGB pixels, upright and no larger than asked for, by Pillow in the sandbox."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from playground import sandbox
from playground.call import Media, Stop

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Picture:
    """An image's pixels; `width` and `height` are the file's own, which may be larger than those of `pixels`."""

    pixels: "Image" = field(repr=False)
    width: int
    height: int


def decode(media: Media, most: int, stop: Stop) -> Picture:
    """An image of at most `most` pixels, on white, turned as a viewer shows it; of a moving one the first.

    Raises BadRequestError for what cannot be read, PayloadTooLargeError over a limit, CancelledError once `stop` is
    set.
    """
    from PIL import Image

    facts, data = sandbox.shared().ask("pixels", media.data, stop, mime=media.mime, most=most)
    size = (facts["columns"], facts["rows"])
    return Picture(Image.frombytes("RGB", size, data), facts["width"], facts["height"])
