"""The provider `local`: its table, what it refuses, and the models in a folder of one's own."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from playground import samples
from playground.call import Call, Chunk, Media, Message, Readiness
from playground.errors import BadRequestError, InferenceServiceUnavailableError, NotFoundError
from playground.providers.local import ROWS, Local
from playground.providers.local.encoder import BUNDLED
from playground.settings import Settings
from tests.specimens import PICTURE
from tests.tiny_onnx import encoder

SOUND = Media("audio", "audio/flac", (samples.FOLDER / "speech.flac").read_bytes())
CALLS = {
    "handbook": Call("chat", "handbook", messages=(Message("user", "What is TTFT?"),)),
    "summary": Call("chat", "summary", messages=(Message("user", "One. Two."),)),
    "image-reader": Call("chat", "image-reader", messages=(Message("user", "Read this.", (PICTURE,)),)),
    "all-minilm-l6-v2": Call("embedding", "all-minilm-l6-v2", texts=("a",)),
    "colour-and-edges": Call("embedding", "colour-and-edges", media=(PICTURE,)),
    "pocketsphinx-en-us": Call("transcription", "pocketsphinx-en-us", media=(SOUND,)),
    "clip-vit-b-32": Call("embedding", "clip-vit-b-32", texts=("a",), media=(PICTURE,)),
    "multilingual-e5-large-instruct": Call("embedding", "multilingual-e5-large-instruct", texts=("a",)),
    "whisper-tiny": Call("transcription", "whisper-tiny", media=(SOUND,)),
    "whisper-base": Call("transcription", "whisper-base", media=(SOUND,)),
    "whisper-small": Call("transcription", "whisper-small", media=(SOUND,)),
}


@pytest.fixture
def local(tmp_path: Path) -> Local:
    return Local(Settings.of({"PLAYGROUND_MODELS_DIR": str(tmp_path / "models")}))


def embed(local: Local, model: str, *texts: str) -> Chunk:
    *_, last = local.answer(Call("embedding", model, texts=texts))
    return last


def test_these_models_come_with_it_and_say_what_they_are(local: Local):
    assert [model.id for model in local.models()] == list(CALLS)
    assert local.readiness() == Readiness(ready=True, source="built in")
    for model in local.models():
        assert model.title
        assert model.note
        assert local.model(model.id) == model


@pytest.mark.parametrize("name", CALLS)
def test_each_model_refuses_what_it_would_ignore(local: Local, name: str):
    call = CALLS[name]
    with pytest.raises(BadRequestError, match=f"`{name}` does not take `wings`: it takes") as failure:
        next(local.answer(replace(call, parameters={"wings": 2})))
    assert failure.value.code == "parameter_refused"
    for refused, why in local.model(name).refuses.items():  # type: ignore[union-attr]
        if refused not in ("schema", "system"):
            with pytest.raises(BadRequestError, match="does not take") as failure:
                next(local.answer(replace(call, parameters={refused: 1})))
            assert failure.value.message.endswith(why)


@pytest.mark.parametrize("name", ["handbook", "summary"])
def test_models_that_quote_take_no_schema_and_no_system_prompt(local: Local, name: str):
    with pytest.raises(BadRequestError, match="`schema`: it quotes"):
        next(local.answer(replace(CALLS[name], schema={"type": "object"})))
    with pytest.raises(BadRequestError, match="`system`: it quotes"):
        next(local.answer(replace(CALLS[name], system="Be brief.")))


@pytest.mark.parametrize(
    ("name", "other"), [(name, other) for name in CALLS for other in CALLS.values() if other.task != CALLS[name].task]
)
def test_a_task_that_is_not_the_models(local: Local, name: str, other: Call):
    with pytest.raises(BadRequestError, match=f"`{name}` is for"):
        next(local.answer(replace(other, model=name)))


@pytest.mark.parametrize("name", ["gpt-4", "", "../all-minilm-l6-v2", "all-minilm-l6-v2/", ".", "..", "/etc", "a\0b"])
def test_an_unknown_model_names_those_there_are(local: Local, name: str):
    assert local.model(name) is None
    with pytest.raises(NotFoundError, match="there are `handbook`") as failure:
        next(local.answer(replace(CALLS["handbook"], model=name)))
    assert failure.value.details["id"] == name


@pytest.mark.parametrize("value", [0, -1, 1.5, "ten", True, [3], float("inf"), float("nan")])
@pytest.mark.parametrize(
    ("name", "parameter"), [("handbook", "max_tokens"), ("summary", "max_tokens"), ("summary", "sentences")]
)
def test_counts_must_be_whole(local: Local, name: str, parameter: str, value: object):
    with pytest.raises(BadRequestError, match=f"`parameters.{parameter}` must be a whole number"):
        next(local.answer(replace(CALLS[name], parameters={parameter: value})))


@pytest.mark.parametrize("averaged", [False, True], ids=["a vector per token", "a vector per text"])
def test_an_encoder_in_the_models_folder(local: Local, tmp_path: Path, averaged: bool):
    encoder(tmp_path / "models" / "tiny", averaged=averaged)
    assert [model.id for model in local.models()][-1] == "tiny"
    assert local.model("tiny").tasks == ("embedding",)  # type: ignore[union-attr]
    found = embed(local, "tiny", "red", "red green", "blue green red red red")
    red, mixed, cut = found.data["embeddings"]  # type: ignore[index]
    assert red == [1, 0, 0, 0]
    assert mixed == pytest.approx([3 / 13**0.5, 2 / 13**0.5, 0, 0])
    assert cut == pytest.approx([6 / 65**0.5, 2 / 65**0.5, 5 / 65**0.5, 0])  # the fifth word is beyond the limit
    assert found.data["truncated"] == [2]  # type: ignore[index]
    assert found.usage.prompt == 1 + 2 + 4  # type: ignore[union-attr]


def test_pooling_is_read_from_the_folder(local: Local, tmp_path: Path):
    folder = encoder(tmp_path / "models" / "first")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    assert embed(local, "first", "green red").data["embeddings"] == [[0, 1, 0, 0]]  # type: ignore[index]


def test_a_copy_of_the_bundled_folder_gives_the_same_vectors(local: Local, tmp_path: Path):
    copy = shutil.copytree(BUNDLED, tmp_path / "models" / "copy")
    shutil.rmtree(copy / "1_Pooling")
    text = "The mean over tokens is what is taken without a word on pooling."
    ours, theirs = (embed(local, name, text).data for name in ("copy", "all-minilm-l6-v2"))
    assert ours == theirs


@pytest.mark.parametrize("lacking", ["model.onnx", "tokenizer.json", "tokenizer_config.json"])
def test_a_folder_that_lacks_a_file_says_which(local: Local, tmp_path: Path, lacking: str):
    folder = encoder(tmp_path / "models" / "half")
    kept = (folder / lacking).read_bytes()
    (folder / lacking).unlink()
    assert lacking in local.model("half").note  # type: ignore[union-attr]
    with pytest.raises(
        InferenceServiceUnavailableError, match=f"`half` cannot be used: `{lacking}` is missing"
    ) as fault:
        embed(local, "half", "red")
    assert fault.value.details["retryable"] is False
    (folder / lacking).write_bytes(kept)
    assert embed(local, "half", "red").data["embeddings"] == [[1, 0, 0, 0]]  # type: ignore[index]


@pytest.mark.parametrize("broken", ["model.onnx", "tokenizer.json", "tokenizer_config.json"])
def test_a_folder_with_a_broken_file_is_a_sentence(local: Local, tmp_path: Path, broken: str):
    folder = encoder(tmp_path / "models" / "broken")
    (folder / broken).write_bytes(b"this is not what it should be")
    with pytest.raises(InferenceServiceUnavailableError, match="`broken` cannot be used") as fault:
        embed(local, "broken", "red")
    assert str(tmp_path) not in fault.value.message


def test_a_folder_cannot_take_a_bundled_name(local: Local, tmp_path: Path):
    encoder(tmp_path / "models" / "handbook")
    assert [model.id for model in local.models()] == list(CALLS)
    assert local.model("handbook") is ROWS[0].model


def test_files_and_hidden_folders_are_no_models(local: Local, tmp_path: Path):
    (tmp_path / "models" / ".cache").mkdir(parents=True)
    (tmp_path / "models" / "notes.txt").write_text("x")
    assert [model.id for model in local.models()] == list(CALLS)
