"""What reading media costs: base64 of 20 MB, 60 s of audio, frames of a film, a page of text; time, and memory.

    python -m tests.bench.media

Each figure stands beside the least that could do it, measured in the same run and interleaved with it: ratios travel
from machine to machine, milliseconds do not. Memory is the server's peak above what it had before, without its workers.
"""

import base64
import io
import json
import math
import os
import statistics
import sys
import threading
import time
from array import array
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from playground import sandbox
from playground.audio import decode
from playground.call import Call, Chunk, Media, Message, Model, Readiness, Stop
from playground.contract import RawInferenceRequest
from playground.loading import Loader
from playground.probe import probe
from playground.providers.local import appearance, reading
from playground.providers.local.reading import detection, recognition
from playground.providers.local.reading.session import load
from playground.resolve import resolve
from playground.settings import Settings
from playground.ui.attachments.attachment import opened
from playground.ui.transcribe.recording import inputs_of

ROUNDS = 7
MB = 2**20


class Anybody:
    """A provider that takes everything and is never asked."""

    name = title = "anybody"

    def answer(self, call: Call):
        yield Chunk()

    def models(self) -> tuple[Model, ...]:
        return ()

    def model(self, id: str) -> None:
        return None

    def fetches(self, model: str, media: Media) -> bool:
        return False

    def readiness(self) -> Readiness:
        return Readiness(True)


def wav(seconds: int, rate: int = 44_100) -> bytes:
    second = array("h", (int(9000 * math.sin(n / 9)) for n in range(rate)))
    return encoded("wav", "pcm_s16le", second, seconds, rate)


def encoded(format_: str, codec: str, second: array, seconds: int, rate: int) -> bytes:
    held = io.BytesIO()
    with av.open(held, "w", format=format_) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        resampler = av.AudioResampler(stream.format.name, "mono", rate, stream.codec_context.frame_size or None)
        for number in range(seconds):
            plain = av.AudioFrame(format="s16", layout="mono", samples=rate)
            plain.sample_rate, plain.pts = rate, number * rate
            plain.planes[0].update(second.tobytes())
            for frame in resampler.resample(plain):
                container.mux(stream.encode(frame))
        for frame in resampler.resample(None):
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return held.getvalue()


def film(seconds: int, size: tuple[int, int] = (640, 360)) -> bytes:
    held = io.BytesIO()
    with av.open(held, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        picture = Image.effect_noise(size, 60).convert("RGB")
        for number in range(seconds * 25):
            frame = av.VideoFrame.from_image(picture.rotate(number))
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return held.getvalue()


def photo(width: int, height: int) -> bytes:
    held = io.BytesIO()
    Image.effect_noise((width, height), 40).convert("RGB").save(held, "JPEG", quality=90)
    return held.getvalue()


def bare_sound(data: bytes) -> None:
    """FFmpeg in this process, unprotected."""
    with av.open(io.BytesIO(data)) as container:
        resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
        for frame in container.decode(audio=0):
            resampler.resample(frame)


def bare_film(data: bytes) -> None:
    with av.open(io.BytesIO(data)) as container:
        for _ in container.demux():
            pass


def bare_photo(data: bytes) -> None:
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (64, 64))
        image.load()


def page(lines: int = 20) -> Image.Image:
    """A4 at 200 dots per inch, printed at 10 points."""
    image = Image.new("RGB", (1654, 2339), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(28)
    for number in range(lines):
        words = f"{number}. The library opens at nine on every weekday and closes at six; on Saturdays at two."
        pen.text((150, 150 + 44 * number), words, "black", font)
    return image


def read_page(data: bytes) -> list[Chunk]:
    message = Message("user", "", (Media("image", "image/png", data),))
    return list(reading.answer(Call("chat", "image-reader", messages=(message,))))


def bare_page(image: Image.Image) -> Callable[[], object]:
    """The two networks alone, on as much as the page gives them."""
    by = detection.scale(*image.size)
    width, height = (-(-round(side * by) // detection.STEP) * detection.STEP for side in image.size)
    page_ = np.zeros((1, 3, height, width), np.float32)
    widths = [max(recognition.WIDTHS[0], int(48 * each.width / each.height)) for each in detection.find(image)]
    lines = [np.zeros((1, 3, recognition.HEIGHT, each), np.float32) for each in widths]

    def run() -> None:
        load("detection").run(None, {"x": page_})
        for line in lines:
            load("recognition").run(None, {"x": line})

    return run


def embed_photo(data: bytes) -> list[Chunk]:
    return list(appearance.answer(Call("embedding", "colour-and-edges", media=(Media("image", "image/jpeg", data),))))


def bare_small(data: bytes) -> None:
    with Image.open(io.BytesIO(data)) as image:
        image.draft("RGB", (256, 256))
        image.convert("RGB").resize((appearance.SIDE, appearance.SIDE), Image.Resampling.BOX)


def every_frame(data: bytes) -> None:
    with av.open(io.BytesIO(data)) as container:
        for _ in container.decode(video=0):
            pass


def times(*works: Callable[[], object]) -> list[float]:
    """The medians in ms, the works interleaved."""
    taken: list[list[float]] = [[] for _ in works]
    for work in works:
        work()
    for _ in range(ROUNDS):
        for work, row in zip(works, taken, strict=True):
            start = time.perf_counter()
            work()
            row.append((time.perf_counter() - start) * 1000)
    return [statistics.median(row) for row in taken]


def resident(process: int | str = "self") -> int:
    """Bytes in memory."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def peak(work: Callable[[], object]) -> float:
    """The most memory this process had meanwhile above what it had before, in MB, looked at each ms."""
    before, most, over = resident(), [0], threading.Event()

    def look() -> None:
        while not over.wait(0.001):
            most[0] = max(most[0], resident() - before)

    watcher = threading.Thread(target=look)
    watcher.start()
    kept = work()
    over.set()
    watcher.join()
    del kept
    return most[0] / MB


def row(name: str, ours: Callable[[], object], bare: Callable[[], object], than: str) -> None:
    mine, least = times(ours, bare)
    memory = f"{peak(ours):7.1f} MB" if sys.platform.startswith("linux") else "      –"
    print(f"{name:<44} {mine:8.1f} ms  {mine / least:5.2f}x {than:<26} {memory}")


def main() -> None:
    loader = Loader(Settings.of({}))
    providers = {"anybody": Anybody()}
    sound = wav(240)[: 20 * MB]
    body = json.dumps(
        {"provider": "anybody", "model": "m", "inputs": {"audio_base64": base64.b64encode(sound).decode()}}
    )
    body_bytes = body.encode()

    def upload() -> object:
        request = RawInferenceRequest.model_validate_json(body_bytes)
        plan = resolve(request, providers, stream=False, stop=Stop(), max_bytes=loader.max_bytes)
        return loader.load(plan, Stop())

    def page_upload() -> object:
        given = opened("sound.wav", sound)
        request = RawInferenceRequest(provider="anybody", model="m", inputs=inputs_of(given))
        plan = resolve(request, providers, stream=False, stop=Stop(), max_bytes=loader.max_bytes)
        return loader.load(plan, Stop())

    def bare_upload() -> object:
        return base64.b64decode(json.loads(body_bytes)["inputs"]["audio_base64"])

    def read(data: bytes, mime: str, modality) -> Callable[[], object]:
        media = Media(modality, mime, data)
        return lambda: probe(media, "file", Stop())

    second = array("h", (int(9000 * math.sin(n / 9)) for n in range(44_100)))
    minute = encoded("mp3", "libmp3lame", second, 60, 44_100)
    clip, picture = film(10), photo(4000, 3000)
    sandbox.shared().warm()
    print(f"{'':<44} {'median':>11}  {'ratio':>6} {'to':<26} {'memory':>7}")
    row("20 MB by base64: JSON, decode, probe", upload, bare_upload, "json.loads + b64decode")
    row("the same by the page: opened, sent, probed", page_upload, bare_upload, "json.loads + b64decode")
    row("60 s of MP3 to 16 kHz mono, sandboxed", lambda: decode(minute), lambda: bare_sound(minute), "PyAV in process")
    row(
        "10 s of 640x360 film, probed",
        read(clip, "video/mp4", "video"),
        lambda: bare_film(clip),
        "PyAV demux in process",
    )
    row(
        "the same beside decoding every frame",
        read(clip, "video/mp4", "video"),
        lambda: every_frame(clip),
        "PyAV decode",
    )
    row(
        "12 megapixel JPEG, probed",
        read(picture, "image/jpeg", "image"),
        lambda: bare_photo(picture),
        "Pillow in process",
    )
    paper = page()
    held = io.BytesIO()
    paper.save(held, "PNG")
    row(
        "an A4 page of 20 lines, read",
        lambda: read_page(held.getvalue()),
        bare_page(paper),
        "both networks, nothing else",
    )
    row(
        "12 megapixel JPEG, colours and edges",
        lambda: embed_photo(picture),
        lambda: bare_small(picture),
        "Pillow, made small",
    )
    cold = []
    for _ in range(3):
        fresh, start = sandbox.Sandbox(), time.perf_counter()
        fresh.warm()
        cold.append((time.perf_counter() - start) * 1000)
        fresh.close()
    print(f"{'a cold worker':<44} {statistics.median(cold):8.1f} ms")


if __name__ == "__main__":
    main()
