"""Whisper's road with a tiny model that a test makes: it says `good morning`, `you` in every window of speech."""

import io
import itertools
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground import samples
from playground.audio import RATE, decode
from playground.call import Call, Chunk, Media, Stop
from playground.errors import BadRequestError, CancelledError, InferenceServiceUnavailableError
from playground.providers.local import Local, whisper
from playground.settings import Settings
from tests.specimens import SOUND, sound

pytest.importorskip("faster_whisper", reason="faster-whisper is not installed: it comes with the extra `whisper`")
from tests.tiny_whisper import LANGUAGE
from tests.tiny_whisper import whisper as made

pytestmark = pytest.mark.slow

ID = "whisper-tiny"
SPEECH = Media("audio", "audio/flac", (samples.FOLDER / "speech.flac").read_bytes())
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder that has the model."""
    folder = tmp_path_factory.mktemp("models")
    made(folder / ID)
    return folder


def local(models: Path, hub: str = NOWHERE) -> Local:
    return Local(Settings.of({"PLAYGROUND_MODELS_DIR": str(models), "HF_ENDPOINT": hub}))


def answer(models: Path, media: Media = SPEECH, stop: Stop | None = None, **parameters: object) -> Iterator[Chunk]:
    call = Call("transcription", ID, media=(media,), parameters=parameters, stop=stop or Stop())
    return local(models).answer(call)


def wav(pcm: bytes) -> Media:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setparams((1, 2, RATE, 0, "NONE", ""))
        file.writeframes(pcm)
    return Media("audio", "audio/wav", held.getvalue())


def silence(seconds: int) -> bytes:
    return bytes(2 * RATE * seconds)


@pytest.fixture(scope="module")
def heard(models: Path) -> list[Chunk]:
    return list(answer(models, vad_filter=False))


def test_the_transcript_has_text_segments_and_words(heard: list[Chunk]):
    last = heard[-1]
    assert last.data == {
        "text": "good morning you",
        "language": LANGUAGE,
        "duration": pytest.approx(14.37, abs=0.01),
        "segments": [
            {"start": 0.0, "end": 1.02, "text": "good morning"},
            {"start": 1.02, "end": 2.0, "text": "you"},
        ],
        "words": [
            {"start": 0.0, "end": 0.5, "word": "good"},
            {"start": 0.5, "end": 1.02, "word": "morning"},
            {"start": 1.02, "end": 2.0, "word": "you"},
        ],
    }
    assert last.usage.seconds == pytest.approx(14.37, abs=0.01)  # type: ignore[union-attr]


def test_segments_are_told_while_it_goes_on(heard: list[Chunk]):
    *told, last = heard
    assert [chunk.text for chunk in told] == ["good morning", " you"]
    assert [chunk.progress for chunk in told] == pytest.approx([1.02 / 14.37, 2 / 14.37], rel=0.01)
    assert "".join(chunk.text for chunk in told) == last.data["text"]  # type: ignore[index]


def test_a_window_follows_a_window(models: Path):
    *told, last = answer(models, Media("audio", "audio/wav", sound(65)), vad_filter=False)
    starts = [segment["start"] for segment in last.data["segments"]]  # type: ignore[index]
    assert starts == [0, 1.02, 30, 31.02, 60, 61.02]
    assert last.data["text"] == " ".join(["good morning you"] * 3)  # type: ignore[index]
    assert all(before.progress < after.progress for before, after in itertools.pairwise(told))  # type: ignore[operator]


def test_silence_has_no_words(models: Path):
    [last] = answer(models, wav(silence(3)))
    assert last.data == {"text": "", "language": LANGUAGE, "duration": 3.0, "segments": [], "words": []}


def test_silence_before_the_voice_is_left_out(models: Path):
    *_, last = answer(models, wav(silence(4) + decode(SPEECH.data).pcm))
    first, *_ = last.data["segments"]  # type: ignore[index]
    assert first["text"] == "good morning"
    assert 3 < first["start"] < 5


@pytest.mark.parametrize("parameters", [{"language": "fr"}, {"prompt": "A talk."}, {"temperature": 0}], ids=str)
def test_parameters_reach_the_model(models: Path, parameters: dict):
    *_, last = answer(models, vad_filter=False, **parameters)
    assert last.data["language"] == parameters.get("language", LANGUAGE)  # type: ignore[index]
    assert last.data["text"] == "good morning you"  # type: ignore[index]


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"language": "klingon"}, "`parameters.language` is `klingon`; Whisper knows af, am"),
        ({"language": 7}, "`parameters.language` must be a code of two letters"),
        ({"prompt": ["a"]}, "`parameters.prompt` must be a text"),
        ({"temperature": 2}, "`parameters.temperature` must be a number from 0 to 1; it is `2`"),
        ({"temperature": True}, "`parameters.temperature` must be a number from 0 to 1; it is `True`"),
        ({"vad_filter": 1}, "`parameters.vad_filter` must be true or false"),
        ({"response_format": "srt"}, "it always gives text, segments and word times"),
    ],
    ids=str,
)
def test_parameters_of_the_wrong_kind_are_refused_before_anything_is_fetched(
    tmp_path: Path, parameters: dict, words: str
):
    with pytest.raises(BadRequestError) as failure:
        next(answer(tmp_path / "none", **parameters))
    assert words in failure.value.message


def test_a_stop_ends_it_between_segments(models: Path):
    stop = Stop()
    chunks = answer(models, stop=stop, vad_filter=False)
    assert next(chunks).text == "good morning"
    stop.set()
    with pytest.raises(CancelledError):
        list(chunks)


def test_not_one_sound_is_refused(models: Path):
    for media in ((), (SOUND, SOUND)):
        with pytest.raises(BadRequestError, match="transcribes one sound"):
            next(local(models).answer(Call("transcription", ID, media=media)))


def test_what_is_no_sound_is_refused_by_the_sandbox(models: Path):
    with pytest.raises(BadRequestError, match="no audio file that can be read"):
        list(answer(models, Media("audio", "audio/wav", b"RIFF but no sound")))


@pytest.mark.parametrize("lacking", ["config.json", "model.bin", "tokenizer.json", "vocabulary.json"])
def test_a_folder_that_lacks_a_file_says_which(
    models: Path, tmp_path: Path, lacking: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (tmp_path / ID).mkdir()
    for path in (models / ID).iterdir():
        if path.name != lacking:
            (tmp_path / ID / path.name).symlink_to(path)
    name = lacking.replace("vocabulary.json", r"vocabulary\.\*")
    with pytest.raises(InferenceServiceUnavailableError, match=f"`{name}` is not on this machine, and 127"):
        list(answer(tmp_path))


@pytest.mark.parametrize("broken", ["model.bin", "tokenizer.json"])
def test_a_broken_file_is_a_sentence_with_both_ways(models: Path, tmp_path: Path, broken: str):
    (tmp_path / ID).mkdir()
    for path in (models / ID).iterdir():
        if path.name == broken:
            (tmp_path / ID / broken).write_bytes(b"this is not what it should be")
        else:
            (tmp_path / ID / path.name).symlink_to(path)
    with pytest.raises(InferenceServiceUnavailableError, match="its files cannot be loaded") as failure:
        list(answer(tmp_path))
    assert "PLAYGROUND_MODELS_DIR" in failure.value.message
    assert str(tmp_path) not in failure.value.message


def test_the_languages_are_the_models():
    from faster_whisper.tokenizer import _LANGUAGE_CODES

    assert set(whisper._LANGUAGES.split()) <= set(_LANGUAGE_CODES)
