"""The cache over HTTP: `cached`, `X-Cache`, `Cache-Control`, the receipt of a run and a person's verdict."""

import json
import re

import httpx
import pytest

from tests.replay import Answer, ReplayServer, event

CHAT = "/v1/chat/completions"


def said(text: str) -> Answer:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    return Answer.json({"choices": [choice], "usage": {"prompt_tokens": 5, "completion_tokens": 3}})


def streamed(text: str) -> Answer:
    def piece(text: str, finish: str | None) -> bytes:
        return event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]})

    return Answer.stream([piece(text, None), piece("", "stop"), event("[DONE]")])


@pytest.fixture
def ask(client: httpx.Client, request: pytest.FixtureRequest):
    """Asks in a namespace of the test's own."""

    def ask(*prompts: str, headers: dict[str, str] | None = None, **fields: object) -> httpx.Response:
        body = {"provider": "replay", "model": "m", "inputs": {"prompts": prompts or ["Hi"]}}
        return client.post(
            "/v1/inference",
            json=body | {"enable_semantic_cache": True} | fields,
            headers={"X-Namespace": re.sub(r"\W+", "-", request.node.name)} | (headers or {}),
        )

    return ask


def test_a_repeat_is_cached_and_costs_nothing(ask, provider: ReplayServer):
    provider.on("POST", CHAT, said("Hello"))
    first, second = ask(), ask()
    assert (first.headers["x-cache"], second.headers["x-cache"]) == ("miss", "exact")
    assert (first.json()["cached"], second.json()["cached"]) == (False, True)
    assert first.json()["data"] == second.json()["data"]
    assert second.json()["tokens_used"] == {"prompt": 0, "completion": 0, "total": 0}
    assert set(second.json()) == {"data", "provider", "model", "tokens_used", "latency_ms", "cached"}


def test_without_the_flag_the_cache_is_off(ask, provider: ReplayServer):
    provider.on("POST", CHAT, said("Hello"))
    answers = [ask(enable_semantic_cache=False) for _ in range(2)]
    assert [(each.headers["x-cache"], each.json()["cached"]) for each in answers] == [("off", False)] * 2


def test_a_stream_says_what_the_cache_did_in_its_head(ask, provider: ReplayServer):
    provider.on("POST", CHAT, streamed("Hello you there, how are you today?"))
    events = {"Accept": "text/event-stream"}
    first, second = ask(headers=events), ask(headers=events)
    assert (first.headers["x-cache"], second.headers["x-cache"]) == ("miss", "exact")
    assert second.text.count("event: delta") >= 1
    last = json.loads(second.text.strip().rpartition("data: ")[2])
    assert last["cached"] is True


def test_each_prompt_has_its_word(ask, provider: ReplayServer):
    provider.on("POST", CHAT, said("Hello"))
    ask("one")
    words = ask("one", "two").headers["x-cache"].split(", ")
    assert words[0] == "exact"
    assert words[1] in {"miss", "learning"}


@pytest.mark.parametrize(
    ("control", "word"), [("no-cache", "refresh"), ("max-age=0", "refresh"), ("No-Store", "no_store")]
)
def test_cache_control_passes_the_cache_by(ask, provider: ReplayServer, control: str, word: str):
    provider.on("POST", CHAT, said("one"), said("two"))
    ask()
    other = ask(headers={"Cache-Control": control})
    assert (other.headers["x-cache"], other.json()["data"]["text"]) == (word, "two")
    assert ask().json()["data"]["text"] == ("two" if word == "refresh" else "one")


def test_a_delta_of_zero_serves_repeats_only(ask, provider: ReplayServer):
    provider.on("POST", CHAT, said("Hello"))
    ask("Hi there")
    assert ask("Hi there", cache_delta=0).headers["x-cache"] == "exact"
    assert ask("Hi, there", cache_delta=0).headers["x-cache"] == "miss"


def test_the_run_has_the_receipt_and_takes_a_verdict(ask, client: httpx.Client, provider: ReplayServer):
    provider.on("POST", CHAT, said("one"), said("two"))
    fresh, cached = ask(), ask()
    headers = {"X-Namespace": "test_the_run_has_the_receipt_and_takes_a_verdict"}
    run = client.get(f"/v1/runs/{cached.headers['x-run-id']}", headers=headers).json()
    assert run["cached"] is True
    (receipt,) = run["cache"]
    assert (receipt["status"], receipt["prompt"], receipt["saved"]["tokens"]) == ("exact", "Hi", 8)
    assert receipt["sentence"]
    path = f"/v1/runs/{cached.headers['x-run-id']}/cache/verdict"
    assert client.post(path, json={"right": False}, headers=headers).status_code == 200
    assert ask().json()["data"]["text"] == "two"
    refused = client.post(f"/v1/runs/{fresh.headers['x-run-id']}/cache/verdict", json={"right": True}, headers=headers)
    assert (refused.status_code, refused.json()["error"]["type"]) == (400, "BadRequestError")
    assert client.post("/v1/runs/none/cache/verdict", json={"right": True}, headers=headers).status_code == 404
    assert client.post(path, json={}, headers=headers).status_code == 422
    nobody = {"Authorization": "Bearer nobody", "Content-Type": "application/json"}
    stranger = client.post(path, content=b"{nonsense", headers=nobody)
    assert stranger.status_code == 401, "who has no key learns nothing from a bad body"


def test_the_cache_is_looked_at_moved_and_cleared(ask, client: httpx.Client, provider: ReplayServer):
    provider.on("POST", CHAT, said("Hello"))
    headers = {"X-Namespace": "test_the_cache_is_looked_at_moved_and_cleared"}
    ask(), ask()
    state = client.get("/v1/cache", headers=headers).json()
    assert (state["entries"], state["counts"], state["saved"]["tokens"]) == (1, {"miss": 1, "exact": 1}, 8)
    assert state["watch"]["own"]["exact"] == 1
    body = {"provider": "replay", "model": "m", "inputs": {"prompts": ["Hi", "Bye"]}}
    found = client.post("/v1/cache/lookup", json=body, headers=headers).json()["receipts"]
    assert found[0]["status"] == "exact"
    assert found[1]["status"] in {"miss", "learning"}
    lines = client.get("/v1/cache/export", headers=headers)
    assert lines.headers["content-type"] == "application/x-ndjson"
    elsewhere = {"X-Namespace": "elsewhere"}
    moved = client.post("/v1/cache/import", content=lines.content, headers=elsewhere)
    assert moved.json() == {"entries": 1}
    assert ask(headers=elsewhere).headers["x-cache"] == "exact"
    assert client.delete("/v1/cache", headers=headers).json() == {"entries": 1}
    assert ask().headers["x-cache"] == "miss"
    refused = client.post("/v1/cache/import", content=b"nonsense", headers=elsewhere)
    assert refused.status_code == 400
    assert "line 1" in refused.json()["error"]["message"]
