"""Real speech, recognised: the committed sample, and what espeak-ng says."""

import itertools
import shutil
import subprocess
import wave
from pathlib import Path

import pytest

from playground import samples
from playground.audio import RATE
from playground.call import Call, Chunk, Media, Stop
from playground.errors import BadRequestError, CancelledError
from playground.providers.local import speech
from playground.speech_worker import LONGEST, PAUSE
from playground.wer import NORMALISATIONS, measure

pytestmark = pytest.mark.slow

SPEECH = (samples.FOLDER / "speech.flac").read_bytes()


def transcribe(data: bytes, stop: Stop | None = None) -> list[Chunk]:
    call = Call("transcription", "pocketsphinx-en-us", media=(Media("audio", "", data),), stop=stop or Stop())
    return list(speech.answer(call))


def word_error_rate(said: str, heard: str) -> float:
    words = measure(said, heard, NORMALISATIONS[0]).words
    assert words is not None
    return words.rate


@pytest.fixture(scope="module")
def heard() -> list[Chunk]:
    return transcribe(SPEECH)


def test_the_sample_is_understood(heard: list[Chunk]):
    data = heard[-1].data
    assert data is not None
    assert word_error_rate(samples.spoken(), data["text"]) <= 0.1
    assert data["language"] == "en"
    assert data["duration"] == pytest.approx(14.37, abs=0.01)
    assert heard[-1].usage.seconds == pytest.approx(14.37, abs=0.01)  # type: ignore[union-attr]


def test_segments_end_at_pauses(heard: list[Chunk]):
    data = heard[-1].data or {}
    segments = data["segments"]
    assert len(segments) == 5
    assert " ".join(segment["text"] for segment in segments) == data["text"]
    for before, after in itertools.pairwise(segments):
        assert before["end"] + PAUSE <= after["start"]


def test_every_word_has_its_time(heard: list[Chunk]):
    data = heard[-1].data or {}
    found = data["words"]
    assert [word["word"] for word in found] == data["text"].split()
    assert all(word["start"] < word["end"] for word in found)
    assert all(before["end"] <= after["start"] + 0.02 for before, after in itertools.pairwise(found))
    assert found[-1]["end"] <= data["duration"]


def test_segments_arrive_while_it_goes_on(heard: list[Chunk]):
    told = heard[:-1]
    assert len(told) == 5
    assert "".join(chunk.text for chunk in told) == (heard[-1].data or {})["text"]
    progress = [chunk.progress for chunk in told]
    assert progress == sorted(progress)  # type: ignore[type-var]
    assert 0 < progress[0] < progress[-1] <= 1  # type: ignore[operator]


def test_stop_keeps_what_was_told():
    stop = Stop()
    call = Call("transcription", "pocketsphinx-en-us", media=(Media("audio", "", SPEECH),), stop=stop)
    chunks = speech.answer(call)
    assert "welcome" in next(chunks).text
    stop.set()
    with pytest.raises(CancelledError):
        list(chunks)


def pcm(samples_: bytes, tmp_path: Path) -> bytes:
    path = tmp_path / "sound.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples_)
    return path.read_bytes()


@pytest.mark.parametrize("seconds", [0.001, 0.02, 3])
def test_silence_has_no_words(seconds: float, tmp_path: Path):
    [last] = transcribe(pcm(b"\0\0" * max(1, int(seconds * RATE)), tmp_path))
    assert last.data == {
        "text": "",
        "language": "en",
        "duration": pytest.approx(seconds, abs=0.001),
        "segments": [],
        "words": [],
    }


def test_what_is_no_sound_is_refused():
    with pytest.raises(BadRequestError, match="no audio file"):
        transcribe(b"not a sound")
    with pytest.raises(BadRequestError, match="one sound"):
        list(speech.answer(Call("transcription", "pocketsphinx-en-us")))


@pytest.mark.slow
def test_speech_without_a_pause_is_told_in_parts(tmp_path: Path):
    from playground.audio import decode

    sound = decode(SPEECH).pcm
    words = (transcribe(SPEECH)[-1].data or {})["words"]
    spoken = b"".join(sound[int(word["start"] * RATE) * 2 : int(word["end"] * RATE) * 2] for word in words)
    told = transcribe(pcm((spoken * 2)[: 24 * RATE * 2], tmp_path))
    parts = [chunk for chunk in told if chunk.text]
    assert len(parts) >= 2
    assert (told[-1].data or {})["segments"][0]["end"] <= LONGEST + 1


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="`espeak-ng` is not installed: apt-get install espeak-ng")
def test_a_synthesised_sentence(tmp_path: Path):
    text = (
        "Please call me tomorrow morning at nine o'clock. We will meet at the station and take the train to the city."
    )
    path = tmp_path / "said.wav"
    subprocess.run(["espeak-ng", "-v", "en-us+f2", "-s", "150", "-w", str(path), text], check=True)
    data = transcribe(path.read_bytes())[-1].data or {}
    assert word_error_rate(text, data["text"]) <= 0.25  # 3 of 21 words with espeak-ng 1.51
    assert len(data["segments"]) >= 2
