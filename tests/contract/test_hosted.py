"""Hosted Mixpeek as one more target: a second playground, over HTTP, stands in for it."""

import json
from base64 import b64encode

import pytest

from playground.call import Stop
from playground.contract import RawInferenceRequest
from playground.errors import (
    BadRequestError,
    CancelledError,
    ForbiddenError,
    InferenceServiceUnavailableError,
    NotFoundError,
    ProviderError,
    UnauthorizedError,
)
from playground.hosted import Hosted
from playground.hosted_search import search
from playground.notebook import Playground
from playground.report import report
from playground.report.exhibit import Exhibit
from playground.runs import build
from playground.settings import Settings
from playground.snippets import as_curl, as_json, execution
from playground.store.keys import fingerprint
from playground.vectors.library import adhoc
from playground.vectors.scope import Scope
from playground.vectors.store import Document, Index, Namespace
from tests.replay import Answer
from tests.specimens import PICTURE

PNG = b64encode(PICTURE.data).decode()
MINILM = "mixpeek://text_extractor@v1/all_minilm_l6_v2_v1"


@pytest.fixture(scope="module")
def told(server, tmp_path_factory):
    """Settings that name the server: a key that may use one namespace there."""
    key, kept = server.runs.history.keys.create("a playground", ["team-far"])
    yield {
        "PLAYGROUND_DATA_DIR": str(tmp_path_factory.mktemp("near")),
        "MIXPEEK_API_KEY": key,
        "MIXPEEK_BASE_URL": server.url,
        "MIXPEEK_NAMESPACE": "team-far",
        "PLAYGROUND_RETRIES": "0",
    }
    server.runs.history.keys.revoke(kept.id)


@pytest.fixture(scope="module")
def near(told):
    """A core of one's own that asks there."""
    runs = build(Settings.of(told))
    yield runs
    runs.close()


def ask(runs, model, inputs, **more):
    run = runs.start(RawInferenceRequest(provider="mixpeek", model=model, inputs=inputs, **more))
    record = run.wait(60)
    assert record is not None
    return run, record


def test_a_chat_there_is_a_run_here_and_there(server, near, told):
    run, record = ask(near, "local/summary", {"prompts": ["One. Two. Three."]}, parameters={"sentences": 1})
    assert run.error is None
    assert run.response.provider == "mixpeek"
    assert run.response.model == "local/summary"
    assert run.response.data["text"]
    (exchange,) = record.exchanges
    assert exchange["url"] == f"{server.url}/v1/inference"
    assert exchange["headers"]["X-Namespace"] == "team-far"
    assert told["MIXPEEK_API_KEY"] not in repr(record)
    assert exchange["body"] == {
        "provider": "local",
        "model": "summary",
        "inputs": {"prompts": ["One. Two. Three."]},
        "parameters": {"sentences": 1},
    }
    there = server.runs.history.glance("team-far")[0]
    assert (there.provider, there.model, there.door, there.status) == ("local", "summary", "api", "done")


def test_vectors_there_are_vectors_here(near):
    here = ask(near, MINILM, {"texts": ["red", "green"]})[0].response.data
    one = ask(near, "local/all-minilm-l6-v2", {"text": "red"})[0].response
    assert here["dimensions"] == 384
    assert here["embeddings"][0] == pytest.approx(one.data["embedding"])
    assert one.tokens_used["prompt"] > 0


def test_a_conversation_a_system_prompt_and_a_schema_reach_the_model(near, provider):
    provider.on("POST", "/v1/chat/completions", Answer.golden("openai/chat.json"))
    provider.requests.clear()
    turns = [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "And now?"},
    ]
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    inputs = {"messages": turns, "system": "Be brief."}
    ask(near, "replay/some-model", inputs, parameters={"schema": schema, "temperature": 0.5})
    sent = provider.requests[-1].json
    assert [turn["role"] for turn in sent["messages"]] == ["system", "user", "assistant", "user"]
    assert sent["temperature"] == 0.5
    assert sent["response_format"]["json_schema"]["schema"] == schema


def test_a_file_goes_along(near):
    inputs = {"prompts": ["Read this"], "image_base64": f"data:image/png;base64,{PNG}"}
    run, record = ask(near, "local/image-reader", inputs)
    assert run.error is None
    assert record.exchanges[0]["body"]["inputs"]["prompts"] == ["Read this"]
    assert "image_base64" in record.exchanges[0]["body"]["inputs"]
    several = ask(near, "local/colour-and-edges", {"image_base64s": [PNG] * 2})[0]
    assert len(several.response.data["embeddings"]) == 2


@pytest.mark.parametrize(
    ("model", "inputs", "kind"),
    [
        ("local/no-such-model", {"prompts": ["a"]}, NotFoundError),
        ("nobody_1_0_0", {"prompts": ["a"]}, NotFoundError),
    ],
)
def test_what_is_refused_there_is_the_same_error_here(near, model, inputs, kind):
    run, record = ask(near, model, inputs)
    assert isinstance(run.error, kind)
    assert record.status == "failed"


def test_a_key_or_a_namespace_that_is_not_taken(told):
    with Playground(told | {"MIXPEEK_NAMESPACE": "default"}) as other, pytest.raises(ForbiddenError):
        other.run(provider="mixpeek", model="local/summary", inputs={"prompts": ["a"]})
    with Playground(told | {"MIXPEEK_API_KEY": "wrong"}) as other, pytest.raises(UnauthorizedError):
        other.run(provider="mixpeek", model="local/summary", inputs={"prompts": ["a"]})


def test_models_are_its_extractors_and_the_providers_behind_it(near):
    found = {model.id: model for model in near.providers["mixpeek"].models()}
    assert found["mixpeek://text_extractor@v1/all_minilm_l6_v2_v1"].dimensions == 384
    assert found["mixpeek://text_extractor@v1/all_minilm_l6_v2_v1"].tasks == ("embedding",)
    assert any(name.startswith("openai/") for name in found)
    assert any(name.startswith("anthropic/") for name in found)


def test_without_a_key_it_is_not_ready_and_says_what_to_do():
    hosted = Hosted(Settings.of({}))
    assert not hosted.ready
    with pytest.raises(InferenceServiceUnavailableError, match="MIXPEEK_API_KEY") as failure:
        hosted.request("GET", "/runs")
    assert failure.value.details["retryable"] is False


def test_other_requests_go_there_too(server, told):
    hosted = Hosted(Settings.of(told))
    assert hosted.ready
    space = {"namespace_id": "team-far", "vector_configs": [{"name": "v", "dimension": 2, "metric": "cosine"}]}
    assert hosted.request("POST", "/namespaces/standalone", space)["namespace_id"] == "team-far"
    documents = {"documents": [{"document_id": "a", "vectors": {"v": [1, 0]}, "payload": {"t": "x"}}]}
    assert hosted.request("POST", "namespaces/team-far/documents/upsert", documents)["inserted"] == 1
    search = {"searches": [{"feature_uri": "v", "query": {"input_mode": "vector", "value": [1, 0]}, "top_k": 1}]}
    stage = {"stage_name": "s", "config": {"stage_id": "feature_search", "parameters": search}}
    answer = hosted.request("POST", "/retrievers/execute", {"stages": [stage], "inputs": {}})
    assert [each["document_id"] for each in answer["documents"]] == ["a"]
    with pytest.raises(BadRequestError, match="does not fit the contract"):
        hosted.request("POST", "/retrievers/execute", {"stages": 3})
    with pytest.raises(ForbiddenError):
        hosted.request("GET", "/namespaces/default")
    hosted.close()


@pytest.fixture(scope="module")
def vectors(server):
    """A namespace there with one document."""
    where = Scope(fingerprint(server.key), "searched")
    server.runs.library.store.create(Namespace(where.owner, "searched", (Index("v", 2),)))
    server.runs.library.write(where, [Document("a", {"v": [1, 0]}, {"text": "found"})])
    return "searched"


@pytest.fixture
def hosted(server, told, vectors):
    """Settings that name the server and that namespace, with the key that owns it."""
    made = Hosted(Settings.of(told | {"MIXPEEK_API_KEY": server.key, "MIXPEEK_NAMESPACE": vectors}))
    yield made
    made.close()


def sought(value, **more):
    """The request of a search."""
    query = {"input_mode": "vector", "value": "{{INPUT.vector}}"}
    stages = adhoc([{"feature_uri": "v", "query": query}]).stages
    return execution({"stages": list(stages), "inputs": {"vector": value, **more}}, "searched")


def test_a_search_there_is_a_run_here(server, near, hosted):
    png = {"image_base64": PNG, "image_url": "https://example.com/a.png?signature=secret"}
    run = search(near, hosted, sought([1, 0], **png), namespace="default", door="page", stop=Stop())
    assert near.history.get(run.id, "default") == run
    assert (run.provider, run.model, run.task, run.status) == ("mixpeek", "retrievers/execute", "search", "done")
    assert [each["document_id"] for each in run.response["data"]["documents"]] == ["a"]
    assert run.timings.total == run.response["latency_ms"] > 0
    assert [run.exchanges[0][name] for name in ("method", "url", "status")] == [
        "POST",
        f"{server.url}/v1/retrievers/execute",
        200,
    ]
    assert near.blobs.get(run.request["inputs"]["image_base64"])[0] == PICTURE.data
    kept = repr(run)
    assert not any(secret in kept for secret in (server.key, "signature=secret", PNG))
    assert "/v1/retrievers/execute" in as_curl(run.request, "http://here")
    assert json.loads(as_json(run.request))["stages"] == run.request["stages"]
    assert near.history.glance("default", task="search")[0].answer == "1 documents"
    assert b"retrievers/execute" in report([Exhibit(run, [], [])], "One", mask=str, made=0.0)


def test_a_search_that_fails_there_is_a_run_with_its_error(near, hosted):
    for value, kind in (([1, 0, 0], BadRequestError), ([], BadRequestError)):
        with pytest.raises(kind):
            search(near, hosted, sought(value), namespace="failing", door="page", stop=Stop())
    stopped = Stop()
    stopped.set()
    with pytest.raises(CancelledError):
        search(near, hosted, sought([1, 0]), namespace="failing", door="page", stop=stopped)
    cancelled, *failed = near.history.glance("failing")
    assert [each.status for each in (cancelled, *failed)] == ["cancelled", "failed", "failed"]
    record = near.history.get(failed[1].id, "failing")
    assert "3 numbers" in record.error["error"]["message"]
    assert record.exchanges[0]["status"] == 422


def test_an_answer_that_is_no_search_is_a_failed_run(near, told, provider):
    provider.on("POST", "/v1/retrievers/execute", Answer.json({"ok": True}))
    elsewhere = Hosted(Settings.of(told | {"MIXPEEK_BASE_URL": provider.url}))
    with pytest.raises(ProviderError, match="without `documents`"):
        search(near, elsewhere, sought([1, 0]), namespace="odd", door="page", stop=Stop())
    record = near.history.get(near.history.glance("odd")[0].id, "odd")
    assert (record.status, record.exchanges[0]["status"]) == ("failed", 200)
    elsewhere.close()
