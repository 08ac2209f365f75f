"""Files in requests: decoded leniently, typed by their bytes, refused in a sentence."""

import base64
import io
import wave

import pytest

from playground.errors import BadRequestError, PayloadTooLargeError
from playground.media import MAX_BYTES, load, sniff


def wav(seconds: float = 0.1) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(16000)
        sound.writeframes(bytes(int(32000 * seconds)))
    return buffer.getvalue()


SOUND = wav()
PLAIN = base64.b64encode(SOUND).decode()


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        f"data:audio/wav;base64,{PLAIN}",
        f"data:image/png;base64,{PLAIN}",  # the label lies; the bytes count
        f"data:audio/wav;codecs=pcm;base64,{PLAIN}",
        "\n".join(PLAIN[start : start + 76] for start in range(0, len(PLAIN), 76)),
        base64.urlsafe_b64encode(SOUND).decode().rstrip("="),
    ],
)
def test_every_spelling_of_base64(text):
    media = load(text, "audio_base64", "audio")
    assert (media.data, media.mime, media.modality, media.name) == (SOUND, "audio/wav", "audio", "audio.wav")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "empty or no string"),
        (7, "empty or no string"),
        ("data:audio/wav,abc", "without `;base64,`"),
        ("a", "not valid base64"),
        ("ä" * 8, "not valid base64"),
        (base64.b64encode(b"<svg xmlns='http://www.w3.org/2000/svg'/>").decode(), "no file of a known type"),
        (base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(30)).decode(), "holds image/png, but audio is wanted"),
    ],
)
def test_what_is_no_sound_is_refused(text, sentence):
    with pytest.raises(BadRequestError, match=sentence):
        load(text, "audio_base64", "audio")


def test_size_is_checked_before_decoding():
    with pytest.raises(PayloadTooLargeError, match="over 48 MB"):
        load("A" * (MAX_BYTES * 4 // 3 + 8), "audio_base64", "audio")


def test_pillow_and_we_agree_on_images():
    from PIL import Image

    for form, mime in {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}.items():
        buffer = io.BytesIO()
        Image.new("RGB", (4, 4)).save(buffer, form)
        assert sniff(buffer.getvalue()) == ("image", mime)
