"""`/v1/runs`: every run is found again, in its namespace only, live or ended."""

from datetime import datetime

import httpx
import pytest

from playground.api.run import RunDetail, RunList
from tests.contract.test_errors import SECRET
from tests.contract.test_inference import CHAT, COMPLETION, REPLAYED, piece
from tests.replay import Answer


@pytest.fixture
def mine(server, request):
    """A client with a namespace of its own."""
    with server.client(**{"X-Namespace": request.node.name.partition("[")[0]}) as client:
        yield client


def ask(client: httpx.Client, body: dict = CHAT) -> str:
    return client.post("/v1/inference", json=body).headers["x-run-id"]


def test_a_run_that_is_done(mine):
    answer = mine.post("/v1/inference", json=CHAT | {"parameters": {"max_tokens": 40}})
    run = mine.get(f"/v1/runs/{answer.headers['x-run-id']}").json()
    RunDetail.model_validate(run)
    assert run["state"] == "done"
    assert run["door"] == "api"
    assert run["task"] == "chat"
    assert run["namespace"] == "test_a_run_that_is_done"
    assert run["response"] == answer.json()
    assert run["request"]["inputs"] == CHAT["inputs"]
    assert run["request"]["parameters"] == {"max_tokens": 40}
    assert run["error"] is None
    assert run["tokens"]["prompt"] == answer.json()["tokens_used"]["prompt"]
    assert 0 <= run["timings"]["started"] <= run["timings"]["total"]
    assert datetime.fromisoformat(run["created_at"]).utcoffset().total_seconds() == 0


def test_what_was_sent_is_shown_without_the_key(mine, provider):
    provider.on("POST", "/v1/chat/completions", Answer.json(COMPLETION, headers={"x-request-id": "req_42"}))
    answer = mine.get(f"/v1/runs/{ask(mine, REPLAYED)}")
    run = answer.json()
    assert run["exchanges"][0]["body"]["messages"] == [{"role": "user", "content": "Hello"}]
    assert run["exchanges"][0]["status"] == 200
    assert run["provider_request_id"] == "req_42"
    assert SECRET not in answer.text
    assert SECRET in provider.requests[-1].headers["authorization"]


def test_a_run_that_failed(mine):
    run = mine.get(f"/v1/runs/{ask(mine, CHAT | {'model': 'nobody'})}").json()
    assert run["state"] == "failed"
    assert run["response"] is None
    assert run["error"]["error"]["type"] in ("BadRequestError", "NotFoundError")


def test_a_live_run_and_stopping_it(server, mine, provider):
    provider.on("POST", "/v1/chat/completions", Answer.stream([piece("So far")], then="hang"))
    with mine.stream("POST", "/v1/inference", json=REPLAYED, headers={"Accept": "text/event-stream"}) as stream:
        lines = stream.iter_lines()
        next(lines)
        run_id = stream.headers["x-run-id"]
        with server.client(**{"X-Namespace": "test_a_live_run_and_stopping_it"}) as other:
            live = other.get(f"/v1/runs/{run_id}").json()
            listed = other.get("/v1/runs").json()["runs"]
            first = other.post(f"/v1/runs/{run_id}/cancel", headers={"Content-Type": "application/json"}).json()
            rest = list(lines)
            second = other.post(f"/v1/runs/{run_id}/cancel").json()
            ended = other.get(f"/v1/runs/{run_id}").json()
    RunDetail.model_validate(live)
    assert live["state"] == "running"
    assert live["partial"] == ["So far"]
    assert live["response"] is None
    assert [(run["id"], run["state"]) for run in listed] == [(run_id, "running")]
    assert first == {"id": run_id, "cancelled": True}
    assert second == {"id": run_id, "cancelled": False}
    assert "event: error" in rest
    assert (ended["state"], ended["partial"]) == ("cancelled", ["So far"])


def test_the_list_is_in_pages_newest_first(mine):
    ids = [ask(mine) for _ in range(5)]
    first = mine.get("/v1/runs", params={"limit": 3}).json()
    RunList.model_validate(first)
    second = mine.get("/v1/runs", params={"limit": 3, "before": first["next"]}).json()
    assert [run["id"] for run in first["runs"] + second["runs"]] == ids[::-1]
    assert second["next"] is None
    assert "response" not in first["runs"][0]
    assert first["runs"][0]["question"] == "What is TTFT?"


def test_filters(mine):
    good, bad = ask(mine), ask(mine, CHAT | {"model": "nobody"})
    other = ask(mine, {"provider": "local", "model": "all-minilm-l6-v2", "inputs": {"text": "a cat"}})

    def found(**filters: str) -> set[str]:
        return {run["id"] for run in mine.get("/v1/runs", params=filters).json()["runs"]}

    assert found() == {good, bad, other}
    assert found(status="failed") == {bad}
    assert found(task="embedding") == {other}
    assert found(model="handbook") == {good}
    assert found(text="a cat") == {other}
    assert found(provider="openai") == set()


def test_one_namespace_never_sees_another(server, client):
    run_id = ask(client)
    with server.client(**{"X-Namespace": "stranger"}) as stranger:
        assert stranger.get(f"/v1/runs/{run_id}").status_code == 404
        assert stranger.post(f"/v1/runs/{run_id}/cancel").status_code == 404
        assert stranger.get("/v1/runs").json() == {"runs": [], "next": None}
        assert stranger.get("/v1/runs", params={"before": run_id}).status_code == 404


def test_a_list_survives_an_empty_body_of_json(client):
    answer = client.get("/v1/runs", headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
