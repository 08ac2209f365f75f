"""Keys over HTTP: what each may, how much, and until when."""

import re

import httpx
import pytest

from tests.contract.test_errors import check

EMBED = {"provider": "local", "model": "all-minilm-l6-v2", "inputs": {"text": "a"}}


@pytest.fixture
def key(server):
    """Makes keys that are revoked after the test: `key("name", ["namespace"], limit)`."""
    made = []

    def make(name, namespaces=None, limit=None):
        text, kept = server.runs.history.keys.create(name, namespaces, limit)
        made.append(kept.id)
        return {"Authorization": f"Bearer {text}"}

    yield make
    left = {each.id for each in server.runs.history.keys.all()}
    for each in left & set(made):
        server.runs.history.keys.revoke(each)


def test_a_key_for_some_namespaces(client, key):
    own = key("of-two", ["team-a", "team-b"])
    done = client.post("/v1/inference", json=EMBED, headers=own)
    assert done.status_code == 200
    run = done.headers["x-run-id"]
    assert client.get(f"/v1/runs/{run}", headers=own).json()["namespace"] == "team-a"  # its first, for it names none
    seen = [client.get("/v1/runs", headers=own | {"X-Namespace": name}).json()["runs"] for name in ("team-a", "team-b")]
    assert [[each["id"] for each in runs] for runs in seen] == [[run], []]
    assert client.get(f"/v1/runs/{run}").status_code == 404  # the other key's namespace is `default`
    assert client.get(f"/v1/runs/{run}", headers={"X-Namespace": "team-a"}).status_code == 200  # and it may all


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", "/v1/inference"),
        ("GET", "/v1/runs"),
        ("GET", "/v1/runs/run_x"),
        ("POST", "/v1/runs/run_x/cancel"),
        ("GET", "/v1/models"),
        ("DELETE", "/v1/cache"),
    ],
)
def test_another_namespace_is_a_403_everywhere(client, key, verb, path):
    own = key("of-one", ["team-a"]) | {"X-Namespace": "default"}
    answer = client.request(verb, path, headers=own, json=EMBED if verb == "POST" else None)
    error = check(answer, 403, "ForbiddenError")
    assert error["code"] == "namespace_forbidden"
    assert error["details"] == {"resource": "namespace", "id": "default"}
    assert "the key `of-one` may not use the namespace `default`; it may use `team-a`" in error["message"]


@pytest.mark.parametrize("path", ["/v1/namespaces/default/extractors", "/v1/namespaces/default", "/v1/namespaces/-"])
def test_so_is_one_in_the_path(client, key, path):
    own = key("of-one", ["team-a"])
    assert check(client.get(path, headers=own), 403, "ForbiddenError")["code"] == "namespace_forbidden"
    assert client.get("/v1/namespaces/team-a/extractors", headers=own).status_code == 200


def test_a_key_may_all_namespaces_also_those_to_come(client, key):
    everything = key("everything") | {"X-Namespace": "a-namespace-that-is-being-created"}
    assert client.get("/v1/runs", headers=everything).json()["runs"] == []


def test_a_limit_of_its_own(client, key):
    few = key("few", limit=2)
    left = [client.get("/v1/runs", headers=few).headers["x-ratelimit-remaining"] for _ in range(2)]
    assert left == ["1", "0"]
    answer = client.get("/v1/runs", headers=few)
    error = check(answer, 429, "TooManyRequestsError")
    assert "the key `few` may send 2 requests a minute" in error["message"]
    assert int(answer.headers["retry-after"]) >= 1
    assert (answer.headers["x-ratelimit-limit"], answer.headers["x-ratelimit-remaining"]) == ("2", "0")
    assert client.get("/v1/runs").status_code == 200  # the others' limits are theirs
    assert "x-ratelimit-limit" not in client.get("/v1/runs", headers=key("free", limit=0)).headers


def test_a_revoked_key_is_unknown_at_once(server, client, key):
    gone = key("gone")
    assert client.get("/v1/runs", headers=gone).status_code == 200
    server.runs.history.keys.revoke("gone")
    check(client.get("/v1/runs", headers=gone), 401, "UnauthorizedError")


def test_every_endpoint_wants_a_key(server):
    """Also those to come; one that is made to be open has its own line here."""
    open_to_all = {
        ("get", "/v1/health"),
        ("put", "/v1/plugins/uploads/{upload_id}/archive"),  # the address that was given out has a token
    }
    with httpx.Client(base_url=server.url, timeout=60) as stranger:
        paths = stranger.get("/openapi.json").json()["paths"]
        for path, verb in ((path, verb) for path, verbs in paths.items() for verb in verbs):
            status = stranger.request(verb, re.sub(r"{\w+}", "x", path)).status_code
            assert (status == 401) != ((verb, path) in open_to_all), f"{verb} {path}: {status}"
