"""Speech to text by OpenAI's Whisper, through faster-whisper and CTranslate2: many languages, with punctuation."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from playground.audio import decode
from playground.call import Call, Chunk, Model, Usage
from playground.errors import BadRequestError
from playground.providers.local.recogniser import told
from playground.providers.local.weights import Part, Weights

TAKES = ("language", "prompt", "temperature", "vad_filter")
"""The parameters it takes, by the names they have at OpenAI and in faster-whisper."""
_REFUSES = {
    "response_format": "it always gives text, segments and word times",
    "timestamp_granularities": "it always gives segment and word times",
}
_NEEDED = ("config.json", "model.bin", "tokenizer.json", "vocabulary.*")
_LANGUAGES = """
af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id is it
ja jw ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so
sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh
"""


def _weights(size: str, megabytes: int) -> Weights:
    return Weights((Part(f"Systran/faster-whisper-{size}", _NEEDED, ("preprocessor_config.json",)),), megabytes)


def _model(size: str, note: str) -> Model:
    return Model(
        id=f"whisper-{size}",
        tasks=("transcription",),
        title=f"Whisper {size}",
        note=f"99 languages, punctuation, segment and word times; {note}.",
        inputs=("audio",),
        refuses=_REFUSES,
    )


MODELS = (
    (_model("tiny", "the fastest and least exact"), _weights("tiny", 78)),
    (_model("base", "fast, good with clear speech"), _weights("base", 148)),
    (_model("small", "the most exact of the three, and the slowest"), _weights("small", 486)),
)
"""Each with its weights, in CTranslate2's form."""


def check(call: Call) -> None:
    """Refuse what could not be done: raises BadRequestError for a parameter of the wrong kind and for not one sound."""
    if len(call.media) != 1:
        raise BadRequestError(f"`{call.model}` transcribes one sound; send it as `inputs.audio_url` or `audio_base64`")
    _options(call.parameters)


def answer(call: Call, folder: Path, weights: Weights) -> Iterator[Chunk]:
    """Segments as text while it goes on, then the transcription. Raises what `decode` raises, and
    InferenceServiceUnavailableError for a folder that cannot be loaded.
    """
    sound = decode(call.media[0].data, stop=call.stop)
    asked = {"folder": str(folder), "options": _options(call.parameters)}
    news = told("playground.whisper_worker", json.dumps(asked).encode() + b"\n" + sound.pcm, call.stop)
    first = next(news)
    if "fault" in first:
        raise weights.unavailable(folder, f"its files cannot be loaded ({first['fault']})".replace(str(folder), "it"))
    text = ""
    segments: list[dict[str, Any]] = []
    words: list[dict[str, Any]] = []
    for found in news:
        piece = found["text"] if segments else found["text"].lstrip()
        yield Chunk(text=piece, progress=min(1.0, found["end"] / sound.seconds))
        text += piece
        segments.append({"start": found["start"], "end": found["end"], "text": found["text"].strip()})
        words += [{"start": start, "end": end, "word": word.strip()} for start, end, word in found["words"]]
    data = {
        "text": text,
        "language": first["language"],
        "duration": round(sound.seconds, 3),
        "segments": segments,
        "words": words,
    }
    yield Chunk(data=data, usage=Usage(seconds=sound.seconds))


def _options(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """faster-whisper's words. Silence is left out unless `vad_filter` is false: Whisper invents text for it."""
    kinds: Mapping[str, tuple[Any, str]] = {
        "language": (str, "a code of two letters, such as `en`"),
        "prompt": (str, "a text"),
        "temperature": ((int, float), "a number from 0 to 1"),
        "vad_filter": (bool, "true or false"),
    }
    for name, (kind, meaning) in kinds.items():
        value = parameters.get(name)
        if value is not None and (not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool)):
            raise BadRequestError(f"`parameters.{name}` must be {meaning}; it is `{value}`")
    language, temperature = parameters.get("language"), parameters.get("temperature")
    if language is not None and language not in _LANGUAGES.split():
        raise BadRequestError(f"`parameters.language` is `{language}`; Whisper knows {', '.join(_LANGUAGES.split())}")
    if temperature is not None and not 0 <= temperature <= 1:
        raise BadRequestError(f"`parameters.temperature` must be a number from 0 to 1; it is `{temperature}`")
    given = {"language": language, "initial_prompt": parameters.get("prompt"), "temperature": temperature}
    return {"vad_filter": parameters.get("vad_filter", True)} | {k: v for k, v in given.items() if v is not None}
