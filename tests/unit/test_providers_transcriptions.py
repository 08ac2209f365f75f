"""Transcription over real HTTP: the form that is sent, and every form of answer as the contract's one."""

import io
import wave

import pytest

from playground.call import Call, Media, Usage
from playground.errors import BadRequestError, ProviderError
from tests.remotes import KEY, aimed, hear
from tests.replay import Answer

PATH = "/v1/audio/transcriptions"
HELLO = "Hello there. How are you?"
TIMES = [{"start": 0.0, "end": 1.2, "text": "Hello there."}, {"start": 1.2, "end": 3.24, "text": "How are you?"}]
SRT = """1
00:00:00,000 --> 00:00:01,200
Hello there.

2
00:00:01,200 --> 00:00:03,240
How are
you?
""".replace("\n", "\r\n")
VTT = """WEBVTT

NOTE a remark

00:00.000 --> 00:01.200 align:start
Hello there.

00:01.200 --> 00:03.240
How are you?
"""


def sound(mime="audio/wav"):
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(1600))
    return Media("audio", mime, held.getvalue(), name="my private notes.wav")


def listen(replay, model="whisper-1", name="openai", answer="openai/verbose.json", mime="audio/wav", **parameters):
    replay.on("POST", PATH, Answer.golden(answer) if isinstance(answer, str) else answer)
    call = Call("transcription", model, media=(sound(mime),), parameters=parameters, stream=True)
    return hear(aimed(name, replay), call)


def fields(replay):
    return [(part.name, part.text) for part in replay.requests[0].form if not part.filename]


def test_whisper_is_asked_for_times_and_gives_them(replay):
    heard = listen(replay)
    assert fields(replay) == [
        ("model", "whisper-1"),
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
    ]
    assert replay.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert heard.answer.data[0] == {
        "text": HELLO,
        "language": "english",
        "duration": 3.24,
        "segments": TIMES,
        "words": [
            {"start": 0.0, "end": 0.5, "word": "Hello"},
            {"start": 0.5, "end": 1.2, "word": "there"},
            {"start": 1.2, "end": 1.9, "word": "How"},
            {"start": 1.9, "end": 2.4, "word": "are"},
            {"start": 2.4, "end": 3.24, "word": "you"},
        ],
    }
    assert heard.answer.usage == Usage(seconds=4.0)
    assert heard.chunks[0].exchange.body["file"]["name"] == "audio.wav"


def test_the_file_has_an_extension_and_not_the_users_name(replay):
    for mime, name in (("audio/wav", "audio.wav"), ("audio/mpeg", "audio.mp3"), ("video/webm", "audio.webm")):
        replay.requests.clear()
        listen(replay, mime=mime)
        (file,) = (part for part in replay.requests[0].form if part.filename)
        assert (file.name, file.filename, file.mime, file.data) == ("file", name, mime, sound().data)


@pytest.mark.parametrize("model", ["gpt-transcribe", "gpt-4o-mini-transcribe"])
def test_models_without_times_are_not_asked_for_them(replay, model):
    heard = listen(replay, model, answer="openai/transcription.json")
    assert fields(replay) == [("model", model)]
    assert heard.answer.data[0] == {"text": HELLO, "language": "en", "duration": None, "segments": []}
    assert heard.answer.usage == Usage(prompt=33, completion=9)


@pytest.mark.parametrize(
    ("name", "model", "timed"), [("groq", "whisper-large-v3-turbo", True), ("vllm", "whisper", False)]
)
def test_times_are_asked_for_only_where_they_are_known_to_be(replay, name, model, timed):
    listen(replay, model, name)
    assert (("response_format", "verbose_json") in fields(replay)) is timed


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        ({"response_format": "json"}, [("response_format", "json")]),
        (
            {"timestamp_granularities": "word"},
            [("timestamp_granularities[]", "word"), ("response_format", "verbose_json")],
        ),
        (
            {"timestamp_granularities[]": ["segment"], "response_format": "verbose_json"},
            [("timestamp_granularities[]", "segment"), ("response_format", "verbose_json")],
        ),
        (
            {"response_format": "json", "language": "en", "prompt": "Ünïcode", "temperature": 0.2, "flag": True},
            [
                ("response_format", "json"),
                ("language", "en"),
                ("prompt", "Ünïcode"),
                ("temperature", "0.2"),
                ("flag", "true"),
            ],
        ),
        (
            {"response_format": "json", "keywords": ["a", "b"], "chunking_strategy": {"type": "server_vad"}},
            [
                ("response_format", "json"),
                ("keywords[]", "a"),
                ("keywords[]", "b"),
                ("chunking_strategy[type]", "server_vad"),
            ],
        ),
    ],
)
def test_what_the_user_set_is_sent_and_nothing_beside_it(replay, given, sent):
    listen(replay, answer="openai/transcription.json", **given)
    assert fields(replay) == [("model", "whisper-1"), *sent]


@pytest.mark.parametrize(
    ("form", "text", "segments"),
    [("text", f"{HELLO}\n", []), ("srt", SRT, TIMES), ("vtt", VTT, TIMES), ("text", "42", []), ("srt", "", [])],
)
def test_answers_that_are_no_json(replay, form, text, segments):
    heard = listen(replay, answer=Answer(200, {"Content-Type": "text/plain"}, text.encode()), response_format=form)
    data = heard.answer.data[0]
    assert [{**each, "text": each["text"].replace("\n", " ")} for each in data["segments"]] == segments
    assert data["text"] == (HELLO if segments else text.strip())
    assert (data["language"], data["duration"]) == (None, None)


def test_speakers_stay(replay):
    heard = listen(replay, "gpt-4o-transcribe-diarize", answer="openai/diarized.json", response_format="diarized_json")
    assert [each["speaker"] for each in heard.answer.data[0]["segments"]] == ["A", "B"]
    assert heard.answer.data[0]["duration"] == 3.24
    assert heard.answer.usage == Usage(prompt=33, completion=12)


@pytest.mark.parametrize(
    "answer",
    [
        Answer.json({}),
        Answer.json({"error": {"message": "boom"}}),
        Answer(200, {"Content-Type": "text/plain"}, b"<!DOCTYPE html><title>Sign in</title>"),
    ],
)
def test_nonsense_is_a_provider_error(replay, answer):
    assert isinstance(listen(replay, answer=answer).error, ProviderError)


@pytest.mark.parametrize("given", [{"model": "x"}, {"file": "x"}, {"stream": True}])
def test_what_is_not_to_be_set_is_a_400(replay, given):
    replay.on("POST", PATH, Answer.json({}))
    call = Call("transcription", "whisper-1", media=(sound(),), parameters=given)
    assert isinstance(hear(aimed("openai", replay), call).error, BadRequestError)
    assert replay.requests == []


def test_a_paid_transcript_survives_segments_without_times(replay):
    body = {"text": "a b", "duration": 2.5, "segments": [{"text": "a"}, {"start": "nan", "end": 1, "text": "x"}]}
    body["segments"].append({"start": 1, "end": 2, "text": "b"})
    heard = listen(replay, answer=Answer.json(body))
    data = heard.answer.data[0]
    assert data is not None
    assert data["segments"] == [{"start": 1.0, "end": 2.0, "text": "b"}]
    assert heard.answer.usage == Usage(seconds=2.5)
