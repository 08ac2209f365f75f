"""Transcription as OpenAI and compatible servers speak it: a form with a file in, JSON or subtitles out.

Evidence: the types of openai 3.51.0 (`types/audio/`). Times come only with `verbose_json`, which only Whisper gives;
where the model can and the user chose no format it is asked for with word and segment times. That is not a parameter
but what the contract's `segments` need.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from playground.call import Call, Chunk, Media, Usage
from playground.errors import ProviderError
from playground.media import EXTENSIONS
from playground.providers import bearer, counts, cues, intakes
from playground.providers.intake import Intake
from playground.providers.parameters import translate
from playground.wire import File, Target, WireRequest

_RESERVED = frozenset(("model", "file", "stream"))
# (provider, model) that give word and segment times.
_TIMED = (("openai", re.compile(r"whisper-1$")), ("groq", re.compile(r"whisper-large-v3")))
_GRANULARITIES = "timestamp_granularities"
_SUBTITLES = frozenset(("srt", "vtt"))


def takes(model: str) -> Intake:  # noqa: ARG001 - the protocol's
    """One sound, also in a film's container."""
    return intakes.TRANSCRIPTIONS


def encode(call: Call, target: Target) -> WireRequest:
    """The form. Lists become repeated `name[]` fields, as OpenAI's own client writes them."""
    parameters = translate(call, _RESERVED, {f"{_GRANULARITIES}[]": _GRANULARITIES})
    if isinstance(parameters.get(_GRANULARITIES), str):
        parameters[_GRANULARITIES] = [parameters[_GRANULARITIES]]
    if "response_format" not in parameters:
        if _GRANULARITIES in parameters:
            parameters["response_format"] = "verbose_json"
        elif any(target.provider == name and model.match(call.model) for name, model in _TIMED):
            parameters |= {"response_format": "verbose_json", _GRANULARITIES: ["word", "segment"]}
    form = tuple(_fields({"model": call.model} | parameters))
    return WireRequest(
        f"{target.base_url}/audio/transcriptions", bearer.headers(target), form=form, file=_file(call.media[0])
    )


def decode(call: Call, body: Any) -> Chunk:
    """The contract's transcription; `segments` is empty and `duration` None where the model does not say.

    A text (formats `text`, `srt`, `vtt`) is taken as it is, subtitles also as segments. `speaker` stays on segments
    that have one.
    """
    if not isinstance(body, Mapping):  # a text that is a number was read as one
        text = body if isinstance(body, str) else json.dumps(body)
        return Chunk(data=_of_text(text, call.parameters.get("response_format")))
    if not isinstance(body.get("text"), str):
        raise ProviderError(
            "the provider answered without `text`; does the model transcribe, and is the base URL right?"
        )
    found = list(map(_segment, filter(_timed, _rows(body.get("segments")))))
    duration = _number(body.get("duration"))
    data: dict[str, Any] = {
        "text": body["text"].strip(),
        "language": _language(body),
        "duration": duration,
        "segments": found,
    }
    if words := _rows(body.get("words")):
        data["words"] = list(map(_word, filter(_timed, words)))
    usage = counts.usage(body.get("usage"))
    if usage is None and duration is not None:  # older answers count nothing; the sound is what is billed
        usage = Usage(seconds=duration)
    return Chunk(data=data, usage=usage)


def _of_text(text: str, form: Any) -> dict[str, Any]:
    if text.lstrip()[:9].lower().startswith(("<!doctype", "<html")):
        raise ProviderError("the provider answered with a web page instead of a transcript; check its base URL")
    found = cues.segments(text) if form in _SUBTITLES else []
    said = " ".join(each["text"].replace("\n", " ") for each in found) if form in _SUBTITLES else text.strip()
    return {"text": said, "language": None, "duration": None, "segments": found}


def _segment(row: Mapping[str, Any]) -> dict[str, Any]:
    text = str(row.get("text") or "").strip()
    segment = {"start": _number(row["start"]), "end": _number(row["end"]), "text": text}
    return segment | ({"speaker": row["speaker"]} if row.get("speaker") else {})


def _word(row: Mapping[str, Any]) -> dict[str, Any]:
    word = str(row.get("word") or "").strip()
    return {"start": _number(row["start"]), "end": _number(row["end"]), "word": word}


def _rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _timed(row: Mapping[str, Any]) -> bool:
    """Whether a segment or word says when it was; one that does not is in the text, and the transcript is paid for."""
    return _number(row.get("start")) is not None and _number(row.get("end")) is not None


def _number(value: Any) -> float | None:
    """Seconds; older servers write them as text."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return None
    return seconds if math.isfinite(seconds) else None


def _language(body: Mapping[str, Any]) -> str | None:
    """`language`, or the first of `languages` (gpt-transcribe: `[{"code": …}]` or `[str]`)."""
    if isinstance(body.get("language"), str):
        return str(body["language"])
    languages = body.get("languages")
    first = languages[0] if isinstance(languages, Sequence) and languages else None
    code = first.get("code") if isinstance(first, Mapping) else first
    return code if isinstance(code, str) else None


def _file(sound: Media) -> File:
    """The sound under a neutral name: providers look at the extension, and the user's file name is not theirs."""
    return File(f"audio.{EXTENSIONS.get(sound.mime, 'bin')}", sound.mime, sound.data)


def _fields(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, list | tuple):
            bracketed = name if name.endswith("[]") else f"{name}[]"
            yield from ((bracketed, _text(each)) for each in value)
        elif isinstance(value, Mapping):
            yield from _fields({f"{name}[{inner}]": each for inner, each in value.items()})
        else:
            yield name, _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
