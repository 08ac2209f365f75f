"""The API inside the real app, where Streamlit's pages, middleware and shutdown are around it."""

import signal
import threading
from collections.abc import Iterator

import httpx
import pytest

from tests.browser.conftest import App, start_app, stop_app
from tests.contract.test_errors import check
from tests.contract.test_events import EVENTS, LAST, read
from tests.contract.test_inference import piece
from tests.replay import Answer, ReplayServer, event

pytestmark = pytest.mark.slow

BODY = {"provider": "lab", "model": "m", "inputs": {"prompts": ["Hello"]}}


@pytest.fixture(scope="module")
def lab() -> Iterator[ReplayServer]:
    with ReplayServer() as server:
        yield server


def start(lab: ReplayServer, folder) -> App:
    return start_app(folder, PLAYGROUND_COMPATIBLE_LAB_BASE_URL=f"{lab.url}/v1", PLAYGROUND_RETRIES="0")


def key(app: App) -> str:
    return (app.data / "api_key").read_text().strip()


def connect(app: App) -> httpx.Client:
    return httpx.Client(base_url=app.url, headers={"Authorization": f"Bearer {key(app)}"}, timeout=60)


@pytest.fixture(scope="module")
def app(lab: ReplayServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    running = start(lab, tmp_path_factory.mktemp("mounted"))
    yield running
    stop_app(running)


@pytest.fixture
def client(app: App) -> Iterator[httpx.Client]:
    with connect(app) as made:
        yield made


def test_the_terminal_says_how_and_keeps_the_key(app):
    said = app.log.read_text()
    assert f"{app.url}/v1/inference" in said
    assert str(app.data / "api_key") in said
    assert key(app) not in said


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/nothing", "/v1/inference/x"])
def test_unknown_paths_are_not_pages(client, path):
    for verb in ("GET", "POST"):
        check(client.request(verb, path), 404, "NotFoundError")


@pytest.mark.parametrize(("verb", "path"), [("GET", "/v1/inference"), ("POST", "/docs"), ("POST", "/openapi.json")])
def test_wrong_verbs_are_not_pages(client, verb, path):
    check(client.request(verb, path), 405, "MethodNotAllowedError")


def test_what_needs_no_key(app):
    assert httpx.get(f"{app.url}/v1/health", timeout=60).json()["status"] == "ok"
    assert "/v1/inference" in httpx.get(f"{app.url}/openapi.json", timeout=60).json()["paths"]
    assert "default-src 'none'" in httpx.get(f"{app.url}/docs", timeout=60).headers["content-security-policy"]
    check(httpx.get(f"{app.url}/v1/runs", timeout=60), 401, "UnauthorizedError")


def test_a_stream_passes_unbuffered_and_hanging_up_reaches_the_provider(client, lab):
    lab.hung_up.clear()
    lab.on("POST", "/v1/chat/completions", Answer.stream([piece("first")], then="hang"))
    with client.stream("POST", "/v1/inference", json=BODY, headers=EVENTS) as answer:
        heard = read(answer.iter_lines())  # kept, for a generator that is dropped hangs up
        assert next(heard) == ("delta", {"index": 0, "text": "first"})
        assert not lab.hung_up.is_set()
    assert lab.hung_up.wait(20)


def test_a_client_that_waits_and_goes_reaches_the_provider(client, lab):
    lab.hung_up.clear()
    lab.on("POST", "/v1/chat/completions", Answer(wait=60))
    with pytest.raises(httpx.ReadTimeout):
        client.post("/v1/inference", json=BODY, timeout=1)
    assert lab.hung_up.wait(20)


def test_too_large_a_body(client):
    answer = client.post("/v1/inference", content=b"x" * (65 << 20), headers={"Content-Type": "application/json"})
    check(answer, 413, "PayloadTooLargeError")


def test_stopping_the_server_stops_its_runs(lab, tmp_path):
    app = start(lab, tmp_path)
    lab.on("POST", "/v1/chat/completions", Answer.stream([piece("half")], then="hang"))
    heard: list[tuple[str, object]] = []
    started = threading.Event()

    def listen() -> None:
        with connect(app) as client, client.stream("POST", "/v1/inference", json=BODY, headers=EVENTS) as answer:
            for each in read(answer.iter_lines()):
                heard.append(each)
                started.set()

    listener = threading.Thread(target=listen)
    listener.start()
    assert started.wait(30)
    app.process.send_signal(signal.SIGINT)
    app.process.wait(30)
    listener.join()
    assert [name for name, _ in heard] == ["delta", "error"]
    assert heard[1][1]["error"]["type"] == "CancelledError"
    again = start(lab, tmp_path)
    with connect(again) as client:
        run = client.get("/v1/runs").json()["runs"][0]
        detail = client.get(f"/v1/runs/{run['id']}").json()
    stop_app(again)
    assert (detail["state"], detail["partial"]) == ("cancelled", ["half"])


def test_text_in_pieces_then_the_response(client, lab):
    lab.on("POST", "/v1/chat/completions", Answer.stream([piece("Hel"), piece("lo"), LAST, event("[DONE]")]))
    with client.stream("POST", "/v1/inference", json=BODY, headers=EVENTS) as answer:
        heard = list(read(answer.iter_lines()))
    assert heard[-1][1]["data"]["text"] == "Hello"
