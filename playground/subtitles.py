"""A transcription as SRT, WebVTT, plain text or JSON: the contract's `data` in, a file's text out."""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import accumulate, groupby
from math import ceil
from textwrap import wrap
from typing import Any

LINE = 42
"""Most characters in a line of a subtitle, the broadcasters' usual limit; a subtitle has two lines."""
LONGEST = 7.0
"""Most seconds a subtitle stays."""


@dataclass(frozen=True, slots=True)
class Cue:
    """One subtitle: shown from `start` to `end`, in seconds; one or two lines of text."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a transcription down."""

    title: str
    extension: str
    mime: str
    write: Callable[[Mapping[str, Any]], str]


def cues(data: Mapping[str, Any]) -> list[Cue]:
    """The segments as subtitles; segments too long to be read at once are split between words.

    A transcription without segments is one cue over the whole duration, split the same way.
    """
    whole = {"start": 0.0, "end": data.get("duration") or 0.0, "text": data.get("text") or ""}
    words = data.get("words") or []
    return [cue for segment in data.get("segments") or [whole] for cue in _split(segment, words)]


def srt(data: Mapping[str, Any]) -> str:
    """SubRip: numbered cues, a comma before the milliseconds."""
    blocks = (
        f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{cue.text.replace('-->', '→')}\n"
        for number, cue in enumerate(cues(data), 1)
    )
    return "\n".join(blocks)


def vtt(data: Mapping[str, Any]) -> str:
    """WebVTT, https://www.w3.org/TR/webvtt1/: `&`, `<` and `>` escaped."""
    blocks = (
        f"{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}\n{escape(cue.text, quote=False)}\n" for cue in cues(data)
    )
    return "\n".join(["WEBVTT\n", *blocks])


def text(data: Mapping[str, Any]) -> str:
    """The words alone, one line per segment."""
    lines = [_said(segment) for segment in data.get("segments") or []]
    return "\n".join(lines or [data.get("text") or ""]) + "\n"


def pretty(data: Mapping[str, Any]) -> str:
    """The transcription object as it came."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


FORMATS = (
    Format("SRT", "srt", "application/x-subrip", srt),
    Format("VTT", "vtt", "text/vtt", vtt),
    Format("TXT", "txt", "text/plain", text),
    Format("JSON", "json", "application/json", pretty),
)


def spoken(words: Sequence[Mapping[str, Any]], start: float, end: float) -> list[float]:
    """When the words between two moments begin; `words` are in the order of their times."""
    first = bisect_left(words, start, key=_middle)
    return [word["start"] for word in words[first : bisect_right(words, end, key=_middle)]]


def clock(seconds: float) -> str:
    """A moment for people: `0:07`, `12:30`, `1:02:03`."""
    minutes, second = divmod(int(max(seconds, 0.0)), 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute}:{second:02}"


def _said(segment: Mapping[str, Any]) -> str:
    """A segment's text, after the speaker where the model tells them apart."""
    speaker = segment.get("speaker")
    return f"{speaker}: {segment['text'].strip()}" if speaker else str(segment["text"]).strip()


def _middle(word: Mapping[str, Any]) -> float:
    return float(word["start"] + word["end"]) / 2


def _clock(seconds: float, mark: str) -> str:
    total = round(max(seconds, 0.0) * 1000)
    rest, milliseconds = divmod(total, 1000)
    minutes, second = divmod(rest, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}{mark}{milliseconds:03}"


def _split(segment: Mapping[str, Any], words: list[Mapping[str, Any]]) -> list[Cue]:
    tokens = _said(segment).split()
    if not tokens:
        return []
    start, end = segment["start"], max(segment["start"], segment["end"])
    places = [0, *accumulate(len(token) + 1 for token in tokens)]
    parts = max(ceil(places[-1] / (2 * LINE)), ceil((end - start) / LONGEST))
    groups = [
        list(group) for _, group in groupby(range(len(tokens)), lambda index: places[index] * parts // places[-1])
    ]
    times = spoken(words, start, end)
    if len(times) != len(tokens):
        times = [start + (end - start) * place / places[-1] for place in places]
    edges = [start, *(times[group[0]] for group in groups[1:]), end]
    return [
        Cue(edges[number], edges[number + 1], _lines(" ".join(tokens[index] for index in group)))
        for number, group in enumerate(groups)
    ]


def _lines(words: str) -> str:
    if len(words) <= LINE:
        return words
    width = max(LINE, ceil(len(words) / 2) + 5)
    return "\n".join(wrap(words, width, break_long_words=False, break_on_hyphens=False))
