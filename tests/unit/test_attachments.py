"""A file that a person gives: what it is by its bytes, how it looks, how it is sent and found again in the history."""

import io
from base64 import b64decode

import pytest

from playground import sandbox
from playground.errors import BadRequestError, PayloadTooLargeError
from playground.ui.attachments.attachment import Attachment, at, kind_of, opened
from playground.ui.attachments.words import length, measures, size
from tests.specimens import film, paper, picture, sound


def image(width: int, height: int, form: str = "JPEG", turned: int = 1) -> bytes:
    """A picture whose upper left quarter is red; `turned` is its EXIF orientation."""
    from PIL import Image

    made = Image.new("RGB", (width, height), "white")
    made.paste("red", (0, 0, width // 2, height // 2))
    exif = made.getexif()
    exif[0x0112] = turned
    held = io.BytesIO()
    made.save(held, form, exif=exif)
    return held.getvalue()


def look(attachment: Attachment):
    from PIL import Image

    return Image.open(io.BytesIO(attachment.preview)).convert("RGB")


@pytest.mark.parametrize(
    ("data", "modality", "mime", "told"),
    [
        (picture(), "image", "image/png", "PNG · "),
        (picture("A", "WEBP"), "image", "image/webp", "WebP · "),
        (sound(), "audio", "audio/wav", "WAV · 3.2 KB · 0.2 s"),
        (film(), "video", "video/mp4", "MP4 · "),
        (paper(), "document", "application/pdf", "PDF · 583 B"),
    ],
)
def test_the_bytes_say_what_it_is_and_not_the_name(data, modality, mime, told):
    found = opened("lies.exe", data)
    assert (found.name, found.modality, found.mime, found.content) == ("lies.exe", modality, mime, data)
    assert measures(found).startswith(told)
    assert found.part["type"] == modality
    assert b64decode(found.part["base64"]) == data
    assert bool(found.preview) == (modality in ("image", "video"))


def test_a_preview_is_small_and_upright():
    found = opened("photo.jpg", image(2000, 1000, turned=6))  # the camera was held upright
    assert (found.facts["width"], found.facts["height"]) == (1000, 2000)
    seen = look(found)
    assert seen.size == (320, 640)
    assert seen.getpixel((300, 20))[1] < 60 < 200 < seen.getpixel((20, 20))[1], "red is at the upper right now"


def test_a_film_shows_its_first_frame():
    found = opened("a.mp4", film())
    assert (found.facts["width"], found.facts["height"], found.facts["seconds"]) == (64, 48, 1.0)
    assert look(found).size == (64, 48)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is empty: it has 0 bytes"),
        (b"hello", "is no image, sound, film or PDF"),
        (picture()[:50], "begins like image/png and cannot be read"),
        (film()[:200], "cannot be read"),
        (paper()[:-20], "begins like a PDF and has no end"),
    ],
)
def test_what_cannot_be_read_says_so_by_its_name(data, why):
    with pytest.raises(BadRequestError, match=f"^`mine` .*{why}"):
        opened("mine", data)


def test_what_is_too_large_is_not_opened():
    with pytest.raises(PayloadTooLargeError, match=r"`mine` has .* MB, and 1 MB are allowed"):
        opened("mine", picture() + bytes(2**20), max_bytes=2**20)


@pytest.mark.parametrize(
    ("url", "modality"),
    [
        ("https://x.io/a.PNG?sig=1", "image"),
        ("https://x.io/a.mp3", "audio"),
        ("https://x.io/a.mov", "video"),
        ("https://x.io/a.pdf", "document"),
        ("https://x.io/a", None),
        ("https://x.io/a.exe", None),
    ],
)
def test_an_address_tells_by_its_ending_what_is_there(url, modality):
    assert kind_of(url) == modality
    if modality is None:
        with pytest.raises(BadRequestError, match="does not tell what is there"):
            at(url)
        assert at(url, "image").part == {"type": "image", "url": url}
    else:
        assert at(url).part == {"type": modality, "url": url}


def test_a_data_uri_is_opened():
    uri = opened("a.png", picture()).part["base64"]
    found = at(f"data:image/gif;base64,{uri}")
    assert (found.mime, found.data) == ("image/png", picture())


@pytest.mark.parametrize(
    "text", ["", "a.png", "file:///a.png", "https://u:p@x.io/a.png", "data:image/png,abc", "data:x"]
)
def test_what_is_no_address_is_refused_with_a_sentence(text):
    with pytest.raises(BadRequestError) as caught:
        at(text)
    assert "inputs." not in caught.value.message


def test_what_it_is_known_by_holds_no_key():
    assert at("https://x.io/a.png?sig=secret").reference == "https://x.io/a.png?sig=•••"
    assert opened("a", picture()).reference == opened("b", picture()).reference


def test_words_for_sizes_and_lengths():
    assert [size(count) for count in (812, 12_300, 4_500_000)] == ["812 B", "12.3 KB", "4.5 MB"]
    assert [length(seconds) for seconds in (3.44, 125)] == ["3.4 s", "2:05"]


def test_a_preview_leaves_the_sandbox_alive_for_the_next():
    before = opened("a.png", picture()).preview
    with pytest.raises(BadRequestError):
        sandbox.shared().ask("preview", picture()[:40], mime="image/png", side=64)
    assert opened("a.png", picture()).preview == before
