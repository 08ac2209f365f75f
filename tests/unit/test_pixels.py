"""Pixels of an image file, as a person sees them, from the sandbox."""

import io

import numpy as np
import pytest
from PIL import Image

from playground import sandbox
from playground.call import Media, Stop
from playground.errors import BadRequestError, CancelledError, PayloadTooLargeError
from playground.pixels import Picture, decode
from playground.sandbox import Sandbox
from tests.signs import file

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)


def picture(data: bytes, mime: str = "image/png", most: int = 10_000) -> Picture:
    return decode(Media("image", mime, data), most, Stop())


def half(width: int = 20, height: int = 10) -> Image.Image:
    """Red at the left, blue at the right."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


@pytest.mark.parametrize(
    ("form", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp"), ("AVIF", "image/avif")]
)
def test_each_form(form: str, mime: str):
    found = picture(file(half(64, 32), form), mime)
    assert (found.width, found.height) == found.pixels.size == (64, 32)
    assert np.array(found.pixels.getpixel((8, 16))) == pytest.approx(np.array(RED), abs=12)
    assert np.array(found.pixels.getpixel((56, 16))) == pytest.approx(np.array(BLUE), abs=12)


def test_a_large_one_is_made_smaller_and_says_what_it_was():
    found = picture(file(half(400, 100)), most=1000)
    assert (found.width, found.height) == (400, 100)
    assert found.pixels.size == (63, 16)
    assert found.pixels.getpixel((5, 8)) == RED


@pytest.mark.parametrize("size", [(1000, 1001), (30, 20)])
def test_a_camera_that_was_held_sideways(size: tuple[int, int]):
    turned = Image.Exif()
    turned[0x0112] = 6  # a quarter clockwise to look at it
    found = picture(file(half(*size), "JPEG", exif=turned, quality=95), "image/jpeg", most=400)
    assert (found.width, found.height) == size[::-1]
    columns, rows = found.pixels.size
    top, bottom = found.pixels.getpixel((columns // 2, 1)), found.pixels.getpixel((columns // 2, rows - 2))
    assert top[0] > 200 > top[2]  # what was left is above
    assert bottom[2] > 200 > bottom[0]


def test_what_is_transparent_is_white():
    image = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    image.putpixel((1, 1), (*BLUE, 255))
    found = picture(file(image))
    assert found.pixels.getpixel((0, 0)) == WHITE
    assert found.pixels.getpixel((1, 1)) == BLUE


def test_sixteen_bits_keep_their_tones():
    deep = Image.fromarray(np.array([[0, 32768, 65535]], np.uint16))
    assert [each[0] for each in picture(file(deep)).pixels.get_flattened_data()] == [0, 128, 255]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK"])
def test_other_colour_models(mode: str):
    image = Image.new("RGB", (8, 8), WHITE).convert(mode)
    form = "JPEG" if mode == "CMYK" else "PNG"
    found = picture(file(image, form), f"image/{form.lower()}")
    assert found.pixels.getpixel((4, 4)) == WHITE


def test_the_first_of_a_moving_image():
    held = io.BytesIO()
    Image.new("RGB", (8, 8), RED).save(held, "GIF", save_all=True, append_images=[Image.new("RGB", (8, 8), BLUE)])
    assert picture(held.getvalue(), "image/gif").pixels.getpixel((4, 4)) == RED


@pytest.mark.parametrize("mime", ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif"])
def test_what_is_broken_is_a_sentence(mime: str):
    form = mime.rpartition("/")[2].upper()
    with pytest.raises(BadRequestError, match=f"begins like {mime} and cannot be read"):
        picture(file(half(64, 64), form)[:80], mime)


def test_what_pillow_does_not_read_is_a_sentence():
    with pytest.raises(BadRequestError, match="convert it to PNG or JPEG"):
        picture(b"\0\0\0\x18ftypheic", "image/heic")


def test_too_many_pixels_are_refused_before_they_are_made():
    header = file(Image.new("1", (9000, 9000)))
    with pytest.raises(PayloadTooLargeError, match="9,000 x 9,000 pixels"):
        picture(header)


def test_an_image_that_takes_too_long_or_too_much_costs_a_worker_only():
    tight = Sandbox(memory=200 * 2**20)
    try:
        with pytest.raises(BadRequestError, match="within the time and memory"):
            tight.ask("pixels", file(Image.new("1", (5000, 5000))), mime="image/png", most=64_000_000)
        facts, _ = tight.ask("pixels", file(half()), mime="image/png", most=100)
        assert facts["width"] == 20
    finally:
        tight.close()


def test_a_stop_is_heard():
    stop = Stop()
    stop.set()
    with pytest.raises(CancelledError):
        decode(Media("image", "image/png", file(half())), 100, stop)


def test_the_limit_is_the_callers():
    facts, data = sandbox.shared().ask("pixels", file(half(300, 300)), mime="image/png", most=90_000)
    assert (facts["columns"], facts["rows"], len(data)) == (300, 300, 270_000)
