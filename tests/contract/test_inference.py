"""`POST /v1/inference`, plain: the answers of local models and of a provider, and what a client may rely on."""

import json
import threading

import httpx
import pytest

from playground.contract import RawInferenceResponse
from tests.replay import Answer, event

CHAT = {"provider": "local", "model": "handbook", "inputs": {"prompts": ["What is TTFT?"]}}
REPLAYED = {"provider": "replay", "model": "m", "inputs": {"prompts": ["Hello"]}}
COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi there"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}  # written from the published description of the Chat Completions API; no live server was asked


def piece(text: str) -> bytes:
    choice = {"index": 0, "delta": {"content": text}, "finish_reason": None}
    return event({"id": "chatcmpl-1", "object": "chat.completion.chunk", "choices": [choice]})


def test_chat_without_any_providers_key(client):
    answer = client.post("/v1/inference", json=CHAT)
    assert answer.status_code == 200
    response = RawInferenceResponse.model_validate(answer.json())
    assert response.provider == "local"
    assert response.model == "handbook"
    assert response.data["text"]
    assert response.tokens_used["total"] == response.tokens_used["prompt"] + response.tokens_used["completion"]
    assert response.cached is False
    assert set(answer.json()) == set(RawInferenceResponse.model_fields)


def test_embeddings(client):
    body = {"provider": "local", "model": "all-minilm-l6-v2", "inputs": {"texts": ["a cat", "a kitten", "a bank"]}}
    data = client.post("/v1/inference", json=body).json()["data"]
    assert data["dimensions"] == 384
    assert [len(vector) for vector in data["embeddings"]] == [384] * 3


def test_headers(client):
    answer = client.post("/v1/inference", json=CHAT)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-run-id"].startswith("run_")
    assert answer.headers["x-cache"] == "off"
    assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-window"} <= set(
        answer.headers
    )
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-origin" not in answer.headers


def test_the_provider_is_asked_without_a_stream(client, provider):
    provider.on("POST", "/v1/chat/completions", Answer.json(COMPLETION))
    answer = client.post("/v1/inference", json=REPLAYED)
    assert answer.json()["data"] == {"text": "Hi there", "finish_reason": "stop"}
    assert answer.json()["tokens_used"] == {"prompt": 3, "completion": 2, "total": 5}
    sent = provider.requests[-1].json
    assert not sent.get("stream")
    assert sent["messages"] == [{"role": "user", "content": "Hello"}]


def test_unknown_keys_and_null_keys_are_ignored(client):
    body = CHAT | {"note": "no JSON body provided", "inference_name": None, "parameters": None}
    assert client.post("/v1/inference", json=body).status_code == 200


def test_json_with_a_charset_or_a_vendors_suffix(client):
    for kind in ("application/json; charset=utf-8", "Application/JSON", "application/vnd.test+json"):
        answer = client.post("/v1/inference", content=json.dumps(CHAT), headers={"Content-Type": kind})
        assert answer.status_code == 200, kind


def test_eight_at_once(server):
    answers: list[int] = []

    def ask() -> None:
        with server.client() as client:
            answers.append(client.post("/v1/inference", json=CHAT).status_code)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 8


def test_hanging_up_stops_the_run(server, client, provider):
    provider.hung_up.clear()
    provider.on("POST", "/v1/chat/completions", Answer(wait=60))
    with pytest.raises(httpx.ReadTimeout), server.client(**{"X-Namespace": "impatient"}) as impatient:
        impatient.post("/v1/inference", json=REPLAYED, timeout=1)
    assert provider.hung_up.wait(20)
    for _ in range(200):
        runs = client.get("/v1/runs", headers={"X-Namespace": "impatient"}).json()["runs"]
        if runs[0]["state"] == "cancelled":
            break
    assert runs[0]["state"] == "cancelled"


def test_a_run_that_somebody_else_stops_is_a_499(server, client, provider):
    provider.on("POST", "/v1/chat/completions", Answer(wait=60))
    answers: list[httpx.Response] = []
    waiting = threading.Thread(target=lambda: answers.append(client.post("/v1/inference", json=REPLAYED)))
    waiting.start()
    with server.client() as other:
        live: list[dict] = []
        while not live:
            runs = other.get("/v1/runs").json()["runs"]
            live = [run for run in runs if run["state"] == "running" and run["provider"] == "replay"]
        stopped = other.post(f"/v1/runs/{live[0]['id']}/cancel")
    waiting.join()
    assert stopped.json() == {"id": live[0]["id"], "cancelled": True}
    assert answers[0].status_code == 499
    assert answers[0].json()["error"]["type"] == "CancelledError"
    assert answers[0].headers["x-run-id"] == live[0]["id"]
