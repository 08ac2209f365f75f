"""Speech to text by pocketsphinx: a classical recogniser that carries its English model in its package."""

from collections.abc import Iterator
from typing import Any

from playground.audio import decode
from playground.call import Call, Chunk, Model, Usage
from playground.errors import BadRequestError
from playground.providers.local.recogniser import told

MODEL = Model(
    id="pocketsphinx-en-us",
    tasks=("transcription",),
    title="PocketSphinx (built in)",
    note="Classical recogniser for US English: good with one clear voice, poor with noise and accents; no punctuation.",
    inputs=("audio",),
    refuses={
        "language": "it knows US English only; choose another model for other languages",
        "prompt": "it cannot be told what to expect",
        "temperature": "it searches for the most probable words and samples nothing",
        "response_format": "it always gives text, segments and word times",
        "timestamp_granularities": "it always gives segment and word times",
    },
)


def answer(call: Call) -> Iterator[Chunk]:
    """Segments as text while it goes on, then the transcription. Raises BadRequestError for what is no sound."""
    if len(call.media) != 1:
        raise BadRequestError(
            "`pocketsphinx-en-us` transcribes one sound; send it as `inputs.audio_url` or `audio_base64`"
        )
    sound = decode(call.media[0].data, stop=call.stop)
    words: list[dict[str, Any]] = []
    segments: list[dict[str, Any]] = []
    for stretch in told("playground.speech_worker", sound.pcm, call.stop):
        for group in stretch["segments"]:
            text = " ".join(word for _, _, word in group)
            yield Chunk(text=f" {text}" if segments else text, progress=min(1.0, stretch["end"] / sound.seconds))
            segments.append({"start": group[0][0], "end": group[-1][1], "text": text})
            words += [{"start": start, "end": end, "word": word} for start, end, word in group]
    data = {
        "text": " ".join(segment["text"] for segment in segments),
        "language": "en",
        "duration": round(sound.seconds, 3),
        "segments": segments,
        "words": words,
    }
    yield Chunk(data=data, usage=Usage(seconds=sound.seconds))
