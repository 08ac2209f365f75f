"""Opening files of strangers with Pillow and FFmpeg. Runs in the sandbox's worker process and nowhere else.

A file is opened as what its signature says and as nothing else, and FFmpeg gets no protocol, so that no file leads to
another one. Sizes are looked at before anything of that size is made.
"""

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any

from playground import pictures
from playground.errors import BadRequestError, PayloadTooLargeError
from playground.pictures import PICTURES, Facts, check_pixels, damaged, measure, small, upright

MAX_STREAMS = 16
MAX_SECONDS = 4 * 3600
"""Length of a sound or film."""
RATE = 16_000
"""Samples per second of what `sound` gives."""

_TRIES = 250  # packets that may pass before the first frame can be decoded
_CLOSED = {"protocol_whitelist": ""}

READERS = ("av", *pictures.READERS)
"""What opens files: imported before the first one comes."""

_FILMS = {
    "image/heic": "mov",
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/ogg": "ogg",
    "audio/aiff": "aiff",
    "audio/mp4": "mov",
    "video/quicktime": "mov",
    "video/mp4": "mov",
    "video/webm": "matroska",
    "video/x-msvideo": "avi",
}
# Containers of sound. Playlists and other formats that open further files are left out on purpose.
_SOUNDS = "wav,w64,mp3,aac,flac,ogg,mov,mp4,m4a,3gp,matroska,webm,aiff,caf,amr,au,asf,avi,mpeg,mpegts,ac3,opus"


def inspect(data: bytes, mime: str) -> tuple[Facts, bytes]:
    """What a file holds: `width`, `height`, `frames` of an image; `seconds` and the number of `sounds` and `films` of
    the others, counted and not believed. Something of each kind is decoded.

    Raises BadRequestError for what cannot be read, PayloadTooLargeError for what is over a limit.
    """
    return (measure if mime in PICTURES else _film)(data, mime), b""


def sound(data: bytes, max_seconds: float) -> tuple[Facts, bytes]:
    """The first sound track as signed 16-bit little-endian mono at `RATE`; damaged packets are skipped.

    Raises PayloadTooLargeError over `max_seconds` (counted) and BadRequestError without sound that can be read.
    """
    from av.error import FFmpegError

    blocks, room = list[bytes](), int(max_seconds * RATE) * 2
    try:
        for block in _blocks(data):
            blocks.append(block)
            room -= len(block)
            if room < 0:
                raise PayloadTooLargeError(f"the sound is longer than {max_seconds / 60:g} minutes; cut it into parts")
    except (FFmpegError, ValueError) as error:
        raise BadRequestError(
            "this is no audio file that can be read; send WAV, MP3, FLAC, OGG, M4A or WebM"
        ) from error
    if not blocks:
        raise BadRequestError("the file holds no sound that can be read; is it damaged, or a film without sound?")
    return {}, b"".join(blocks)


def preview(data: bytes, mime: str, side: int) -> tuple[Facts, bytes]:
    """The facts of `inspect` and, of what can be seen, a WebP image at most `side` pixels wide and high, upright.

    Empty bytes for a sound, and for what can be read but not drawn. `width` and `height` of a film are those of its
    first frame. Raises what `inspect` raises.
    """
    facts, _ = inspect(data, mime)
    try:
        if mime in PICTURES:
            return upright(data, mime, side, facts)
        return _first_frame(data, mime, side, facts) if facts["films"] else (facts, b"")
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - Pillow's and FFmpeg's own; the file itself has been read
        return facts, b""


JOBS: Mapping[str, Callable[..., tuple[Facts, bytes]]] = {
    "inspect": inspect,
    "sound": sound,
    "preview": preview,
    "pixels": pictures.pixels,
}


def _first_frame(data: bytes, mime: str, side: int, facts: Facts) -> tuple[Facts, bytes]:
    import av

    with av.open(BytesIO(data), "r", format=_FILMS[mime], options=_CLOSED) as container:
        track = container.streams.video[0]
        for tries, packet in enumerate(container.demux(track)):
            if frames := _frames(packet):
                size = {"width": frames[0].width, "height": frames[0].height}
                return {**facts, **size}, small(frames[0].to_image(), side)
            if tries > _TRIES:
                break
    return facts, b""


def _film(data: bytes, mime: str) -> Facts:
    import av

    try:
        with av.open(BytesIO(data), "r", format=_FILMS[mime], options=_CLOSED) as container:
            return _measured(container, mime)
    except (PayloadTooLargeError, BadRequestError, MemoryError):
        raise
    except Exception as error:  # FFmpeg's errors, and PyAV's own for values that cannot be
        raise damaged(mime) from error


def _measured(container: Any, mime: str) -> Facts:
    if len(container.streams) > MAX_STREAMS:
        raise PayloadTooLargeError(
            f"the file has {len(container.streams)} streams, and at most {MAX_STREAMS} are taken"
        )
    for stream in container.streams.video:
        check_pixels(stream.codec_context.width, stream.codec_context.height)
    _check_seconds((container.duration or 0) / 1_000_000)
    tracks = [stream for stream in container.streams if stream.type in ("audio", "video")]
    wanted, tries, seconds = set(tracks), _TRIES, 0.0
    for packet in container.demux(tracks) if tracks else ():
        if packet.pts is not None and packet.time_base:
            seconds = max(seconds, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            _check_seconds(seconds)
        if packet.stream in wanted and tries:
            tries -= 1
            wanted -= {packet.stream} if _frames(packet) else set()
    read = [stream for stream in tracks if stream not in wanted]
    films = sum(stream.type == "video" and not _is_cover(stream) for stream in read)
    if not read:
        raise damaged(mime)
    return {"seconds": round(seconds, 3), "films": films, "sounds": sum(stream.type == "audio" for stream in read)}


def _is_cover(stream: Any) -> bool:
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _blocks(data: bytes) -> Iterator[bytes]:
    import av

    with av.open(BytesIO(data), "r", options={"format_whitelist": _SOUNDS, **_CLOSED}) as container:
        track = next(iter(container.streams.audio), None)
        if track is None:
            return
        resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
        for packet in container.demux(track):
            for frame in _frames(packet):
                for piece in resampler.resample(frame):
                    yield _samples(piece)
        for piece in resampler.resample(None):
            yield _samples(piece)


def _samples(frame: Any) -> bytes:
    return bytes(memoryview(frame.planes[0])[: frame.samples * 2])  # a plane is padded


def _frames(packet: Any) -> list[Any]:
    from av.error import FFmpegError

    try:
        return list(packet.decode())
    except (FFmpegError, ValueError):
        return []


def _check_seconds(seconds: float) -> None:
    if seconds > MAX_SECONDS:
        raise PayloadTooLargeError(
            f"the file is {seconds / 3600:,.1f} hours long by its own account, and at most {MAX_SECONDS // 3600} are "
            "taken; cut it"
        )
