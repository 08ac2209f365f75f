"""Whisper in a process of its own: one line of JSON and then PCM come in on stdin, a JSON line goes out per segment.

A process, because a window of 30 s cannot be interrupted and takes seconds of every core, and because the model should
give its memory back. Starting it and loading the weights takes 0.6 s of CPU for `tiny`, 1.7 s for `small`.
"""

import json
import os
import sys
from typing import Any

THREADS = max(1, min(4, (os.cpu_count() or 1) // 2))
"""Cores for one recording, half of what there is: threads that wait for each other on busy cores are five times slower
than one alone.
"""


def load(folder: str) -> Any:
    """The model in a folder, on the CPU, as 8-bit integers: a third less CPU and memory than 32-bit floats."""
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # read when CTranslate2 is loaded: threads that wait leave their core
    from faster_whisper import WhisperModel

    return WhisperModel(folder, device="cpu", compute_type="int8", cpu_threads=THREADS, local_files_only=True)


def tell(**news: Any) -> None:
    """One line out."""
    sys.stdout.write(json.dumps(news) + "\n")
    sys.stdout.flush()


def segment(found: Any) -> dict[str, Any]:
    """A segment of faster-whisper's in plain numbers: `start` and `end` in seconds, `text`, `words`."""
    words = [(round(float(word.start), 2), round(float(word.end), 2), word.word) for word in found.words or ()]
    return {
        "start": round(float(found.start), 2),
        "end": round(float(found.end), 2),
        "text": found.text,
        "words": words,
    }


def main() -> None:
    """Tell `{"fault": …}` when the folder cannot be loaded, else `{"language": …}` and then every segment."""
    import numpy as np

    if hasattr(os, "nice"):
        os.nice(5)  # pages come first
    asked = json.loads(sys.stdin.buffer.readline())
    pcm = np.frombuffer(sys.stdin.buffer.read(), np.int16).astype(np.float32) / 32768
    try:
        model = load(asked["folder"])
    except Exception as error:  # noqa: BLE001 - CTranslate2's and the tokenizer's own
        tell(fault=str(error))
        return
    segments, info = model.transcribe(pcm, word_timestamps=True, condition_on_previous_text=False, **asked["options"])
    tell(language=info.language)
    for found in segments:
        tell(**segment(found))


if __name__ == "__main__":
    main()
