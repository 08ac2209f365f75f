"""CLIP's road with a pair of tiny models that a test makes: one space, in order, from a folder."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from playground.call import Call, Chunk, Media, Stop
from playground.errors import BadRequestError, CancelledError, InferenceServiceUnavailableError
from playground.providers.local import Local, clip
from playground.settings import Settings
from tests.hub import fetched, files, play
from tests.replay import ReplayServer
from tests.specimens import SOUND
from tests.tiny_onnx import pair

ID = "clip-vit-b-32"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A models folder that has the pair."""
    pair(tmp_path / "models" / ID)
    return tmp_path / "models"


def local(models: Path, hub: str = NOWHERE) -> Local:
    return Local(Settings.of({"PLAYGROUND_MODELS_DIR": str(models), "HF_ENDPOINT": hub}))


def image(*colours: str, side: int = 40, form: str = "PNG") -> Media:
    """Stripes from top to bottom."""
    drawn = Image.new("RGB", (side, side))
    for place, colour in enumerate(colours):
        drawn.paste(colour, (0, place * side // len(colours), side, side))
    held = BytesIO()
    drawn.save(held, form, **({"lossless": True} if form == "WEBP" else {}))
    return Media("image", f"image/{form.lower()}", held.getvalue())


def answer(models: Path, texts: tuple[str, ...] = (), media: tuple[Media, ...] = (), **more: Stop) -> Iterator[Chunk]:
    return local(models).answer(Call("embedding", ID, texts=texts, media=media, **more))


def embed(models: Path, *things: str | Media) -> list[list[float]]:
    texts = tuple(thing for thing in things if isinstance(thing, str))
    media = tuple(thing for thing in things if isinstance(thing, Media))
    *_, last = answer(models, texts, media)
    return last.data["embeddings"]  # type: ignore[index, no-any-return]


def test_texts_and_images_share_a_space_and_keep_their_order(models: Path):
    vectors = embed(models, image("blue"), "red", image("lime", "red"), "green", image("red"))
    red, green, blue, half, red_too = np.array(vectors)  # texts first, as the contract says
    assert red == pytest.approx([1, 0, 0, 0])
    assert green == pytest.approx([0, 1, 0, 0])
    assert blue == pytest.approx([0, 0, 1, 0], abs=1e-6)
    assert half == pytest.approx([0.5**0.5, 0.5**0.5, 0, 0], abs=0.01)
    assert red_too @ red == pytest.approx(1)


def test_vectors_have_unit_length_and_stand_alone(models: Path):
    things = ("red green", "blue", image("red", "blue"), image("white"), image("lime", form="WEBP"))
    together = embed(models, *things)
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(5))
    assert together == [embed(models, thing)[0] for thing in things]
    assert np.isfinite(embed(models, image("black"))).all()


def test_the_middle_of_a_wide_image_is_seen(models: Path):
    drawn = Image.new("RGB", (300, 30), "red")
    drawn.paste("blue", (130, 0, 170, 30))
    held = BytesIO()
    drawn.save(held, "PNG")
    assert embed(models, Media("image", "image/png", held.getvalue())) == [pytest.approx([0, 0, 1, 0], abs=0.01)]


def test_progress_tokens_and_what_was_cut(models: Path):
    *told, last = answer(models, ("red", "red green blue red red"), (image("red"), image("blue")))
    assert [chunk.progress for chunk in told] == [0.5, 0.75]
    assert last.data["truncated"] == [1]  # type: ignore[index]
    assert last.usage.prompt == 1 + 4  # type: ignore[union-attr]
    *_, last = answer(models, media=(image("red"),))
    assert last.usage.prompt is None  # type: ignore[union-attr]


def test_a_stop_ends_it_between_images(models: Path):
    stop = Stop()
    chunks = answer(models, media=(image("red"),) * 3, stop=stop)
    next(chunks)
    stop.set()
    with pytest.raises(CancelledError):
        list(chunks)


def test_what_is_no_image_is_refused_before_anything_is_fetched(tmp_path: Path):
    with pytest.raises(BadRequestError, match="embeds texts and images, no audio"):
        next(answer(tmp_path / "none", media=(SOUND,)))


def test_a_damaged_image_is_a_sentence(models: Path):
    with pytest.raises(BadRequestError, match="cannot be read as that"):
        list(answer(models, media=(Media("image", "image/png", image("red").data[:40]),)))


def test_the_listing_says_whether_the_weights_are_here(models: Path, tmp_path: Path):
    assert local(models).model(ID).note.endswith("Its weights are here.")  # type: ignore[union-attr]
    assert local(tmp_path / "none").model(ID).note.endswith("608 MB are downloaded when it is first used.")  # type: ignore[union-attr]


@pytest.mark.parametrize("lacking", [part.place(name) for part in clip.WEIGHTS.parts for name in part.needed])
def test_a_folder_that_lacks_a_file_says_which(models: Path, lacking: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    (models / ID / lacking).unlink()
    with pytest.raises(InferenceServiceUnavailableError, match=f"`{lacking}` is not on this machine, and 127"):
        embed(models, "red")


@pytest.mark.parametrize("broken", ["text/model.onnx", "text/tokenizer.json", "vision/preprocessor_config.json"])
def test_a_broken_file_is_a_sentence_with_both_ways(models: Path, broken: str):
    (models / ID / broken).write_bytes(b"this is not what it should be")
    with pytest.raises(InferenceServiceUnavailableError, match="its files cannot be loaded") as failure:
        embed(models, "red")
    assert "PLAYGROUND_MODELS_DIR" in failure.value.message
    assert str(models) not in failure.value.message


def test_it_comes_from_the_hub_once(
    models: Path, tmp_path: Path, replay: ReplayServer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    for part in clip.WEIGHTS.parts:
        play(replay, part.repository, files(models / ID / part.folder))
    there = local(tmp_path / "fresh", replay.url)
    first, *_, last = there.answer(Call("embedding", ID, texts=("red",), media=(image("red"),)))
    assert first.doing == f"Asking the hub for {ID}"
    text, seen = last.data["embeddings"]  # type: ignore[index]
    assert text == pytest.approx(seen)
    asked = len(replay.requests)
    assert sorted(fetched(replay)) == sorted(
        ["model.onnx", "tokenizer.json", "tokenizer_config.json", "model.onnx", "preprocessor_config.json"]
    )
    list(there.answer(Call("embedding", ID, texts=("blue",))))
    assert len(replay.requests) == asked
