"""SRT and WebVTT as segments: what a transcription is when the user asked for subtitles."""

import re
from collections.abc import Iterator
from typing import Any

_TIME = r"(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_CUE = re.compile(rf"^{_TIME}[ \t]*-->[ \t]*{_TIME}", re.MULTILINE)
_BLANK = re.compile(r"\n[ \t]*\n")


def segments(text: str) -> list[dict[str, Any]]:
    """`[{"start": seconds, "end": seconds, "text": str}]`; empty where the text has no cues."""
    return list(_cues(text.replace("\r\n", "\n").replace("\r", "\n")))


def _cues(text: str) -> Iterator[dict[str, Any]]:
    for block in _BLANK.split(text):
        cue = _CUE.search(block)
        if cue is None:
            continue
        _, _, said = block[cue.end() :].partition("\n")  # behind the times WebVTT may place the cue on the screen
        yield {"start": _seconds(cue.groups()[:4]), "end": _seconds(cue.groups()[4:]), "text": said.strip()}


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + float(f"0.{fraction}")
