"""Speech recognition in a process of its own: PCM comes in on stdin until its end, a JSON line goes out per stretch.

A process, because pocketsphinx keeps Python's lock while it works, for seconds: in a server thread every page and every
stream would stand still. A voice activity detector finds the stretches of speech; each is recognised as a whole,
because levels are normalised over all of it, and words of the sample came out wrong otherwise.
"""

import json
import os
import sys
from collections.abc import Iterator
from typing import Any

RATE = 16_000
"""Samples per second, signed 16-bit, mono."""
PAUSE = 0.2
"""A silence of so many seconds between two words ends a segment."""
LONGEST = 20.0
"""A stretch of speech longer than this is cut at its quietest moment, so that news does not wait for its end."""
_MARGIN = 0.25  # what the detector clips from the first and last word
_FILLERS = ("<", "[", "+")

Word = tuple[float, float, str]
"""When a word begins and ends, in seconds, and the word."""


def stretches(pcm: bytes) -> Iterator[tuple[float, float]]:
    """Where somebody speaks, in seconds, in order and without overlap."""
    from pocketsphinx import Endpointer

    detector = Endpointer(sample_rate=RATE)
    size, done = detector.frame_bytes, 0.0
    for place in range(0, len(pcm), size):
        frame, speaking = pcm[place : place + size], detector.in_speech
        if place + size < len(pcm):
            detector.process(frame)
        elif speaking:
            detector.end_stream(frame)
        if speaking and not detector.in_speech:
            start, done = max(done, detector.speech_start - _MARGIN), detector.speech_end + _MARGIN
            yield from _cut(pcm, start, min(done, len(pcm) / 2 / RATE))


def recognise(decoder: Any, pcm: bytes, start: float, end: float) -> list[list[Word]]:
    """The words between two moments, in segments that end at pauses."""
    decoder.start_utt()
    decoder.process_raw(pcm[int(start * RATE) * 2 : int(end * RATE) * 2], full_utt=True)
    decoder.end_utt()
    segments: list[list[Word]] = [[]]
    for piece in decoder.seg() or ():
        begin, finish = piece.start_frame / 100, (piece.end_frame + 1) / 100
        if not piece.word.startswith(_FILLERS):
            word = piece.word.split("(", 1)[0]  # `to(2)` is the second way to say `to`
            segments[-1].append((round(start + begin, 2), round(start + finish, 2), word))
        elif finish - begin >= PAUSE:
            segments.append([])
    return [segment for segment in segments if segment]


def _cut(pcm: bytes, start: float, end: float) -> Iterator[tuple[float, float]]:
    while end - start > LONGEST:
        moment = _quietest(pcm, start + LONGEST / 2, start + LONGEST)
        yield start, moment
        start = moment
    yield start, end


def _quietest(pcm: bytes, start: float, end: float) -> float:
    """The middle of the quietest 0.2 s between two moments."""
    import numpy as np

    samples = np.frombuffer(pcm, np.int16)[int(start * RATE) : int(end * RATE)].astype(np.float32)
    frame = RATE // 50
    power = (samples[: len(samples) // frame * frame].reshape(-1, frame) ** 2).mean(axis=1)
    loudness = np.convolve(power, np.ones(10), "valid")
    return start + (int(loudness.argmin()) + 5) / 50


def main() -> None:
    """Read everything, then tell each stretch: `{"end": seconds, "segments": [[[start, end, word], …], …]}`."""
    from pocketsphinx import Decoder

    if hasattr(os, "nice"):
        os.nice(5)  # pages come first
    decoder = Decoder(samprate=RATE, loglevel="FATAL")
    pcm = sys.stdin.buffer.read()
    for start, end in stretches(pcm):
        sys.stdout.write(json.dumps({"end": end, "segments": recognise(decoder, pcm, start, end)}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
