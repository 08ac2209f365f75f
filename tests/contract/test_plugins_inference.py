"""`POST /v1/inference` with plugins: by either name, by address, as models of a provider, over HTTP and in Python."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from playground.contract import RawInferenceResponse
from playground.notebook import Playground
from tests import plugins
from tests.contract.serving import Served, serve

MARK = "a-word-of-the-plugin's-own-code"
ECHO = "return {'embedding': [1.0, 2.0, 3.0], 'inputs': inputs, 'parameters': parameters}"
EMBED = """
if 'texts' in inputs: return {'embeddings': [[float(len(text)), 1.0] for text in inputs['texts']]}
return {'embedding': [float(len(inputs.get('text') or inputs['image_base64'])), 1.0]}
"""
GENERATE = """
asked = inputs['prompts'][0] if 'prompts' in inputs else inputs['messages'][-1]['content']
return {'text': asked.upper() + str(len(inputs.get('messages', []))), 'tokens_used': {'prompt': 2, 'completion': 3}}
"""
OF_KIND = plugins.MANIFEST + '\ninference_type = "{kind}"\nsupported_input_types = ["text", "image"]\n'
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"


def kind(name: str) -> str:
    return OF_KIND.replace("{kind}", name)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder: Path = tmp_path_factory.mktemp("plugins")
    plugins.write(folder / "echo", "my_text_embedder", ECHO)
    plugins.write(folder / "embeds", "embeds", EMBED, manifest=kind("embedding"))
    plugins.write(folder / "ranks", "ranks", "return {'scores': [0.5, inputs['weight']]}", manifest=kind("rerank"))
    plugins.write(folder / "says", "says", GENERATE, manifest=kind("generate"))
    plugins.write(folder / "fails", "fails", f"raise ValueError('no way')  # {MARK}")
    single = "return {'vec': [float(len(inputs.pop('text'))), float(len(inputs))]}"
    schema = 'input_schema = {{"text": {{"type": "string"}}}}\n'
    manifest = kind("embedding").replace('"feature_name": "embedding"', '"feature_name": "vec"') + schema
    plugins.write(folder / "single", "single", single, manifest=manifest)
    plugins.write(folder / "few", "too_few", "return {'embeddings': [[1.0]]}", manifest=kind("embedding"))
    plugins.write(folder / "mute", "mute", "return {}", manifest=kind("generate"))
    with serve(tmp_path_factory.mktemp("data"), PLAYGROUND_PLUGINS_DIR=folder) as server:
        yield server


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with served.client() as made:
        yield made


def ask(client: httpx.Client, **body: object) -> dict:
    answer = client.post("/v1/inference", json={"inputs": {"text": "hello world"}} | body)
    assert answer.status_code == 200, answer.text
    RawInferenceResponse.model_validate(answer.json(), strict=True)
    return answer.json()


def refused(client: httpx.Client, **body: object) -> dict:
    answer = client.post("/v1/inference", json={"inputs": {"text": "hello world"}} | body)
    assert answer.json()["status"] == answer.status_code != 200
    return answer.json()


@pytest.mark.parametrize("name", ["my_text_embedder_1_0_0", "custom_plugin_my_text_embedder_1_0_0"])
def test_by_either_of_its_names(client: httpx.Client, name: str):
    given = {"inputs": {"text": "hello world", "n": [1, None]}, "parameters": {"scale": 2, "none": None}}
    found = ask(client, inference_name=name, **given)
    assert found["data"] == {"embedding": [1.0, 2.0, 3.0], **given}
    assert (found["provider"], found["model"]) == ("plugin", "my_text_embedder_1_0_0")
    assert (found["tokens_used"], found["cached"]) == (None, False)


@pytest.mark.parametrize("version", ["1.0.0", "v1", "1", "1.0"])
def test_by_its_address_however_the_version_is_written(client: httpx.Client, version: str):
    found = ask(client, feature_uri=f"mixpeek://my_text_embedder@{version}/vec")
    assert found["data"]["inputs"] == {"text": "hello world", "vector_index": "vec"}
    assert found["data"]["parameters"] == {}
    assert found["model"] == "my_text_embedder_1_0_0"


def test_an_address_without_an_index(client: httpx.Client):
    assert ask(client, feature_uri="mixpeek://my_text_embedder@1.0.0")["data"]["inputs"] == {"text": "hello world"}


def test_a_builtin_by_its_address(client: httpx.Client):
    found = ask(client, feature_uri="mixpeek://text_extractor@v1/all_minilm_l6_v2_v1")
    assert (found["provider"], found["model"]) == ("local", "all-minilm-l6-v2")
    assert len(found["data"]["embedding"]) == found["data"]["dimensions"] == 384


def test_the_same_in_python_and_over_http(served: Served, client: httpx.Client):
    with Playground({name: served.runs.settings.get(name) or "" for name in ("PLAYGROUND_PLUGINS_DIR",)}) as local:
        mine = local.run(inference_name="my_text_embedder_1_0_0", inputs={"text": "a"})
        assert local.plugins.call("my_text_embedder_1_0_0", {"text": "a"}) == mine.data
    theirs = ask(client, inference_name="my_text_embedder_1_0_0", inputs={"text": "a"})
    assert mine.data == theirs["data"]


def test_as_a_model_that_embeds(client: httpx.Client):
    model = {"provider": "plugin", "model": "embeds_1_0_0"}
    assert ask(client, **model)["data"] == {"embedding": [11.0, 1.0], "dimensions": 2}
    several = ask(client, **model, inputs={"texts": ["a", "bb", "ccc"]})
    assert several["data"] == {"embeddings": [[1.0, 1.0], [2.0, 1.0], [3.0, 1.0]], "dimensions": 2}
    assert ask(client, **model, inputs={"image_base64": PIXEL})["data"]["embedding"] == [float(len(PIXEL)), 1.0]
    assert ask(client, inference_name="embeds_1_0_0", inputs={"text": "ab"})["data"] == {"embedding": [2.0, 1.0]}


def test_one_that_takes_a_text_alone_gets_one_at_a_time(client: httpx.Client):
    found = ask(client, provider="plugin", model="single_1_0_0", inputs={"texts": ["a", "bb", "ccc"]})
    assert found["data"]["embeddings"] == [[1.0, 0.0], [2.0, 0.0], [3.0, 0.0]]


def test_as_a_model_that_chats(client: httpx.Client):
    model = {"provider": "plugin", "model": "custom_plugin_says_1_0_0"}
    found = ask(client, **model, inputs={"prompts": ["a", "b"]})
    assert found["data"] == {"texts": ["A0", "B0"], "finish_reasons": ["stop", "stop"]}
    assert (found["tokens_used"], found["model"]) == ({"prompt": 4, "completion": 6, "total": 10}, "says_1_0_0")
    turns = [{"role": role, "content": role} for role in ("user", "assistant", "user")]
    assert ask(client, **model, inputs={"messages": turns})["data"]["text"] == "USER3"


def test_a_model_of_another_kind_gets_what_was_sent(client: httpx.Client):
    found = ask(client, provider="plugin", model="ranks_1_0_0", inputs={"weight": 0.25})
    assert found["data"] == {"scores": [0.5, 0.25]}


def test_a_plugin_that_fails_is_a_500_without_its_code(client: httpx.Client):
    found = refused(client, inference_name="fails_1_0_0")
    assert (found["status"], found["error"]["code"]) == (500, "plugin_raised")
    assert "ValueError: no way" in found["error"]["message"]
    assert not any(word in json.dumps(found) for word in (MARK, "Traceback", "realtime.py", "/"))


@pytest.mark.parametrize(
    ("model", "inputs", "words"),
    [
        ("too_few_1_0_0", {"texts": ["a", "b"]}, "gave 1 vectors for 2 things"),
        ("mute_1_0_0", {"prompts": ["a"]}, "gave no `text`"),
    ],
)
def test_an_answer_of_another_kind_is_a_500_that_says_what_is_needed(client, model, inputs, words):
    found = refused(client, provider="plugin", model=model, inputs=inputs)
    assert (found["status"], found["error"]["code"]) == (500, "plugin_answer")
    assert words in found["error"]["message"]


@pytest.mark.parametrize(
    "selector",
    [
        {"inference_name": "nobody_1_0_0"},
        {"feature_uri": "mixpeek://nobody@1.0.0/vec"},
        {"provider": "plugin", "model": "nobody_1_0_0"},
    ],
)
def test_an_unknown_plugin_is_a_404_that_lists_what_is_there(client: httpx.Client, selector: dict):
    found = refused(client, **selector)
    assert (found["status"], found["error"]["code"]) == (404, "plugin_not_found")
    assert "`my_text_embedder_1_0_0`" in found["error"]["message"]


def test_what_is_no_address_is_a_400(client: httpx.Client):
    assert refused(client, feature_uri="http://example.com")["error"]["code"] == "feature_uri"


def test_a_run_is_recorded_like_any_other(served: Served, client: httpx.Client):
    answer = client.post("/v1/inference", json={"inference_name": "my_text_embedder_1_0_0", "inputs": {"text": "a"}})
    record = client.get(f"/v1/runs/{answer.headers['x-run-id']}").json()
    assert (record["task"], record["provider"], record["model"]) == ("plugin", "plugin", "my_text_embedder_1_0_0")
    assert record["request"]["inference_name"] == "my_text_embedder_1_0_0"
    assert record["response"]["data"]["embedding"] == [1.0, 2.0, 3.0]
    listed = client.get("/v1/runs", params={"task": "plugin", "limit": 1}).json()
    assert listed["runs"][0]["id"] == answer.headers["x-run-id"]


def test_plugins_are_among_the_models(client: httpx.Client):
    listed = {each["name"]: each for each in client.get("/v1/models").json()["providers"]}
    models = {each["id"]: each for each in listed["plugin"]["models"]}
    assert listed["plugin"]["ready"] is True
    assert (models["embeds_1_0_0"]["tasks"], models["embeds_1_0_0"]["dimensions"]) == (["embedding"], 3)
    assert models["says_1_0_0"]["tasks"] == ["chat"]
    assert models["ranks_1_0_0"]["tasks"] == ["plugin"]


def test_events_end_with_the_response(client: httpx.Client):
    body = {"inference_name": "my_text_embedder_1_0_0", "inputs": {"text": "a"}}
    answer = client.post("/v1/inference", json=body, headers={"Accept": "text/event-stream"})
    assert '"embedding":[1.0,2.0,3.0]' in answer.text.replace(" ", "")


def test_64_at_once_over_http(client: httpx.Client):
    with ThreadPoolExecutor(64) as pool:
        found = list(
            pool.map(lambda n: ask(client, inference_name="embeds_1_0_0", inputs={"text": "a" * (n + 1)}), range(64))
        )
    assert [each["data"]["embedding"][0] for each in found] == [n + 1.0 for n in range(64)]
