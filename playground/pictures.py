"""Opening images of strangers with Pillow. Runs in the sandbox's worker process and nowhere else.

An image is opened as what its signature says and as nothing else; its size is looked at before it is decoded.
"""

from io import BytesIO
from typing import Any

from playground.errors import BadRequestError, PayloadTooLargeError

MAX_PIXELS = 64_000_000
"""Pixels of one image or of one frame of a film: above what phones and 8K cameras make."""
MAX_FRAMES = 1_000
"""Frames of a moving image."""

Facts = dict[str, Any]
PICTURES = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WEBP",
    "image/avif": "AVIF",
}
READERS = tuple(f"PIL.{name}ImagePlugin" for name in ("Png", "Jpeg", "Mpo", "Gif", "WebP", "Avif"))
"""What opens them."""

_ORIENTATION, _SIDEWAYS = 0x0112, range(5, 9)  # EXIF: how the camera was held


def measure(data: bytes, mime: str) -> Facts:
    """`width`, `height` and `frames`; the first frame is decoded.

    Raises BadRequestError for what cannot be read, PayloadTooLargeError for what is over a limit.
    """
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # checked here, with a sentence of ours
    try:
        with Image.open(BytesIO(data), formats=[PICTURES[mime]]) as image:
            width, height = image.size
            check_pixels(width, height)
            frames = getattr(image, "n_frames", 1)
            if frames > MAX_FRAMES:
                raise PayloadTooLargeError(f"the file has {frames:,} frames, and at most {MAX_FRAMES:,} are taken")
            image.seek(0)
            image.draft("RGB", (64, 64))  # a JPEG is read to its end at an eighth of the cost
            image.load()
    except (PayloadTooLargeError, MemoryError):
        raise
    except Exception as error:  # Pillow's readers raise whatever their parsing runs into
        raise damaged(mime) from error
    return {"width": width, "height": height, "frames": frames}


def pixels(data: bytes, mime: str, most: int) -> tuple[Facts, bytes]:
    """An image's pixels as a person sees them: RGB, row by row, on white where it is transparent; of a moving image
    the first.

    An image of more than `most` pixels is made smaller: `columns` and `rows` are those of what is given, `width` and
    `height` those of the image. Raises what `measure` raises, and BadRequestError for a type that Pillow does not read.
    """
    from PIL import Image

    if mime not in PICTURES:
        raise BadRequestError(f"the file is {mime}, whose pixels cannot be read here; convert it to PNG or JPEG")
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(BytesIO(data), formats=[PICTURES[mime]]) as image:
            width, height = image.size
            check_pixels(width, height)
            if image.getexif().get(_ORIENTATION, 1) in _SIDEWAYS:
                width, height = height, width
            flat = _flat(image, min(1.0, (most / (width * height)) ** 0.5))
    except (PayloadTooLargeError, MemoryError):
        raise
    except Exception as error:
        raise damaged(mime) from error
    return {"width": width, "height": height, "columns": flat.width, "rows": flat.height}, flat.tobytes()


def upright(data: bytes, mime: str, side: int, facts: Facts) -> tuple[Facts, bytes]:
    """As a person looks at it: turned as the camera was held, `width` and `height` too."""
    from PIL import Image, ImageOps

    with Image.open(BytesIO(data), formats=[PICTURES[mime]]) as image:
        image.draft("RGB", (side, side))
        before = image.size
        turned = ImageOps.exif_transpose(image)
        if (turned.size[0] < turned.size[1]) != (before[0] < before[1]):
            facts = {**facts, "width": facts["height"], "height": facts["width"]}
        return facts, small(turned, side)


def _flat(image: Any, scale: float) -> Any:
    """The image `scale` times as large, upright, RGB."""
    from PIL import Image, ImageOps

    size = tuple(max(1, round(side * scale)) for side in image.size)
    image.draft("RGB", size)
    if image.mode.startswith("I"):  # 16 bits, which Pillow would cut at 255 and not scale
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.size != size:
        image = image.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", size, "white"), image)
    return ImageOps.exif_transpose(image).convert("RGB")


def small(image: Any, side: int) -> bytes:
    """A WebP image at most `side` pixels wide and high."""
    image = image.convert("RGBA" if image.mode in ("LA", "PA", "RGBA") or "transparency" in image.info else "RGB")
    image.thumbnail((side, side))
    held = BytesIO()
    image.save(held, "WEBP", quality=82)
    return held.getvalue()


def check_pixels(width: int, height: int) -> None:
    """Raise PayloadTooLargeError over `MAX_PIXELS`."""
    if width * height > MAX_PIXELS:
        raise PayloadTooLargeError(
            f"the file has {width:,} x {height:,} pixels, and at most {MAX_PIXELS // 1_000_000} million are taken; "
            "make it smaller"
        )


def damaged(mime: str) -> BadRequestError:
    """For a file that is not what its signature says."""
    return BadRequestError(f"the file begins like {mime} and cannot be read as that; is it damaged or cut off?")
