"""Whatever is sent, the server answers in the contract's shape and goes on."""

import json
import socket
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from playground.contract import ErrorResponse
from tests.contract.test_inference import CHAT

FAST = settings(max_examples=40, deadline=None, suppress_health_check=[*HealthCheck])

texts = some.text(max_size=30)
values = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
keys = some.sampled_from(
    ["prompts", "messages", "text", "texts", "system", "audio_base64", "image_url", "", "__proto__"]
)


def clean(answer: httpx.Response) -> None:
    """A success, or an error that is the client's."""
    if answer.status_code != 200:
        assert 400 <= answer.status_code < 500, answer.text
        body = ErrorResponse.model_validate(answer.json())
        assert body.status == answer.status_code
    assert "Traceback" not in answer.text
    json.loads(answer.text, parse_constant=pytest.fail)


@FAST
@given(body=some.binary(max_size=300))
def test_any_body(client, body):
    clean(client.post("/v1/inference", content=body, headers={"Content-Type": "application/json"}))


@FAST
@given(
    inputs=some.dictionaries(keys, values, max_size=3),
    parameters=some.none() | some.dictionaries(texts, values, max_size=3),
    model=some.sampled_from(
        ["handbook", "image-reader", "all-minilm-l6-v2", "colour-and-edges", "pocketsphinx-en-us", "nobody", ""]
    ),
)
def test_any_inputs_and_parameters(client, inputs, parameters, model):
    body = {"provider": "local", "model": model, "inputs": inputs, "parameters": parameters}
    clean(client.post("/v1/inference", content=json.dumps(body), headers={"Content-Type": "application/json"}))


@FAST
@given(
    selector=some.sampled_from(["provider", "model", "inference_name", "feature_uri"]),
    name=some.text(min_size=1, max_size=60),
)
def test_any_selector(client, selector, name):
    clean(client.post("/v1/inference", content=json.dumps(CHAT | {selector: name}), headers=JSON))


@FAST
@given(path=some.text(max_size=60))
def test_any_path(client, path):
    answer = client.get(f"/v1/{quote(path, safe='')}")
    assert answer.status_code in (200, 404, 405)
    clean(answer)


@FAST
@given(id_=some.text(min_size=1, max_size=60).filter(lambda text: text not in (".", "..")), text=some.text(max_size=60))
def test_any_run_and_any_search(client, id_, text):
    assert client.get(f"/v1/runs/{quote(id_, safe='')}").status_code == 404
    clean(client.get("/v1/runs", params={"text": text, "before": id_}))
    clean(client.get("/v1/runs", params={"text": text, "model": id_}))


@FAST
@given(header=some.binary(max_size=60).filter(lambda raw: not set(raw) & set(b"\r\n\0")))
def test_any_headers(client, header):
    for name in ("Authorization", "X-Namespace", "Accept", "Content-Type"):
        headers = {"Content-Type": b"application/json", name: header}
        try:
            answer = client.post("/v1/inference", content=json.dumps(CHAT), headers=headers)
        except httpx.LocalProtocolError:  # httpx itself refuses to send it
            continue
        clean(answer)


JSON = {"Content-Type": "application/json"}
BOMBS = {
    "deep lists": b'{"inputs": {"texts": ' + b"[" * 200_000 + b"]" * 200_000 + b"}}",
    "deep objects": b'{"a":' * 150_000,
    "many keys": json.dumps({"inputs": {f"k{number}": number for number in range(50_000)}}).encode(),
    "a long number": b'{"inputs": {"text": ' + b"7" * 500_000 + b"}}",
    "a long text": json.dumps(CHAT | {"inputs": {"prompts": ["x " * 40_000]}}).encode(),
    "a long key": json.dumps(CHAT | {"x" * 900_000: 1}).encode(),
    "many prompts": json.dumps(CHAT | {"inputs": {"prompts": ["a"] * 100_000}}).encode(),
    "many messages": json.dumps(CHAT | {"inputs": {"messages": [{}] * 100_000}}).encode(),
    "base64 that is none": json.dumps(CHAT | {"inputs": {"audio_base64": "*" * 500_000}}).encode(),
    "NUL": b'{"inputs": {"text": "\\u0000"}, "provider": "\\u0000", "model": "\\u0000"}',
}


@pytest.mark.parametrize("body", BOMBS.values(), ids=BOMBS)
def test_bombs(client, body):
    clean(client.post("/v1/inference", content=body, headers=JSON))
    assert client.get("/v1/health").status_code == 200


RAW = {
    "no host": b"GET /v1/health HTTP/1.1\r\n\r\n",
    "no length": b"POST /v1/inference HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n\r\n",
    "a length that is no number": b"POST /v1/inference HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
    "a negative length": b"POST /v1/inference HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST /v1/inference HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a chunk that lies": b"POST /v1/inference HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nx",
    "not HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a path that is not UTF-8": b"GET /v1/\xff\xfe HTTP/1.1\r\nHost: a\r\n\r\n",
    "a path with half an escape": b"GET /v1/runs/%e2%28 HTTP/1.1\r\nHost: a\r\n\r\n",
}


@pytest.mark.parametrize("head", RAW.values(), ids=RAW)
def test_raw_bytes(server, client, head):
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(head)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while data := connection.recv(65536):
            answer += data
    assert not answer or answer.startswith(b"HTTP/1.1 "), answer[:80]
    assert b" 500 " not in answer.partition(b"\r\n")[0]
    assert client.get("/v1/health").status_code == 200


def test_a_client_that_goes_in_the_middle_of_its_body(server, client):
    host, port = server.url.removeprefix("http://").split(":")
    head = (
        f"POST /v1/inference HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {server.key}\r\n"
        'Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"inputs"'
    )
    for _ in range(5):
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(head.encode())
    assert client.get("/v1/health").status_code == 200
