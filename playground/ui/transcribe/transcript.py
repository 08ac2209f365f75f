"""The transcript that follows the player: a click on a time, a line or a word plays from there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from playground.subtitles import clock, spoken

PLAYER = "transcribe_player"
"""Key of the container that holds the player."""
_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "playground_transcript",
    html='<ol tabindex="-1"></ol>\n',
    css=(_HERE / "transcript.css").read_text("utf-8"),
    js=(_HERE / "transcript.js").read_text("utf-8"),
)


def draw_transcript(data: Mapping[str, Any], key: str) -> None:
    """Draw the segments of a transcription; the player stands in a container of key `PLAYER`."""
    _component(data={"player": f".st-key-{PLAYER} audio, .st-key-{PLAYER} video", "lines": lines(data)}, key=key)


def lines(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The segments as the browser draws them: `start`, `end`, `clock`, `speaker` and `words` as [text, start].

    Where a segment's words have no times of their own, `words` is one pair: the whole line and the segment's start.
    """
    words = data.get("words") or []
    return [_line(segment, words) for segment in data.get("segments") or []]


def _line(segment: Mapping[str, Any], words: list[Mapping[str, Any]]) -> dict[str, Any]:
    start, end = segment["start"], segment["end"]
    tokens, moments = segment["text"].split(), spoken(words, start, end)
    if len(moments) != len(tokens):
        tokens, moments = [segment["text"].strip()], [start]
    pairs = [list(pair) for pair in zip(tokens, moments, strict=True)]
    return {"start": start, "end": end, "clock": clock(start), "speaker": segment.get("speaker") or "", "words": pairs}
