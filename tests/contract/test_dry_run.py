"""`POST /v1/inference?dry_run=true` and `Playground.preflight`: what a request would meet, and nothing happens."""

import httpx
import pytest

from playground import Playground
from playground.api.dry_run import MIME
from tests.contract.serving import Served
from tests.replay import ReplayServer

CHAT = {"provider": "replay", "model": "gpt-x", "inputs": {"prompts": ["What is the capital of France?"]}}


def ask(client: httpx.Client, **fields: object) -> dict:
    answer = client.post("/v1/inference?dry_run=true", json=CHAT | fields)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(MIME)
    assert "x-run-id" not in answer.headers
    return answer.json()


def test_nothing_is_sent_and_nothing_recorded(client: httpx.Client, provider: ReplayServer, server: Served):
    sent, kept = len(provider.requests), server.runs.history.count("default")
    found = ask(client)
    assert (found["dry_run"], found["ready"], found["task"], found["problems"]) == (True, True, "chat", [])
    assert 6 <= found["tokens"]["low"] <= found["tokens"]["high"] <= 20
    assert not found["exact"]
    assert found["dollars"] is None
    assert len(provider.requests) == sent
    assert server.runs.history.count("default") == kept


@pytest.mark.parametrize(
    ("fields", "code", "words"),
    [
        ({"provider": "openai", "model": "gpt-4.1"}, "not_ready", "OPENAI_API_KEY"),
        ({"provider": "nobody"}, "provider_not_found", "no provider `nobody`"),
        ({"inputs": {}}, "BadRequestError", "exactly one of"),
        ({"inputs": {"prompts": ["x"], "image_base64": "AAAA"}}, "BadRequestError", "image_base64"),
    ],
)
def test_what_is_wrong_is_a_200_that_says_so(client: httpx.Client, fields: dict, code: str, words: str):
    found = ask(client, **fields)
    assert not found["ready"]
    [problem] = found["problems"]
    assert (problem["code"], problem["stops"]) == (code, True)
    assert words in problem["message"]


def test_it_asks_the_cache_without_moving_it(client: httpx.Client):
    local = {"provider": "local", "model": "handbook", "enable_semantic_cache": True}
    namespace = {"X-Namespace": "dry"}
    [receipt] = client.post("/v1/inference?dry_run=1", json=CHAT | local, headers=namespace).json()["cache"]
    assert receipt["status"] == "miss"
    assert client.post("/v1/inference", json=CHAT | local, headers=namespace).status_code == 200
    [receipt] = client.post("/v1/inference?dry_run=1", json=CHAT | local, headers=namespace).json()["cache"]
    assert receipt["status"] == "exact"


def test_it_needs_the_key_and_a_request(server: Served, client: httpx.Client):
    assert httpx.post(f"{server.url}/v1/inference?dry_run=true", json=CHAT, timeout=60).status_code == 401
    assert client.post("/v1/inference?dry_run=true", json={"provider": "x"}).status_code == 422
    assert client.post("/v1/inference?dry_run=maybe", json=CHAT).status_code == 422


def test_python_says_the_same(tmp_path, client: httpx.Client):
    with Playground({"PLAYGROUND_DATA_DIR": str(tmp_path)}) as playground:
        found = playground.preflight(provider="local", model="handbook", inputs={"prompts": ["What is TTFT?"]})
        answer = playground.run(provider="local", model="handbook", inputs={"prompts": ["What is TTFT?"]})
    over_http = ask(client, provider="local", model="handbook", inputs={"prompts": ["What is TTFT?"]})
    assert found.ready
    assert found.exact
    assert found.tokens.low == over_http["tokens"]["low"] == answer.tokens_used["prompt"]
    assert found.dollars.high == over_http["dollars"]["high"] == 0


def test_a_runs_seal_is_what_its_json_says(client: httpx.Client):
    from playground.seal import seal

    answer = client.post("/v1/inference", json=CHAT | {"provider": "local", "model": "handbook"})
    run = client.get(f"/v1/runs/{answer.headers['X-Run-Id']}").json()
    assert run["seal"] == seal(run)
    assert run["versions"]["contract"] == "0.82"
