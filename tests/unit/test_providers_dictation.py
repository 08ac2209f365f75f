"""Transcription by models that chat and hear: what is asked, what comes of the answer."""

import base64

import pytest

from playground.call import Call, Usage
from playground.errors import BadRequestError, ProviderError
from playground.providers import catalogue
from playground.providers.dictation import INSTRUCTION
from tests.remotes import aimed, hear
from tests.replay import Answer
from tests.specimens import SOUND, address

GOOGLE = "/v1beta/models/gemini-3.8-flash:generateContent"
CHAT = "/v1/chat/completions"


def dictate(remote, model="gemini-3.8-flash", media=SOUND, **parameters):
    return hear(remote, Call("transcription", model, media=(media,), parameters=parameters, stream=True))


def test_google_hears_the_sound_and_writes_it_down(replay):
    replay.on("POST", GOOGLE, Answer.golden("google/chat.json"))
    heard = dictate(aimed("google", replay, path=""), language="fr", prompt="Paris, Eiffel", max_tokens=99)
    sound, text = replay.requests[0].json["contents"][0]["parts"]
    assert sound["inlineData"]["mimeType"] == "audio/wav"
    assert base64.b64decode(sound["inlineData"]["data"]) == SOUND.data
    assert text["text"].startswith(INSTRUCTION)
    assert "The language is fr." in text["text"]
    assert text["text"].endswith("Paris, Eiffel")
    assert replay.requests[0].json["generationConfig"] == {"maxOutputTokens": 99}
    assert "language" not in replay.requests[0].json
    assert heard.answer.data[0] == {
        "text": "The capital of France is Paris. 🗼",
        "language": None,
        "duration": None,
        "segments": [],
    }
    assert heard.usage == Usage(prompt=2112, completion=31, reasoning=11, cache_read=2000)
    assert heard.text == heard.reasoning == ""


def test_google_fetches_the_address_of_a_sound(replay):
    replay.on("POST", GOOGLE, Answer.golden("google/chat.json"))
    assert dictate(aimed("google", replay, path=""), media=address("audio", "https://example.com/a.mp3")).error is None
    assert replay.requests[0].json["contents"][0]["parts"][0] == {
        "fileData": {"fileUri": "https://example.com/a.mp3", "mimeType": "audio/mpeg"}
    }


@pytest.mark.parametrize("name", ["openrouter", "llama-cpp"])
def test_compatible_servers_hear_by_audio_input(replay, name):
    replay.on("POST", CHAT, Answer.golden("openai/chat.json"))
    heard = dictate(aimed(name, replay), model="voxtral")
    sound, text = replay.requests[0].json["messages"][0]["content"]
    assert sound == {
        "type": "input_audio",
        "input_audio": {"data": base64.b64encode(SOUND.data).decode(), "format": "wav"},
    }
    assert text == {"type": "text", "text": INSTRUCTION}
    assert "stream" not in replay.requests[0].json
    assert heard.answer.data[0]["text"] == "Paris — la ville."


def test_models_made_for_transcription_are_asked_as_such(replay):
    replay.on("POST", "/v1/audio/transcriptions", Answer.golden("openai/transcription.json"))
    heard = dictate(aimed("openrouter", replay), model="openai/whisper-1", response_format="json")
    assert heard.answer.data[0]["text"] == "Hello there. How are you?"


@pytest.mark.parametrize("name", ["response_format", "timestamp_granularities"])
def test_forms_and_times_are_refused_with_who_has_them(replay, name):
    error = dictate(aimed("google", replay), **{name: "srt"}).error
    assert isinstance(error, BadRequestError)
    assert f"leave `{name}` out" in error.message
    assert replay.requests == []


@pytest.mark.parametrize("finish", ["MAX_TOKENS", "SAFETY"])
def test_a_transcript_that_was_cut_or_withheld_is_an_error_and_no_transcript(replay, finish):
    reply = {"candidates": [{"content": {"parts": [{"text": "The cap"}]}, "finishReason": finish}]}
    replay.on("POST", GOOGLE, Answer.json(reply))
    heard = dictate(aimed("google", replay, path=""))
    assert isinstance(heard.error, ProviderError)
    assert "ended early" in heard.error.message


def test_silence_is_an_empty_transcript(replay):
    replay.on("POST", GOOGLE, Answer.json({"candidates": [{"content": {"parts": []}, "finishReason": "STOP"}]}))
    assert dictate(aimed("google", replay, path="")).answer.data[0]["text"] == ""


def test_who_does_not_hear_says_so(replay):
    assert "does not transcribe" in dictate(aimed("anthropic", replay), model="claude-sonnet-5-5").error.message


def test_geminis_chat_models_are_offered_for_transcription():
    offered = [each for each in catalogue.models("google", catalogue.as_of()) if "transcription" in each.tasks]
    assert offered
    assert all("chat" in each.tasks and "audio" in each.inputs for each in offered)
