"""Real files for tests, made on the spot: a picture with a text in it, a sound, a film, a document."""

import io
import math
import struct
import wave
from functools import cache

from playground import samples
from playground.call import Media


@cache
def picture(text: str = "EXIT 12", form: str = "PNG", width: int = 160) -> bytes:
    """An image file with black text on white; `form` is Pillow's word."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (width, 48), "white")
    ImageDraw.Draw(image).text((8, 16), text, fill="black")
    held = io.BytesIO()
    image.save(held, form)
    return held.getvalue()


@cache
def sound(seconds: float = 0.2, rate: int = 8000) -> bytes:
    """A WAV file with a tone of 440 Hz."""
    samples = (int(8000 * math.sin(2 * math.pi * 440 * place / rate)) for place in range(int(seconds * rate)))
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(b"".join(struct.pack("<h", sample) for sample in samples))
    return held.getvalue()


@cache
def film(frames: int = 8) -> bytes:
    """An MP4 file in which the light comes up."""
    import av
    import numpy as np

    held = io.BytesIO()
    with av.open(held, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=8)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for place in range(frames):
            light = np.full((48, 64, 3), place * 255 // frames, dtype=np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(light, format="rgb24")))
        container.mux(stream.encode())
    return held.getvalue()


@cache
def talk() -> bytes:
    """A WebM film that browsers play: the light comes up while the sample's voice speaks for 14.4 s."""
    import av
    import numpy as np

    held = io.BytesIO()
    with av.open(str(samples.FOLDER / "speech.flac")) as speech, av.open(held, "w", format="webm") as container:
        picture, sound = container.add_stream("libvpx", rate=5), container.add_stream("libopus", rate=48_000)
        picture.width, picture.height, picture.pix_fmt = 96, 64, "yuv420p"
        resampler = av.AudioResampler("s16", "mono", 48_000, sound.codec_context.frame_size)
        for frame in speech.decode(audio=0):
            for piece in resampler.resample(frame):
                container.mux(sound.encode(piece))
        container.mux(sound.encode())
        for place in range(72):
            light = np.full((64, 96, 3), place * 3, dtype=np.uint8)
            container.mux(picture.encode(av.VideoFrame.from_ndarray(light, format="rgb24")))
        container.mux(picture.encode())
    return held.getvalue()


@cache
def paper(text: str = "Invoice 7") -> bytes:
    """A PDF file of one page with a line of text."""
    page = f"BT /F1 24 Tf 20 60 Td ({text}) Tj ET".encode()
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 120] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (
        rows,
        len(body),
    )


PICTURE = Media("image", "image/png", picture(), "image.png")
PHOTO = Media("image", "image/jpeg", picture("PHOTO", "JPEG"), "image.jpg")
SOUND = Media("audio", "audio/wav", sound(), "audio.wav")
FILM = Media("video", "video/mp4", film(), "video.mp4")
PAPER = Media("document", "application/pdf", paper(), "document.pdf")


def address(modality: str, url: str) -> Media:
    """A file that is not loaded."""
    return Media(modality, "", b"", url.rpartition("/")[2], url)
