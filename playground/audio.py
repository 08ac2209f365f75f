"""Any common audio file -> 16 kHz mono PCM, by FFmpeg through PyAV, in the sandbox."""

from dataclasses import dataclass, field

from playground import decoding, sandbox
from playground.call import Stop
from playground.errors import PayloadTooLargeError

RATE = decoding.RATE
"""Samples per second of what `decode` returns."""
MAX_SECONDS = 3600
MAX_BYTES = 48 * 2**20


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono sound: `pcm` is signed 16-bit little-endian at `RATE`, `seconds` its length."""

    pcm: bytes = field(repr=False)
    seconds: float


def decode(data: bytes, max_seconds: float = MAX_SECONDS, stop: Stop | None = None) -> Sound:
    """The first sound track of an audio or video file; damaged packets are skipped where others can be read.

    Raises PayloadTooLargeError over `MAX_BYTES` or `max_seconds` (counted, not taken from the header),
    BadRequestError for a file without sound that can be read, and CancelledError as soon as `stop` is set.
    """
    if len(data) > MAX_BYTES:
        raise PayloadTooLargeError(f"the audio file is over {MAX_BYTES // 2**20} MB; compress it or cut it")
    _, pcm = sandbox.shared().ask("sound", data, stop, max_seconds=max_seconds)
    return Sound(pcm, len(pcm) / 2 / RATE)
