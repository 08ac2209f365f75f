"""Every status in the contract's shape, and nothing in it that should stay inside."""

import json
import socket
from typing import Never

import httpx
import pytest

from playground.api import app
from playground.contract import ErrorResponse
from tests.contract.serving import listening, serve
from tests.contract.test_inference import CHAT, COMPLETION, REPLAYED
from tests.replay import Answer

SECRET = "sk-replay-secret-key"


def check(answer: httpx.Response, status: int, kind: str) -> dict:
    """The error of an answer whose form is right."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    ErrorResponse.model_validate(body)
    assert body["success"] is False
    assert body["status"] == status
    assert body["error"]["type"] == kind
    assert len(body["error"]["message"]) > 10
    assert "Traceback" not in answer.text
    assert SECRET not in answer.text
    return body["error"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"inputs": {"text": "a"}}, "exactly one of"),
        (CHAT | {"inference_name": "x"}, "`provider+model` and `inference_name`"),
        (CHAT | {"provider": "nobody"}, "`nobody`"),
        (CHAT | {"inputs": {}}, "exactly one of"),
        (CHAT | {"inputs": {"prompts": []}}, "`inputs.prompts`"),
        (CHAT | {"inputs": {"prompt": ["a"]}}, "`prompts`"),
        (CHAT | {"inputs": {"text": "a"}}, "cannot make embeddings"),
    ],
)
def test_400(client, body, says):
    answer = client.post("/v1/inference", json=body)
    assert says in check(answer, 400, "BadRequestError")["message"]
    assert answer.headers["x-run-id"]


@pytest.mark.parametrize("name", ["", "-a", "a b", "a/b", "ä", "x" * 129, "a\tb"])
def test_400_namespace(client, name):
    answer = client.get("/v1/runs", headers={"X-Namespace": name.encode()})
    assert check(answer, 400, "BadRequestError")["code"] == "namespace_invalid"


WITHOUT_KEY = {
    "no header": (None, "is missing"),
    "empty": ("", "must read `Bearer <key>`"),
    "basic": ("Basic dXNlcjpwYXNz", "must read `Bearer <key>`"),
    "bare key": ("test-key-of-the-contract", "must read `Bearer <key>`"),
    "no key": ("Bearer", "must read `Bearer <key>`"),
    "unknown": ("Bearer wrong-key-of-somebody", "not known"),
    "prefix of the key": ("Bearer test-key-of-the", "not known"),
    "the key and more": ("Bearer test-key-of-the-contract2", "not known"),
    "not ASCII": ("Bearer schlüssel", "not known"),
}


@pytest.mark.parametrize(("header", "says"), WITHOUT_KEY.values(), ids=WITHOUT_KEY)
def test_401(server, header, says):
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    answer = httpx.post(f"{server.url}/v1/inference", json=CHAT, headers=headers, timeout=60)
    error = check(answer, 401, "UnauthorizedError")
    assert says in error["message"]
    assert "Settings page" in error["message"]
    assert "wrong-key" not in answer.text
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "x-run-id" not in answer.headers


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", "/v1/inference"),
        ("GET", "/v1/runs"),
        ("GET", "/v1/runs/run_1"),
        ("POST", "/v1/runs/run_1/cancel"),
        ("GET", "/v1/models"),
    ],
)
def test_401_on_every_path(server, verb, path):
    check(httpx.request(verb, server.url + path, timeout=60), 401, "UnauthorizedError")


def test_the_scheme_has_no_case_and_blanks_do_not_matter(server):
    answer = httpx.get(f"{server.url}/v1/runs", headers={"Authorization": f"bEARER   {server.key}"}, timeout=60)
    assert answer.status_code == 200


def test_401_comes_before_anything_is_read(server):
    answer = httpx.post(
        f"{server.url}/v1/inference", content=b"\xff not json", headers={"X-Namespace": "-"}, timeout=60
    )
    check(answer, 401, "UnauthorizedError")


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/", "/v1/nothing", "/v1/inference/", "/v1/runs/a/b", "/v1/%00", "/v1/../x"]
)
def test_404_paths(client, path):
    answer = client.get(path)
    assert check(answer, 404, "NotFoundError")["details"]["resource"] == "path"


def test_404_things(client):
    assert check(client.get("/v1/runs/run_nobody"), 404, "NotFoundError")["details"]["id"] == "run_nobody"
    check(client.post("/v1/runs/run_nobody/cancel"), 404, "NotFoundError")
    plugin = client.post("/v1/inference", json={"inference_name": "nobody_1_0_0", "inputs": {}})
    assert check(plugin, 404, "NotFoundError")["details"]["resource"] == "plugin"


@pytest.mark.parametrize(
    ("verb", "path", "allowed"),
    [
        ("GET", "/v1/inference", "POST"),
        ("PUT", "/v1/inference", "POST"),
        ("OPTIONS", "/v1/inference", "POST"),
        ("DELETE", "/v1/runs", "GET"),
        ("POST", "/v1/health", "GET"),
        ("GET", "/v1/runs/x/cancel", "POST"),
    ],
)
def test_405(client, verb, path, allowed):
    answer = client.request(verb, path)
    check(answer, 405, "MethodNotAllowedError")
    assert answer.headers["allow"] == allowed


def test_413_declared(client):
    answer = client.post("/v1/inference", content=b"x" * (2**20 + 1), headers={"Content-Type": "application/json"})
    assert check(answer, 413, "PayloadTooLargeError")["details"]["max_bytes"] == 2**20
    assert client.get("/v1/health").status_code == 200


def test_413_counted(client):
    def endless():
        for _ in range(64):
            yield b"x" * 2**16

    answer = client.post("/v1/inference", content=endless(), headers={"Content-Type": "application/json"})
    check(answer, 413, "PayloadTooLargeError")


def test_413_is_said_before_the_body_is_sent(server):
    """A client that asks first (`Expect`) or only announces never has to send it."""
    host, port = server.url.removeprefix("http://").split(":")
    head = (
        f"POST /v1/inference HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {server.key}\r\n"
        "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 99999999999\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(head.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 413 ")


def test_just_under_the_limit_passes(client):
    body = json.dumps(CHAT | {"note": ""})
    body = body.replace('"note": ""', '"note": "' + "x" * (2**20 - len(body)) + '"')
    assert len(body) == 2**20
    answer = client.post("/v1/inference", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None])
def test_422_content_type(client, kind):
    headers = {"Content-Type": kind} if kind else {}
    answer = client.post("/v1/inference", content=json.dumps(CHAT), headers=headers)
    assert "`application/json`" in check(answer, 422, "ValidationError")["message"]


def test_422_has_both_shapes(client):
    answer = client.post("/v1/inference", json={"provider": 5, "cache_delta": 2})
    error = check(answer, 422, "ValidationError")
    detail = answer.json()["detail"]
    assert {tuple(each["loc"]) for each in detail} == {
        ("body", "inputs"),
        ("body", "provider"),
        ("body", "cache_delta"),
    }
    assert all(set(each) == {"loc", "msg", "type"} for each in detail)
    assert [each["location"] for each in error["details"]["validation_errors"]] == [
        ".".join(each["loc"]) for each in detail
    ]


def test_422_query(client):
    answer = client.get("/v1/runs", params={"limit": "many"})
    check(answer, 422, "ValidationError")
    assert answer.json()["detail"][0]["loc"] == ["query", "limit"]


def test_429_ours(tmp_path):
    with serve(tmp_path, PLAYGROUND_RATE_LIMIT=2) as served, served.client() as client:
        left = [client.get("/v1/runs").headers["x-ratelimit-remaining"] for _ in range(2)]
        answer = client.get("/v1/runs")
        error = check(answer, 429, "TooManyRequestsError")
        assert left == ["1", "0"]
        assert 1 <= int(answer.headers["retry-after"]) <= 30
        assert error["details"]["retry_after_seconds"] == int(answer.headers["retry-after"])
        assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-window"]) == ("2", "60")
        assert client.get("/v1/health").status_code == 200


def test_429_of_the_provider(client, provider):
    provider.on("POST", "/v1/chat/completions", Answer.json({"error": {"message": "later"}}, 429, {"Retry-After": "0"}))
    answer = client.post("/v1/inference", json=REPLAYED)
    check(answer, 429, "TooManyRequestsError")
    assert answer.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    "broken",
    [
        Answer.json({"error": {"message": f"bad {SECRET}"}}, 500),
        Answer(200, {}, b"<html>"),
        Answer.json({"choices": []}),
    ],
    ids=["500", "html", "nothing in it"],
)
def test_500_of_the_provider(client, provider, broken):
    provider.on("POST", "/v1/chat/completions", broken)
    answer = client.post("/v1/inference", json=REPLAYED)
    assert answer.status_code in (500, 503)
    check(answer, answer.status_code, answer.json()["error"]["type"])


def test_500_of_ours_is_an_incident(caplog):
    """A defect nobody foresaw: an id for the person, the cause for the log, nothing of it in the answer."""

    def broken() -> Never:
        raise ZeroDivisionError("-".join(["a", "secret"]))

    with listening(app(broken)) as url:
        error = check(httpx.get(f"{url}/v1/runs", timeout=60), 500, "InternalServerError")
    assert error["details"]["incident"] in error["message"]
    assert error["details"]["incident"] in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "a-secret" not in error["message"]
    assert "a-secret" not in caplog.text  # which secrets there are was not known yet


def test_the_log_of_an_incident_has_no_secrets(tmp_path, caplog):
    class Broken:
        name = title = "broken"

        def readiness(self) -> Never:
            raise RuntimeError("called with key-that-must-not-be-logged")

    with serve(tmp_path, key="key-that-must-not-be-logged") as served, served.client() as client:
        served.runs.providers["broken"] = Broken()
        found = {each["name"]: each for each in client.get("/v1/models").json()["providers"]}
    assert found["broken"]["error"]["details"]["incident"] in caplog.text
    assert "called with •••" in caplog.text
    assert "key-that-must-not-be-logged" not in caplog.text


def test_503_without_a_key(client):
    answer = client.post("/v1/inference", json={"provider": "openai", "model": "m", "inputs": {"prompts": ["a"]}})
    error = check(answer, 503, "InferenceServiceUnavailableError")
    assert error["details"]["retryable"] is False
    assert "OPENAI_API_KEY" in error["message"]


def test_503_when_the_settings_make_no_sense(tmp_path):
    with serve(tmp_path, PLAYGROUND_RATE_LIMIT="plenty") as served, served.client() as client:
        error = check(client.get("/v1/runs"), 503, "InferenceServiceUnavailableError")
        assert "`PLAYGROUND_RATE_LIMIT`" in error["message"]
        assert error["details"]["retryable"] is False


def test_504(provider, tmp_path):
    provider.on("POST", "/v1/chat/completions", Answer.json(COMPLETION), Answer(wait=30))
    settings = {"PLAYGROUND_COMPATIBLE_REPLAY_BASE_URL": f"{provider.url}/v1", "PLAYGROUND_RETRIES": 0}
    with serve(tmp_path, PLAYGROUND_TIMEOUT=1, **settings) as served, served.client() as client:
        assert client.post("/v1/inference", json=REPLAYED).status_code == 200
        check(client.post("/v1/inference", json=REPLAYED), 504, "TimeoutError")
