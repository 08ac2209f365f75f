"""Files of strangers: each is a clear 4xx, opened in a process with limits, and the next file is read as ever."""

import base64
import io
import math
import os
import struct
import sys
import threading
import time
import wave
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import pytest
from PIL import Image

from playground import sandbox
from playground.call import Media, Modality, Stop
from playground.errors import BadRequestError, CancelledError, PayloadTooLargeError, PlaygroundError
from playground.media import load
from playground.probe import probe
from playground.sandbox import Sandbox
from playground.sandbox_worker import MEMORY


def checked(data: bytes, wanted: Modality = "image") -> Media:
    """A file on its way through the door: base64, signature, probe."""
    field = f"{wanted}_base64"
    return probe(load(base64.b64encode(data).decode(), field, wanted), field, Stop())


def image(form: str, size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    held = io.BytesIO()
    Image.radial_gradient("L").resize(size).convert("RGB").save(held, form, **options)
    return held.getvalue()


def gif(frames: int) -> bytes:
    """A moving image of one pixel, written out by hand because the encoder joins equal frames."""
    head = b"GIF89a" + struct.pack("<HHBBB", 1, 1, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"!\xf9\x04\0\x01\0\0\0," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02D\x01\0"
    return head + frame * frames + b";"


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *more: bytes, data: bytes | None = None) -> bytes:
    """A PNG of any declared size; its pixels are all zero, which compresses a thousandfold."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1000)) if data is None else data
    parts = (chunk(b"IHDR", header), *more, chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def sound(seconds: float = 0.5, rate: int = 16_000) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        tone = (int(9000 * math.sin(n / 6)) for n in range(int(rate * seconds)))
        file.writeframes(array("h", tone).tobytes())
    return held.getvalue()


def film(format_: str = "mp4", codec: str = "mpeg4", size: int = 32, frames: int = 5, **options: object) -> bytes:
    held = io.BytesIO()
    with av.open(held, "w", format=format_) as container:
        stream = container.add_stream(codec, rate=5, **options)
        stream.width, stream.height, stream.pix_fmt = size, size, "yuv420p"
        for number in range(frames):
            frame = av.VideoFrame(size, size, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([60 + number * 20]) * plane.buffer_size)
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return held.getvalue()


def encoded(format_: str, codec: str, rate: int = 48_000) -> bytes:
    held = io.BytesIO()
    with av.open(held, "w", format=format_) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        plain = av.AudioFrame(format="s16", layout="mono", samples=rate // 2)
        plain.sample_rate = rate
        plain.planes[0].update(array("h", (int(9000 * math.sin(n / 9)) for n in range(rate // 2))).tobytes())
        resampler = av.AudioResampler(stream.format.name, "mono", rate, stream.codec_context.frame_size or None)
        for frame in [*resampler.resample(plain), *resampler.resample(None)]:
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return held.getvalue()


def crowd(streams: int) -> bytes:
    """A film with many tracks."""
    held = io.BytesIO()
    with av.open(held, "w", format="matroska") as container:
        tracks = []
        for _ in range(streams):
            track = container.add_stream("mpeg4", rate=5)
            track.width, track.height, track.pix_fmt = 16, 16, "yuv420p"
            tracks.append(track)
        for track in tracks:
            container.mux(track.encode(av.VideoFrame(16, 16, "yuv420p")))
        for track in tracks:
            container.mux(track.encode(None))
    return held.getvalue()


def zipped() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(10_000_000))
    return held.getvalue()


def lying_wav(declared: int, rate: int = 16_000) -> bytes:
    data = bytearray(sound())
    data[4:8] = struct.pack("<I", min(declared + 36, 0xFFFF_FFFF))
    data[24:28] = struct.pack("<I", rate)
    data[28:32] = struct.pack("<I", rate * 2)
    data[40:44] = struct.pack("<I", declared)
    return bytes(data)


def patched(data: bytes, box: bytes, offset: int, value: bytes) -> bytes:
    """An MP4 with bytes of one of its boxes replaced, `offset` counted from behind the box's name."""
    place = data.index(box) + 4 + offset
    return data[:place] + value + data[place + len(value) :]


def long_film() -> bytes:
    """An MP4 whose samples say that each takes 13 years."""
    data = film()
    for box, offset in ((b"mvhd", 16), (b"tkhd", 20), (b"mdhd", 16), (b"stts", 12)):
        data = patched(data, box, offset, struct.pack(">I", 0x7FFF_FFFF))
    return patched(patched(data, b"mdhd", 12, struct.pack(">I", 5)), b"mvhd", 12, struct.pack(">I", 5))


def wide_avi() -> bytes:
    """A film that declares plain frames of 32,000 by 32,000 pixels."""
    data = bytearray(film("avi", "rawvideo", size=64))
    place = data.index(b"strf") + 8
    data[place + 4 : place + 12] = struct.pack("<ii", 32_000, 32_000)
    return bytes(data)


PNG, JPEG, GIF, WEBP = image("PNG"), image("JPEG"), image("GIF"), image("WEBP")
WAV, MP4, PDF = sound(), film(), b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'

HOSTILE: dict[str, tuple[Modality, Callable[[], bytes]]] = {
    "svg": ("image", lambda: SVG),
    "svg with a declaration": ("image", lambda: b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]>' + SVG),
    "html": ("image", lambda: HTML),
    "javascript": ("image", lambda: b"alert(1)"),
    "program of Linux": ("image", lambda: b"\x7fELF" + bytes(200)),
    "program of Windows": ("image", lambda: b"MZ" + bytes(200)),
    "zip bomb": ("image", zipped),
    "gzip": ("image", lambda: b"\x1f\x8b\x08\0" + bytes(100)),
    "postscript": ("image", lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n(/etc/passwd) run"),
    "tiff": ("image", lambda: image("TIFF")),
    "bmp": ("image", lambda: image("BMP")),
    "text": ("audio", lambda: b"plain words " * 50),
    "zeros": ("audio", lambda: bytes(5000)),
    "one byte": ("image", lambda: b"\x89"),
    "image called sound": ("audio", lambda: PNG),
    "sound called image": ("image", lambda: WAV),
    "sound called film": ("video", lambda: WAV),
    "film called image": ("image", lambda: MP4),
    "pdf called image": ("image", lambda: PDF),
    "image called pdf": ("document", lambda: PNG),
    "html that begins like GIF": ("image", lambda: b"GIF89a/*" + HTML + b"*/=1;"),
    "script that begins like JPEG": ("image", lambda: b"\xff\xd8\xff\xe0/*" + HTML),
    "zip that begins like PNG": ("image", lambda: b"\x89PNG\r\n\x1a\n" + zipped()),
    "pdf that begins like PNG": ("image", lambda: b"\x89PNG\r\n\x1a\n" + PDF),
    "html that begins like PDF": ("document", lambda: b"%PDF-1.4" + HTML),
    "program that begins like WAV": ("audio", lambda: b"RIFF\x00\x10\x00\x00WAVE" + b"\x7fELF" * 100),
    "script that begins like MP3": ("audio", lambda: b"ID3\x04\0\0\0\0\0\0" + HTML * 20),
    "playlist that begins like MP4": ("video", lambda: b"\0\0\0\x20ftypisom#EXTM3U\nfile:///etc/passwd\n" * 9),
    "zip that begins like Matroska": ("video", lambda: b"\x1aE\xdf\xa3" + zipped()),
    "zip that begins like WebP": ("image", lambda: b"RIFF\xff\xff\0\0WEBP" + zipped()),
    "zip that begins like AVIF": ("image", lambda: b"\0\0\0\x20ftypavif" + zipped()),
    "zip that begins like HEIC": ("image", lambda: b"\0\0\0\x20ftypheic" + zipped()),
    "truncated png": ("image", lambda: PNG[: len(PNG) // 2]),
    "truncated jpeg": ("image", lambda: JPEG[: len(JPEG) // 2]),
    "truncated gif": ("image", lambda: GIF[: len(GIF) // 2]),
    "truncated webp": ("image", lambda: WEBP[: len(WEBP) // 2]),
    "truncated pdf": ("document", lambda: PDF[:30]),
    "truncated mp4": ("video", lambda: MP4[: len(MP4) // 2]),
    "truncated wav": ("audio", lambda: WAV[:30]),
    "head of a flac": ("audio", lambda: encoded("flac", "flac")[:60]),
    "head of an ogg": ("audio", lambda: encoded("ogg", "libopus")[:60]),
    "only a signature": ("image", lambda: PNG[:8]),
    "png with a wrong checksum": ("image", lambda: PNG[:60] + b"\xff" * 20 + PNG[80:]),
    "png of no size": ("image", lambda: png(0, 0)),
    "png of 30,000 by 30,000": ("image", lambda: png(30_000, 30_000)),
    "png of 2 billion by 2 billion": ("image", lambda: png(2**31 - 1, 2**31 - 1)),
    "png bomb": ("image", lambda: png(20_000, 20_000, data=zlib.compress(bytes(60_000_000), 9))),
    "png with a bomb of text": (
        "image",
        lambda: png(1, 1, *[chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(900_000)))] * 200),
    ),
    "png with a bomb of colours": (
        "image",
        lambda: png(1, 1, chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(90_000_000)))),
    ),
    "gif of 65,535 by 65,535": ("image", lambda: GIF[:6] + b"\xff\xff\xff\xff" + GIF[10:]),
    "gif of 5,000 frames": ("image", lambda: gif(5_000)),
    "wav without samples": ("audio", lambda: sound(0)),
    "mp4 of many years": ("video", long_film),
    "mp4 without a picture": ("video", lambda: encoded("mp4", "aac")),
    "film without a sound": ("audio", lambda: MP4),
    "film of 20 streams": ("video", lambda: crowd(20)),
    "film of 32,000 by 32,000": ("video", wide_avi),
    "webm of nothing": ("video", lambda: b"\x1aE\xdf\xa3" + bytes(2000)),
}


@pytest.mark.parametrize(("wanted", "make"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_file_is_a_clear_4xx_and_the_next_one_is_read(wanted: Modality, make: Callable[[], bytes]):
    with pytest.raises(PlaygroundError) as caught:
        checked(make(), wanted)
    assert caught.value.status in (400, 413)
    assert f"`inputs.{wanted}_base64`" in caught.value.message
    assert checked(PNG).mime == "image/png"


READABLE: dict[str, tuple[Modality, str, Callable[[], bytes]]] = {
    "png": ("image", "image/png", lambda: PNG),
    "jpeg": ("image", "image/jpeg", lambda: JPEG),
    "gif": ("image", "image/gif", lambda: GIF),
    "moving gif": ("image", "image/gif", lambda: gif(300)),
    "webp": ("image", "image/webp", lambda: WEBP),
    "avif": ("image", "image/avif", lambda: image("AVIF")),
    "photo of 48 megapixels": ("image", "image/jpeg", lambda: image("JPEG", (8000, 6000))),
    "image with a zip behind it": ("image", "image/png", lambda: PNG + zipped()),
    "wav": ("audio", "audio/wav", lambda: WAV),
    "wav that claims 37 hours": ("audio", "audio/wav", lambda: lying_wav(0xFFFF_0000)),
    "wav of unknown length": ("audio", "audio/wav", lambda: lying_wav(0xFFFF_FFFF)),
    "mp3": ("audio", "audio/mpeg", lambda: encoded("mp3", "libmp3lame")),
    "aac": ("audio", "audio/aac", lambda: encoded("adts", "aac")),
    "flac": ("audio", "audio/flac", lambda: encoded("flac", "flac")),
    "ogg": ("audio", "audio/ogg", lambda: encoded("ogg", "libopus")),
    "aiff": ("audio", "audio/aiff", lambda: encoded("aiff", "pcm_s16be")),
    "microphone of a browser": ("audio", "audio/webm", lambda: encoded("webm", "libopus")),
    "m4a without its brand": ("audio", "audio/mp4", lambda: encoded("mp4", "aac")),
    "mp4": ("video", "video/mp4", lambda: MP4),
    "mov": ("video", "video/quicktime", lambda: film("mov")),
    "webm": ("video", "video/webm", lambda: film("webm", "libvpx")),
    "avi": ("video", "video/x-msvideo", lambda: film("avi")),
    "pdf": ("document", "application/pdf", lambda: PDF),
}


@pytest.mark.parametrize(("wanted", "mime", "make"), READABLE.values(), ids=READABLE.keys())
def test_ordinary_files_are_read(wanted: Modality, mime: str, make: Callable[[], bytes]):
    data = make()
    media = checked(data, wanted)
    assert (media.modality, media.mime, media.data) == (wanted, mime, data)


def test_a_length_is_counted():
    facts, _ = sandbox.shared().ask("inspect", lying_wav(0x0010_0000), mime="audio/wav")
    assert facts["seconds"] == pytest.approx(0.5, abs=0.01)


@pytest.fixture
def small() -> Iterator[Sandbox]:
    """A sandbox whose limits are soon reached."""
    made = Sandbox(memory=200 * 2**20, cpu={"inspect": 1, "sound": 1})
    yield made
    made.close()


def test_memory_has_an_end(small: Sandbox):
    """100 MB of pixels are too much beside a worker's libraries here, and nothing to speak of for the real one."""
    large = png(5_000, 5_000, data=zlib.compress(bytes(5_000 * 15_001), 1))
    with pytest.raises(BadRequestError, match="within the time and memory"):
        small.ask("inspect", large, mime="image/png")
    assert small.ask("inspect", PNG, mime="image/png")[0]["width"] == 64
    assert sandbox.shared().ask("inspect", large, mime="image/png")[0]["width"] == 5_000


def test_time_has_an_end(small: Sandbox):
    """A million frames take Pillow some seconds to count: the system ends the worker, and another takes its place."""
    with pytest.raises(BadRequestError, match="within the time and memory"):
        small.ask("inspect", gif(1_000_000), mime="image/gif")
    assert small.ask("inspect", PNG, mime="image/png")[0]["width"] == 64


def test_a_stop_ends_the_work():
    stop = Stop()
    threading.Timer(0.3, stop.set).start()
    with pytest.raises(CancelledError):
        sandbox.shared().ask("inspect", gif(2_000_000), stop, mime="image/gif")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_worker_is_confined(small: Sandbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-not-for-the-worker")
    own = Sandbox()
    own.warm()
    worker = own._places.get()
    own._places.put(worker)
    own.ask("inspect", PNG, mime="image/png")
    process = Path(f"/proc/{worker.pid}")
    limits = {line[:26].strip(): line[26:47].strip() for line in (process / "limits").read_text().splitlines()}
    assert limits["Max address space"] == str(MEMORY)
    assert limits["Max file size"] == limits["Max core file size"] == "0"
    assert int(limits["Max cpu time"]) <= 12
    assert int(limits["Max open files"]) == 64
    assert b"sk-not-for-the-worker" not in (process / "environ").read_bytes()
    own.close()
    assert not process.exists()


def test_a_worker_that_died_is_replaced(small: Sandbox):
    small.ask("inspect", PNG, mime="image/png")
    worker = small._places.get()
    small._places.put(worker)
    os.kill(worker.pid, 9)
    while worker.alive:
        time.sleep(0.01)
    assert small.ask("inspect", PNG, mime="image/png")[0]["width"] == 64


def test_many_at_once():
    results: list[int] = []

    def one() -> None:
        results.append(sandbox.shared().ask("inspect", PNG, mime="image/png")[0]["width"])

    threads = [threading.Thread(target=one) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [64] * 16


def test_the_pixel_limit_is_a_413():
    with pytest.raises(PayloadTooLargeError, match=r"30,000 x 30,000 pixels, and at most 64 million"):
        checked(png(30_000, 30_000))
