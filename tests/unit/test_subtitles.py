"""Transcriptions as SRT, WebVTT, text and JSON."""

import json
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from playground.subtitles import FORMATS, LINE, LONGEST, clock, cues, srt, text, vtt

DATA = {
    "text": "hello there general <b> & co",
    "language": "en",
    "duration": 5.0,
    "segments": [
        {"start": 0.18, "end": 1.5, "text": "hello there"},
        {"start": 2.36, "end": 3661.4567, "text": "general <b> & co"},
    ],
}
LONG = " ".join(f"word{number}" for number in range(40))


def test_srt():
    first = srt({**DATA, "segments": DATA["segments"][:1]})
    assert first == "1\n00:00:00,180 --> 00:00:01,500\nhello there\n"
    assert srt(DATA).startswith(first + "\n2\n00:00:02,360 --> ")
    assert "01:01:01,457" in srt(DATA)


def test_vtt_escapes_markup():
    assert vtt(DATA).startswith("WEBVTT\n\n00:00:00.180 --> 00:00:01.500\nhello there\n\n")
    one = {"segments": [{"start": 0, "end": 1, "text": "a <b> & --> c"}]}
    assert vtt(one) == "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\na &lt;b&gt; &amp; --&gt; c\n"
    assert "a <b> & → c" in srt(one)


def test_text_and_json():
    assert text(DATA) == "hello there\ngeneral <b> & co\n"
    assert text({"text": "no segments"}) == "no segments\n"
    written = {each.extension: each.write(DATA) for each in FORMATS}
    assert list(written) == ["srt", "vtt", "txt", "json"]
    assert json.loads(written["json"]) == DATA


def test_speakers_are_named():
    data = {"segments": [{"start": 0, "end": 1, "text": " Hello.", "speaker": "A"}]}
    assert text(data) == "A: Hello.\n"
    assert "\nA: Hello.\n" in srt(data)


def test_nothing_said():
    silent = {"text": "", "duration": 3.0, "segments": []}
    assert (srt(silent), vtt(silent), text(silent)) == ("", "WEBVTT\n", "\n")


def test_a_text_without_segments_fills_the_duration():
    [cue] = cues({"text": "just this", "duration": 2.5})
    assert (cue.start, cue.end, cue.text) == (0.0, 2.5, "just this")


def test_words_say_where_a_long_segment_is_split():
    said = [{"start": 10 + n * 0.5, "end": 10.4 + n * 0.5, "word": f"word{n}"} for n in range(40)]
    found = cues({"segments": [{"start": 10.0, "end": 29.9, "text": LONG}], "words": said})
    assert len(found) > 2
    for cue in found[1:]:
        first = cue.text.split()[0]
        assert cue.start == next(word["start"] for word in said if word["word"] == first)


@pytest.mark.parametrize("words", [[], [{"start": 0.0, "end": 1.0, "word": "other"}]])
def test_without_matching_words_the_text_says_where(words):
    found = cues({"segments": [{"start": 0.0, "end": 20.0, "text": LONG}], "words": words})
    starts = [cue.start for cue in found]
    assert starts == sorted(starts)
    assert found[0].start == 0
    assert found[-1].end == 20


@example([(0.0, 0.0, "0" * 43)])
@given(
    st.lists(
        st.tuples(st.floats(0, 1e5), st.floats(0, 300), st.text(st.characters(codec="utf-8"), max_size=600)), max_size=8
    )
)
def test_no_word_is_lost_and_nothing_is_too_long(rows):
    segments = [{"start": start, "end": start + length, "text": said} for start, length, said in rows]
    found = cues({"segments": segments})
    assert " ".join(cue.text for cue in found).split() == [word for *_, said in rows for word in said.split()]
    for cue in found:
        assert cue.end >= cue.start
        if all(len(word) <= 20 for word in cue.text.split()):
            assert cue.text.count("\n") <= 2
            assert max(map(len, cue.text.split("\n"))) <= 2 * LINE
    for block in re.findall(r"^(\S+) --> (\S+)$", srt({"segments": segments}), re.MULTILINE):
        assert all(re.fullmatch(r"\d{2,}:\d\d:\d\d,\d{3}", moment) for moment in block)


def test_a_cue_stays_no_longer_than_it_can_be_read():
    for cue in cues({"segments": [{"start": 0.0, "end": 60.0, "text": LONG}]}):
        assert cue.end - cue.start <= LONGEST * 1.5
        assert len(cue.text) <= 2 * LINE + 10


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0:00"), (7.9, "0:07"), (750, "12:30"), (3723, "1:02:03"), (-1, "0:00")]
)
def test_clock(seconds, shown):
    assert clock(seconds) == shown
