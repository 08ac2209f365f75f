"""Builtin embedders by feature URI over HTTP, in Python, and among the extractors."""

import pytest

from playground.notebook import Playground
from tests import tiny_xlmr
from tests.contract.test_errors import check

E5 = "mixpeek://text_extractor@v1/multilingual_e5_large_instruct_v1"


def ask(client, inputs, **more):
    return client.post("/v1/inference", json={"feature_uri": E5, "inputs": inputs, **more})


def test_weights_that_cannot_be_had_and_a_folder_that_is_put_there(server, client):
    error = check(ask(client, {"text": "red"}), 503, "InferenceServiceUnavailableError")
    assert error["details"]["retryable"] is False
    assert error["code"] == "weights_missing"
    assert "PLAYGROUND_MODELS_DIR" in error["message"]
    assert "the hub" in error["message"]

    network = tiny_xlmr.encoder(server.runs.settings.models_dir / "multilingual-e5-large-instruct")
    answer = ask(client, {"texts": ["red", "green"]}).json()
    assert (answer["provider"], answer["model"]) == ("local", "multilingual-e5-large-instruct")
    assert answer["data"]["dimensions"] == 1024
    assert answer["data"]["embeddings"][1] == pytest.approx(network.vector("green").tolist(), abs=1e-6)
    found = ask(client, {"text": "red"}, parameters={"instruction": "Name it"}).json()["data"]["embedding"]
    assert found == pytest.approx(network.vector("Instruct: Name it\nQuery: red").tolist(), abs=1e-6)


def test_a_restriction_of_the_model_holds_by_its_uri_too(client):
    error = check(ask(client, {"prompts": ["red"]}), 400, "BadRequestError")
    assert error["code"] == "task_not_supported"


def test_the_same_in_python(tmp_path):
    uri = "mixpeek://text_extractor@1.0.0/all_minilm_l6_v2_v1"
    with Playground({"PLAYGROUND_DATA_DIR": str(tmp_path)}) as playground:
        vector = playground.run(feature_uri=uri, inputs={"text": "red"}).data["embedding"]
    assert len(vector) == 384


def test_they_are_among_the_extractors(client):
    found = client.get("/v1/namespaces/default/extractors", params={"source": "builtin"}).json()["extractors"]
    indexes = [index for each in found for index in each["required_vector_indexes"]]
    assert {(each["feature_uri"], each["index"]["dimensions"]) for each in indexes} >= {
        (E5, 1024),
        ("mixpeek://text_extractor@v1/all_minilm_l6_v2_v1", 384),
        ("mixpeek://multimodal_extractor@v1/vertex_multimodal_embedding", 1408),
        ("mixpeek://multimodal_extractor@v2/gemini-embedding-2", 3072),
    }
