"""Plugins over HTTP: what they give, what there is, and how they come and go."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.contract.serving import Served, serve
from tests.contract.test_errors import check
from tests.packing import GOOD, archive, named

LETTERS = "letter_counts_1_0_0"
SLOW = """
import time


async def run_inference(inputs, parameters):
    time.sleep(600)
"""
BROKEN = {"manifest.py": "feature_extractor_name = 'broken_one'\n", "realtime.py": "x = 1\n"}


def installed(folder: Path, **plugins: dict[str, str]) -> Path:
    """A folder of plugins."""
    for name, files in plugins.items():
        for file, text in files.items():
            (folder / name).mkdir(parents=True, exist_ok=True)
            (folder / name / file).write_text(text)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Where a server of these tests finds everything, also a second one."""
    data = tmp_path_factory.mktemp("plugins-api")
    installed(data / "plugins", letters=GOOD, slow=named("slow_one", realtime=SLOW), broken=BROKEN)
    return {"data_dir": data, "PLAYGROUND_PLUGINS_UPLOADS": "true"}


@pytest.fixture(scope="module")
def plugged(folders: dict[str, object]) -> Iterator[Served]:
    with serve(**folders) as served:
        yield served


@pytest.fixture
def client(plugged: Served) -> Iterator[httpx.Client]:
    with plugged.client() as made:
        yield made


def tried(client: httpx.Client, plugin: str = LETTERS, namespace: str = "default", **body: object) -> dict:
    answer = client.post(f"/v1/namespaces/{namespace}/plugins/{plugin}/realtime/test", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def send(client: httpx.Client, files: dict[str, str], name: str, namespace: str = "mine", version: str = "1.0.0"):
    return client.post(
        f"/v1/namespaces/{namespace}/plugins",
        files={"file": ("plugin.zip", archive(files), "application/zip")},
        data={"name": name, "version": version},
    )


def brought(address: str, content: bytes) -> httpx.Response:
    """Put to the address of an upload, without a key."""
    return httpx.put(address, content=content, timeout=60)


@pytest.mark.parametrize("name", [LETTERS, f"custom_plugin_{LETTERS}"])
def test_what_a_plugin_gives(client, name):
    assert tried(client, name, inputs={"text": "abba"}, parameters={"a": 1}, note="unknown keys are ignored") == {
        "status": "success",
        "inference_name": f"custom_plugin_{LETTERS}",
        "raw_response": {"embedding": [2.0, 2.0, 0.0]},
        "response_type": "dict",
        "response_keys": ["embedding"],
        "error": None,
        "message": f"Inference call to 'custom_plugin_{LETTERS}' succeeded",
    }


def test_no_inputs_are_inputs_too(client):
    path = f"/v1/namespaces/default/plugins/{LETTERS}/realtime/test"
    answers = [client.post(path, json={}), client.post(path, headers={"Content-Type": "application/json"})]
    assert [each.json()["raw_response"] for each in answers] == [{"embedding": [0.0, 0.0, 0.0]}] * 2


def test_every_door_gives_the_same(client):
    for asked in (
        {"inference_name": LETTERS},
        {"inference_name": f"custom_plugin_{LETTERS}"},
        {"feature_uri": "mixpeek://letter_counts@v1/letters"},
    ):
        answer = client.post("/v1/inference", json=asked | {"inputs": {"text": "abba"}})
        assert answer.json()["data"] == {"embedding": [2.0, 2.0, 0.0]}, answer.text


def test_a_plugin_that_raises_is_an_answer(client):
    answer = tried(client, inputs={"text": "fail"})
    assert (answer["status"], answer["raw_response"], answer["response_type"]) == ("error", None, None)
    assert "I was told to fail" in answer["error"]
    text = json.dumps(answer)
    assert "Traceback" not in text
    assert "realtime.py" not in text
    assert client.get(f"/v1/namespaces/default/plugins/{LETTERS}/status").json()["status"] == "deployed"


def test_a_broken_plugin_says_why(client):
    answer = tried(client, "broken_one_0_0_0", inputs={})
    assert answer["status"] == "error"
    assert "`version` is missing" in answer["error"]
    status = client.get("/v1/namespaces/default/plugins/broken_one_0_0_0/status").json()
    assert (status["status"], status["deployed"], status["realtime_enabled"]) == ("failed", False, False)
    assert "`version` is missing" in status["error"]


@pytest.mark.parametrize("body", [b"[]", b'{"inputs": 1}', b'{"parameters": []}', b"{", b'{"inputs": {"a": NaN}}'])
def test_a_body_that_is_none(client, body):
    path = f"/v1/namespaces/default/plugins/{LETTERS}/realtime/test"
    check(client.post(path, content=body, headers={"Content-Type": "application/json"}), 422, "ValidationError")


@pytest.mark.parametrize("id", ["nobody_1_0_0", "..", "%2e%2e%2fx", "a/b", "letter_counts"])
def test_unknown_plugins(client, id):
    for verb, rest in (("POST", "/realtime/test"), ("GET", ""), ("GET", "/status"), ("POST", "/deploy")):
        answer = client.request(verb, f"/v1/namespaces/default/plugins/{id}{rest}", json={} if rest else None)
        assert answer.status_code in (404, 405), (verb, rest, answer.text)  # `..` is another path


def test_who_may(plugged, client):
    path = f"/v1/namespaces/default/plugins/{LETTERS}/realtime/test"
    check(httpx.post(f"{plugged.url}{path}", json={}, timeout=60), 401, "UnauthorizedError")
    text, kept = plugged.runs.history.keys.create("of-one", ["mine"], None)
    own = {"Authorization": f"Bearer {text}"}
    check(client.post(path, json={}, headers=own), 403, "ForbiddenError")
    assert client.get("/v1/namespaces/mine/plugins", headers=own).status_code == 200
    check(client.post("/v1/plugins/uploads", json={"name": "abc", "version": "1"}, headers=own), 403, "ForbiddenError")
    check(client.delete(f"/v1/plugins/{LETTERS}", headers=own), 403, "ForbiddenError")
    check(client.get("/v1/namespaces/-x/plugins"), 400, "BadRequestError")
    plugged.runs.history.keys.revoke(kept.id)


def test_a_client_that_goes_ends_the_call(plugged):
    def until(*states: str) -> None:
        while plugged.runs.plugins.health("slow_one_1_0_0").state not in states:
            time.sleep(0.02)

    host, port = plugged.url.removeprefix("http://").split(":")
    head = f"POST /v1/namespaces/default/plugins/slow_one_1_0_0/realtime/test HTTP/1.1\r\nHost: {host}\r\n"
    body = f"Authorization: Bearer {plugged.key}\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall((head + body).encode())
        until("busy")
    until("idle", "ready")  # by itself it would have taken ten minutes


def test_what_there_is(client):
    listed = client.get("/v1/namespaces/default/plugins").json()
    assert (listed["total"], listed["namespace_id"]) == (len(listed["plugins"]), "default")
    assert {each["plugin_id"]: each["deployed"] for each in listed["plugins"]} == {
        "broken_one_0_0_0": False,
        LETTERS: True,
        "slow_one_1_0_0": True,
    }
    org = client.get("/v1/plugins").json()
    assert (org["organization_id"], [each["plugin_id"] for each in org["plugins"]]) == (
        "server",
        [each["plugin_id"] for each in listed["plugins"]],
    )
    for path in ("/v1/namespaces/other/plugins", "/v1/plugins"):
        one = client.get(f"{path}/{LETTERS}").json()["plugin"]
        assert (one["namespace_id"], one["organization_id"]) == (None, "server")
        assert one["manifest"]["features"] == [
            {
                "feature_type": "embedding",
                "feature_name": "letters",
                "embedding_dim": 3,
                "distance_metric": "cosine",
            }
        ]
        assert one["deployment_info"]["feature_uri"] == "mixpeek://letter_counts@1.0.0/letters"
        assert len(one["code_hash"]) == 64


def test_extractors(client):
    def found(**query: str) -> dict:
        answer = client.get("/v1/namespaces/default/extractors", params=query).json()
        assert answer["total"] == len(answer["extractors"]) == answer["builtin_count"] + answer["custom_count"]
        return {each["feature_extractor_id"]: each for each in answer["extractors"]}

    builtin, custom = found(source="builtin"), found(source="custom")
    assert found() == builtin | custom
    assert {each["source"] for each in builtin.values()} == {"builtin"}
    assert list(builtin) == ["text_extractor_v1", "multimodal_extractor_v1", "multimodal_extractor_v2"]
    small = builtin["text_extractor_v1"]
    uris = {each["feature_uri"]: each["index"]["dimensions"] for each in small["required_vector_indexes"]}
    assert uris["mixpeek://text_extractor@v1/all_minilm_l6_v2_v1"] == 384
    assert (custom[LETTERS]["realtime_available"], custom[LETTERS]["inference_type"]) == (True, "embedding")
    assert "broken_one_0_0_0" not in custom
    assert found(source="custom", include_disabled="true")["broken_one_0_0_0"]["realtime_available"] is False
    assert client.get(f"/v1/namespaces/default/extractors/{LETTERS}").json() == custom[LETTERS]
    check(client.get("/v1/namespaces/default/extractors/none"), 404, "NotFoundError")
    check(client.get("/v1/namespaces/default/extractors?source=other"), 422, "ValidationError")


def test_switched_off_it_says_by_what(server):
    with server.client() as client:
        for verb, path in (
            ("POST", "/v1/namespaces/mine/plugins"),
            ("POST", "/v1/namespaces/mine/plugins/uploads"),
            ("POST", "/v1/plugins/uploads"),
            ("PUT", "/v1/plugins/uploads/upl_1/archive?token=x"),
            ("POST", "/v1/namespaces/mine/plugins/x_1_0_0/deploy"),
            ("DELETE", "/v1/plugins/x_1_0_0"),
            ("POST", "/v1/namespaces/mine/plugins/org/x_1_0_0/disable"),
        ):
            error = check(client.request(verb, path), 403, "NotEnabledError")
            assert "PLAYGROUND_PLUGINS_UPLOADS=true" in error["message"]
        assert client.get("/v1/namespaces/mine/plugins").status_code == 200


def test_an_upload_lives_and_ends(folders, plugged, client):
    path = "/v1/namespaces/mine/plugins/sent_one_1_0_0"
    answer = send(client, named("sent_one"), "sent_one")
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert (made["plugin_id"], made["validation_status"], made["deployment_status"]) == (
        "sent_one_1_0_0",
        "passed",
        "pending",
    )
    check(send(client, named("sent_one"), "sent_one", version="v1"), 409, "AlreadyExistsError")

    assert client.get(f"{path}/status").json()["status"] == "not_deployed"
    waiting = tried(client, "sent_one_1_0_0", "mine", inputs={"text": "a"})
    assert (waiting["status"], "POST …/plugins/sent_one_1_0_0/deploy" in waiting["error"]) == ("error", True)

    deployed = client.post(f"{path}/deploy?deployment_type=realtime").json()
    assert (deployed["status"], deployed["route_prefix"]) == ("deployed", "/inference/custom_plugin_sent_one_1_0_0")
    asked = {"inference_name": "sent_one_1_0_0", "inputs": {"text": "abc"}}
    assert tried(client, "sent_one_1_0_0", "mine", inputs={"text": "a"})["raw_response"] == {"embedding": [1, 0, 0]}
    here = client.post("/v1/inference", json=asked, headers={"X-Namespace": "mine"})
    assert here.json()["data"] == {"embedding": [1, 1, 1]}
    check(client.post("/v1/inference", json=asked), 404, "NotFoundError")  # another namespace's
    check(client.get("/v1/namespaces/default/plugins/sent_one_1_0_0"), 404, "NotFoundError")
    assert "sent_one_1_0_0" not in client.get("/v1/plugins").text

    with serve(**folders) as again, again.client() as other:
        assert tried(other, "sent_one_1_0_0", "mine", inputs={"text": "a"})["status"] == "success"

    assert client.post(f"{path}/undeploy").json()["status"] == "not_deployed"
    check(client.post("/v1/inference", json=asked, headers={"X-Namespace": "mine"}), 404, "NotFoundError")
    assert client.delete(path).json()["success"] is True
    check(client.get(path), 404, "NotFoundError")
    assert not list((plugged.runs.plugins.uploads.folder).glob("mine-*/*"))


def test_an_upload_by_an_address(client):
    asked = {"name": "put_one", "version": "1.0.0", "presigned_url_expiration": 60}
    told = client.post("/v1/namespaces/mine/plugins/uploads", json=asked).json()
    confirm = f"/v1/namespaces/mine/plugins/uploads/{told['upload_id']}/confirm"
    error = check(client.post(confirm), 404, "NotFoundError")
    assert error["code"] == "archive_missing"

    put = brought(told["presigned_url"], archive(named("put_one", realtime="import socket\n")))
    assert put.status_code == 200, put.text
    assert put.headers["etag"] == f'"{put.json()["etag"]}"'
    error = check(client.post(confirm, json={"etag": "other"}), 400, "BadRequestError")
    assert error["code"] == "archive_differs"
    error = check(client.post(confirm, json={"etag": put.headers["etag"]}), 400, "BadRequestError")
    assert [(each["file"], each["line"], each["column"]) for each in error["details"]["findings"]] == [
        ("realtime.py", 1, 0)
    ]
    assert "imports `socket`" in error["details"]["findings"][0]["message"]

    put = brought(told["presigned_url"], archive(named("put_one")))
    check(client.post(confirm.replace("mine", "other")), 404, "NotFoundError")
    done = client.post(confirm, json={"file_size_bytes": put.json()["file_size_bytes"]}).json()
    assert (done["plugin_id"], done["deployment_status"]) == ("put_one_1_0_0", "pending")
    check(client.post(confirm), 404, "NotFoundError")
    check(brought(told["presigned_url"], b"x"), 404, "NotFoundError")
    check(client.post("/v1/namespaces/mine/plugins/uploads", json=asked), 409, "AlreadyExistsError")
    client.delete("/v1/namespaces/mine/plugins/put_one_1_0_0")


def test_an_address_needs_its_token(plugged, client):
    told = client.post("/v1/namespaces/mine/plugins/uploads", json={"name": "put_one", "version": "2"}).json()
    address = told["presigned_url"].partition("?")[0]
    check(brought(f"{address}?token=guess", b"x"), 403, "ForbiddenError")
    check(brought(address, b"x"), 422, "ValidationError")
    check(brought(told["presigned_url"], b""), 400, "BadRequestError")


def test_an_upload_for_all_and_who_does_without(client):
    told = client.post("/v1/plugins/uploads", json={"name": "for_all", "version": "1.0.0"}).json()
    assert told["organization_id"] == "server"
    brought(told["presigned_url"], archive(named("for_all")))
    done = client.post(f"/v1/plugins/uploads/{told['upload_id']}/confirm").json()
    assert done["deployment_status"] == "deployed"

    def seen(namespace: str) -> bool:
        listed = client.get(f"/v1/namespaces/{namespace}/plugins/available").json()["plugins"]
        enabled = {each["plugin_id"]: each["enabled_in_namespace"] for each in listed}["for_all_1_0_0"]
        answer = client.post(f"/v1/namespaces/{namespace}/plugins/for_all_1_0_0/realtime/test", json={})
        assert answer.status_code == (200 if enabled else 404)
        return enabled

    assert client.post("/v1/namespaces/mine/plugins/org/for_all_1_0_0/disable").json()["success"] is True
    assert [seen("mine"), seen("other")] == [False, True]
    check(client.delete("/v1/namespaces/other/plugins/for_all_1_0_0"), 400, "BadRequestError")
    enabled = client.post("/v1/namespaces/mine/plugins/org/for_all_1_0_0/enable", json={"deploy": True}).json()
    assert enabled["deployment_status"] == "deployed"
    assert seen("mine")
    assert client.delete("/v1/plugins/for_all_1_0_0").json()["deployment_removed"] is True
    check(client.get("/v1/plugins/for_all_1_0_0"), 404, "NotFoundError")
    check(client.post("/v1/namespaces/mine/plugins/org/none_1_0_0/enable"), 404, "NotFoundError")


def test_the_operators_plugins_are_changed_in_their_folder(client):
    for verb, rest in (("POST", "/deploy"), ("POST", "/undeploy"), ("DELETE", "")):
        error = check(client.request(verb, f"/v1/namespaces/mine/plugins/{LETTERS}{rest}"), 400, "BadRequestError")
        assert error["code"] == "plugin_not_uploaded"


def test_forms_that_are_refused(client):
    path = "/v1/namespaces/mine/plugins"
    check(client.post(path, json={"name": "x"}), 422, "ValidationError")
    check(client.post(path, files={"other": b"x"}, data={"name": "abc", "version": "1"}), 422, "ValidationError")
    check(client.post(path, files={"file": b"x"}, data={"version": "1"}), 422, "ValidationError")
    check(client.post(path, content=b"x", headers={"Content-Type": "multipart/form-data"}), 400, "BadRequestError")
    check(send(client, GOOD, "no name"), 400, "BadRequestError")
    assert check(send(client, GOOD, "other_name"), 400, "BadRequestError")["code"] == "plugin_manifest"
    slip = send(client, GOOD | {"../x": ""}, "letter_counts")
    assert check(slip, 400, "BadRequestError")["code"] == "package"
