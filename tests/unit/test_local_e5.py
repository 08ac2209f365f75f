"""Multilingual E5's road with a small XLM-RoBERTa that a test makes: what it computes, queries, what is missing."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from playground.call import Call
from playground.errors import BadRequestError, InferenceServiceUnavailableError
from playground.providers.local import Local, e5
from playground.settings import Settings
from tests import tiny_xlmr
from tests.hub import fetched, play

ID = "multilingual-e5-large-instruct"
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A models folder, and the network that is in it."""
    models = tmp_path_factory.mktemp("models")
    return models, tiny_xlmr.encoder(models / ID)


def local(models: Path, hub: str = NOWHERE) -> Local:
    return Local(Settings.of({"PLAYGROUND_MODELS_DIR": str(models), "HF_ENDPOINT": hub}))


def embed(models, *texts, hub=NOWHERE, **parameters):
    *_, last = local(models, hub).answer(Call("embedding", ID, texts=texts, parameters=parameters))
    return np.array(last.data["embeddings"]), last


def test_it_computes_what_the_network_does(made):
    models, network = made
    texts = ("red green", "blue", "red", "green blue " * 20)
    vectors, last = embed(models, *texts)
    assert vectors.shape == (4, 1024)
    assert vectors == pytest.approx(np.array([network.vector(text) for text in texts]), abs=1e-6)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4))
    assert last.data["truncated"] == [3]
    assert last.usage.prompt == 4 + 3 + 3 + tiny_xlmr.LONGEST


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"input_type": "query"}, f"Instruct: {e5.TASK}\nQuery: red"),
        ({"instruction": "Name the colour"}, "Instruct: Name the colour\nQuery: red"),
        ({"instruction": "Name it", "input_type": "query"}, "Instruct: Name it\nQuery: red"),
        ({"input_type": "document"}, "red"),
    ],
)
def test_a_query_says_its_task(made, parameters, said):
    models, network = made
    assert embed(models, "red", **parameters)[0][0] == pytest.approx(network.vector(said), abs=1e-6)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"input_type": "passage"}, "must be `query`"),
        ({"instruction": " "}, "must be a sentence"),
        ({"instruction": 3}, "must be a sentence"),
        ({"input_type": "document", "instruction": "x"}, "is for queries"),
        ({"dimensions": 256}, "not trained to be shortened"),
    ],
)
def test_parameters_it_does_not_know_are_refused_before_anything_is_fetched(tmp_path, parameters, said):
    with pytest.raises(BadRequestError, match=said):
        embed(tmp_path, "red", **parameters)


def test_without_weights_it_says_both_ways(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(InferenceServiceUnavailableError) as failure:
        embed(tmp_path, "red")
    said = failure.value.message
    assert failure.value.details["retryable"] is False
    assert "127.0.0.1:9 cannot be reached" in said
    assert "PLAYGROUND_MODELS_DIR" in said
    assert "`onnx/model.onnx_data`" in said
    assert "https://huggingface.co/intfloat/multilingual-e5-large-instruct" in said


def test_another_model_in_its_folder_is_told(tmp_path):
    tiny_xlmr.encoder(tmp_path / ID, width=8)
    with pytest.raises(InferenceServiceUnavailableError, match="8 numbers, not 1,024: it is another model"):
        embed(tmp_path, "red")


def test_a_broken_file_is_a_sentence(made, tmp_path):
    models, _ = made
    shutil.copytree(models / ID, tmp_path / ID)
    (tmp_path / ID / "tokenizer.json").write_text("{")
    with pytest.raises(InferenceServiceUnavailableError, match="its files cannot be loaded") as failure:
        embed(tmp_path, "red")
    assert str(tmp_path) not in failure.value.message


def test_it_comes_from_the_hub_once(made, tmp_path, replay, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    models, network = made
    there = {path.relative_to(models / ID).as_posix(): path for path in (models / ID).rglob("*") if path.is_file()}
    play(replay, e5.WEIGHTS.parts[0].repository, {name: path.read_bytes() for name, path in there.items()})
    vectors, _ = embed(tmp_path, "red", hub=replay.url)
    assert vectors[0] == pytest.approx(network.vector("red"), abs=1e-6)
    assert sorted(fetched(replay)) == sorted(Path(name).name for name in there)
    asked = len(replay.requests)
    embed(tmp_path, "blue", hub=replay.url)
    assert len(replay.requests) == asked


def test_any_encoder_in_the_hubs_layout_is_offered(tmp_path):
    network = tiny_xlmr.encoder(tmp_path / "of-my-own", width=8)
    assert local(tmp_path).model("of-my-own").note == "ONNX encoder from the models folder."
    *_, last = local(tmp_path).answer(Call("embedding", "of-my-own", texts=("red",)))
    assert last.data["embeddings"][0] == pytest.approx(network.vector("red"), abs=1e-6)
