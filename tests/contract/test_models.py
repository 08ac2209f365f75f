"""`GET /v1/models` and `GET /v1/health`."""

import httpx

from playground.api.models import ModelList
from tests.contract.serving import serve
from tests.replay import Answer, ReplayServer


def providers(client: httpx.Client) -> dict[str, dict]:
    answer = client.get("/v1/models")
    assert answer.status_code == 200
    ModelList.model_validate(answer.json())
    return {provider["name"]: provider for provider in answer.json()["providers"]}


def test_local_models_come_first_and_say_what_they_are(client):
    found = providers(client)
    assert next(iter(found)) == "local"
    assert found["local"]["ready"] is True
    models = {model["id"]: model for model in found["local"]["models"]}
    assert {"handbook", "all-minilm-l6-v2"} <= set(models)
    assert models["all-minilm-l6-v2"]["tasks"] == ["embedding"]
    assert "chat" in models["handbook"]["tasks"]


def test_a_provider_without_a_key_says_what_to_do(client):
    found = providers(client)["openai"]
    assert found["ready"] is False
    assert "OPENAI_API_KEY" in found["advice"]


def compatible(provider: ReplayServer) -> dict[str, object]:
    return {
        "PLAYGROUND_COMPATIBLE_OWN_BASE_URL": f"{provider.url}/v1",
        "PLAYGROUND_COMPATIBLE_OWN_API_KEY": "sk-of-my-own-server",
        "PLAYGROUND_RETRIES": 0,
    }


def test_a_live_listing(provider, tmp_path):
    provider.on("GET", "/v1/models", Answer.json({"object": "list", "data": [{"id": "tiny", "object": "model"}]}))
    with serve(tmp_path, **compatible(provider)) as served, served.client() as client:
        found = providers(client)["own"]
    assert found["ready"] is True
    assert found["error"] is None
    assert [model["id"] for model in found["models"]] == ["tiny"]


def test_one_that_fails_does_not_fail_the_list(provider, tmp_path):
    provider.on("GET", "/v1/models", Answer.json({"error": {"message": "no"}}, 401))
    with serve(tmp_path, **compatible(provider)) as served, served.client() as client:
        answer = client.get("/v1/models")
        found = providers(client)
    assert "sk-of-my-own-server" not in answer.text
    assert found["own"]["error"]["message"]
    assert found["own"]["models"] == []
    assert found["local"]["models"]


def test_health_needs_no_key(server):
    answer = httpx.get(f"{server.url}/v1/health", timeout=60)
    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"
    assert answer.json()["version"]
