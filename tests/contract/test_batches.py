"""`/v1/batches`: many texts, embedded in chunks; looked at, stopped, gone on with, downloaded, forgotten."""

import json
import time

import httpx
import pytest

from playground.api.batches import BatchInfo
from playground.batch import CHUNK
from tests.replay import Answer, Received

TEXTS = [f"text {number}" for number in range(CHUNK + 3)]
BODY = {"provider": "replay", "model": "m", "inputs": {"texts": TEXTS}}
HANG = Answer(pieces=(b" ",), then="hang", headers={"Content-Type": "application/json"})


@pytest.fixture
def mine(server, request):
    """A client with a namespace of its own."""
    with server.client(**{"X-Namespace": request.node.name}) as client:
        yield client


def embedded(received: Received) -> Answer:
    rows = [{"index": at, "embedding": [1, len(text)]} for at, text in enumerate(received.json["input"])]
    return Answer.json({"data": rows, "usage": {"prompt_tokens": len(rows)}})


def settled(client: httpx.Client, id_: str) -> dict:
    while (batch := client.get(f"/v1/batches/{id_}").json())["state"] == "running":
        time.sleep(0.02)
    BatchInfo.model_validate(batch)
    return batch


def test_from_texts_to_vectors_with_a_stop_between(mine, provider):
    provider.on("POST", "/v1/embeddings", embedded, HANG)
    batch = mine.post("/v1/batches", json=BODY).json()
    assert (batch["texts"], batch["title"], batch["asked"]) == (
        len(TEXTS),
        "text 0",
        {"provider": "replay", "model": "m"},
    )
    path = f"/v1/batches/{batch['id']}"
    while mine.get(path).json()["done"] == 0:
        time.sleep(0.02)
    stopped = mine.post(f"{path}/stop").json()
    assert (stopped["state"], stopped["done"]) == ("stopped", CHUNK)
    assert len(mine.get(f"{path}/vectors").text.splitlines()) == CHUNK
    provider.on("POST", "/v1/embeddings", embedded)
    assert mine.post(f"{path}/resume").json()["id"] == batch["id"]
    done = settled(mine, batch["id"])
    assert (done["state"], done["done"], done["dimensions"], done["tokens"]) == ("done", len(TEXTS), 2, len(TEXTS))
    answer = mine.get(f"{path}/vectors")
    assert answer.headers["content-type"].startswith("application/jsonl")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert lines == [{"index": at, "embedding": [1.0, float(len(text))]} for at, text in enumerate(TEXTS)]
    assert [each["id"] for each in mine.get("/v1/batches").json()["batches"]] == [batch["id"]]
    assert mine.delete(path).json() == {"id": batch["id"], "dropped": True}
    assert mine.get(path).status_code == 404


def test_what_is_wrong_is_said_at_once_and_others_see_nothing(mine, client, provider):
    assert mine.post("/v1/batches", json=BODY | {"provider": "nobody"}).json()["error"]["code"] == "provider_not_found"
    provider.on("POST", "/v1/embeddings", Answer.json({"error": {"message": "no such model"}}, 404))
    id_ = mine.post("/v1/batches", json=BODY).json()["id"]
    failed = settled(mine, id_)
    assert (failed["state"], failed["error"]["status"]) == ("failed", 404)
    for method, path in (("GET", ""), ("GET", "/vectors"), ("POST", "/resume"), ("POST", "/stop"), ("DELETE", "")):
        answer = client.request(method, f"/v1/batches/{id_}{path}")
        assert (answer.status_code, answer.json()["error"]["type"]) == (404, "NotFoundError")
