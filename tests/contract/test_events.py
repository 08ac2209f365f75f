"""`POST /v1/inference` as server-sent events."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from playground.api import events
from tests.contract.test_inference import CHAT, REPLAYED, piece
from tests.replay import Answer, event

EVENTS = {"Accept": "text/event-stream"}
LAST = event(
    {
        "id": "chatcmpl-1",
        "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
    }
)


def read(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    """(event, data) of a stream; comments are ("", text)."""
    name = ""
    for line in lines:
        kind, _, value = line.partition(":")
        match kind:
            case "event":
                name = value.strip()
            case "data":
                yield name, json.loads(value)
            case "" if value:
                yield "", value


def test_deltas_then_the_whole_response(client):
    with client.stream("POST", "/v1/inference", json=CHAT, headers=EVENTS) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "no-transform" in answer.headers["cache-control"]
        assert answer.headers["x-run-id"].startswith("run_")
        assert "content-length" not in answer.headers
        heard = list(read(answer.iter_lines()))
    deltas = [data for name, data in heard if name == "delta"]
    name, response = heard[-1]
    assert name == "response"
    assert len(deltas) > 1
    assert {delta["index"] for delta in deltas} == {0}
    assert "".join(delta.get("text", "") for delta in deltas) == response["data"]["text"]
    assert response["tokens_used"]["total"] > 0


def test_several_prompts_carry_their_index(client):
    body = CHAT | {"inputs": {"prompts": ["What is TTFT?", "What is an embedding?"]}}
    with client.stream("POST", "/v1/inference", json=body, headers=EVENTS) as answer:
        heard = list(read(answer.iter_lines()))
    texts = ["", ""]
    for name, data in heard[:-1]:
        if name == "delta":
            texts[data["index"]] += data.get("text", "")
    assert heard[-1][1]["data"]["texts"] == texts


def test_a_task_without_text_has_one_event(client):
    body = {"provider": "local", "model": "all-minilm-l6-v2", "inputs": {"text": "a cat"}}
    with client.stream("POST", "/v1/inference", json=body, headers=EVENTS) as answer:
        heard = [name for name, _ in read(answer.iter_lines()) if name]
    assert heard == ["response"]


def test_text_arrives_before_the_answer_is_over(client, provider):
    provider.hung_up.clear()
    provider.on("POST", "/v1/chat/completions", Answer.stream([piece("Hel"), piece("lo")], then="hang"))
    with client.stream("POST", "/v1/inference", json=REPLAYED, headers=EVENTS) as answer:
        heard = read(answer.iter_lines())
        text = ""
        while text != "Hello":
            name, data = next(heard)
            assert name == "delta"
            text += data["text"]
        run_id = answer.headers["x-run-id"]
    assert provider.hung_up.wait(20)  # leaving the stream stopped the run
    record = client.get(f"/v1/runs/{run_id}").json()
    while record["state"] == "running":
        record = client.get(f"/v1/runs/{run_id}").json()
    assert record["state"] == "cancelled"
    assert record["partial"] == ["Hello"]


def test_reasoning_is_apart(client, provider):
    thought = event({"id": "c", "choices": [{"index": 0, "delta": {"reasoning_content": "Hm."}}]})
    provider.on("POST", "/v1/chat/completions", Answer.stream([thought, piece("Yes"), LAST, event("[DONE]")]))
    with client.stream("POST", "/v1/inference", json=REPLAYED, headers=EVENTS) as answer:
        heard = list(read(answer.iter_lines()))
    deltas = [data for name, data in heard if name == "delta"]
    assert {"index": 0, "reasoning": "Hm."} in deltas
    assert {"index": 0, "text": "Yes"} in deltas


def test_a_failure_before_the_first_event_has_its_status(client, provider):
    provider.on("POST", "/v1/chat/completions", Answer.json({"error": {"message": "slow down"}}, 429))
    answer = client.post("/v1/inference", json=REPLAYED, headers=EVENTS)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.json()["error"]["type"] == "TooManyRequestsError"
    assert client.post("/v1/inference", json={"inputs": {}}, headers=EVENTS).status_code == 400


def test_a_failure_in_the_middle_is_an_event(client, provider):
    provider.on("POST", "/v1/chat/completions", Answer.stream([piece("Half a sen")], then="close"))
    with client.stream("POST", "/v1/inference", json=REPLAYED, headers=EVENTS) as answer:
        heard = list(read(answer.iter_lines()))
        run_id = answer.headers["x-run-id"]
    assert heard[0] == ("delta", {"index": 0, "text": "Half a sen"})
    name, error = heard[-1]
    assert name == "error"
    assert error["success"] is False
    assert error["status"] == 500
    record = client.get(f"/v1/runs/{run_id}").json()
    assert record["partial"] == ["Half a sen"]
    assert record["error"] == error


@pytest.mark.slow
def test_silence_is_filled_with_comments(client, provider):
    silent = Answer.stream([piece("at last"), LAST, event("[DONE]")], wait=events.GRACE + 2)
    provider.on("POST", "/v1/chat/completions", silent)
    with client.stream("POST", "/v1/inference", json=REPLAYED, headers=EVENTS) as answer:
        heard = list(read(answer.iter_lines()))
    assert heard[0] == ("", " still working")
    assert ("delta", {"index": 0, "text": "at last"}) in heard
    assert heard[-1][0] == "response"


def test_a_client_that_reads_slowly_gets_everything(client, provider):
    pieces = [piece(f"{number:05} " * 200) for number in range(400)]
    provider.on("POST", "/v1/chat/completions", Answer.stream([*pieces, LAST, event("[DONE]")]))
    with client.stream("POST", "/v1/inference", json=REPLAYED, headers=EVENTS) as answer:
        heard = list(read(answer.iter_lines()))
    text = "".join(data["text"] for name, data in heard if name == "delta")
    assert text == "".join(f"{number:05} " * 200 for number in range(400))
    assert heard[-1][1]["data"]["text"] == text


def test_one_event_per_frame_whatever_the_text(client, provider):
    text = "line\nbreak\r\nand\u2028\x00 \N{GRINNING FACE}"
    provider.on("POST", "/v1/chat/completions", Answer.stream([piece(text), LAST, event("[DONE]")]))
    raw = client.post("/v1/inference", json=REPLAYED, headers=EVENTS).content
    frames = [frame for frame in raw.split(b"\n\n") if frame]
    assert all(len(frame.split(b"\n")) == 2 for frame in frames)
    assert json.loads(frames[0].split(b"data: ")[1])["text"] == text


def test_httpx_reads_it_as_a_stream(server):
    with server.client(**EVENTS) as client, client.stream("POST", "/v1/inference", json=CHAT) as answer:
        assert isinstance(answer, httpx.Response)
        assert next(answer.iter_raw()).startswith(b"event: delta\n")
