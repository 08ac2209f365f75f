"""Files through the API: by address and by value, into local models and a provider, and hostile ones."""

import base64
import io
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image

from playground import samples
from tests.contract.serving import Served, serve
from tests.contract.test_inference import COMPLETION
from tests.remote_files import Files, answer, redirect
from tests.remote_files import serve as serve_files
from tests.replay import Answer, ReplayServer
from tests.unit.test_media_hostile import png as bomb

SPEECH = (samples.FOLDER / "speech.flac").read_bytes()
SPEAK = {"provider": "local", "model": "pocketsphinx-en-us"}
SEE = {"provider": "replay", "model": "m"}


def png() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(held, "PNG")
    return held.getvalue()


IMAGE = png()
PATHS = {
    "/speech": answer(SPEECH, content_type="text/plain"),
    "/image": answer(IMAGE),
    "/inside": redirect("http://localhost:22/"),
    "/bomb": answer(bomb(30_000, 30_000)),
    "/large": answer(b"x", content_length="999999999"),
}


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    with serve_files(PATHS) as files:
        yield files


@pytest.fixture(scope="module")
def api(provider: ReplayServer, files: Files, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The API of an operator who lets files be fetched from one host."""
    with serve(
        tmp_path_factory.mktemp("files"),
        PLAYGROUND_COMPATIBLE_REPLAY_BASE_URL=f"{provider.url}/v1",
        PLAYGROUND_MEDIA_HOSTS=f"{files.host}, elsewhere.example",
        PLAYGROUND_RATE_LIMIT=0,
    ) as served:
        yield served


@pytest.fixture
def caller(api: Served) -> Iterator[httpx.Client]:
    with api.client() as made:
        yield made


def ask(caller: httpx.Client, target: dict[str, str], **inputs: object) -> httpx.Response:
    return caller.post("/v1/inference", json={**target, "inputs": inputs})


@pytest.mark.slow
def test_a_sound_by_address_and_by_value_is_understood_alike(caller: httpx.Client, files: Files):
    by_address = ask(caller, SPEAK, audio_url=files.url("/speech")).json()
    by_value = ask(caller, SPEAK, audio_base64=base64.b64encode(SPEECH).decode()).json()
    assert by_address["data"]["text"] == by_value["data"]["text"]
    assert len(by_address["data"]["words"]) > 10


def test_an_image_by_address_arrives_at_the_provider(caller: httpx.Client, files: Files, provider: ReplayServer):
    provider.on("POST", "/v1/chat/completions", Answer.json(COMPLETION))
    given = ask(caller, SEE, prompts=["What is it?"], image_url=files.url("/image"))
    assert given.status_code == 200
    assert base64.b64encode(IMAGE).decode() in provider.requests[-1].body.decode()


def test_the_run_shows_what_was_fetched_and_not_what_opened_it(
    caller: httpx.Client, files: Files, provider: ReplayServer
):
    provider.on("POST", "/v1/chat/completions", Answer.json(COMPLETION))
    given = ask(caller, SEE, prompts=["What is it?"], image_url=f"{files.url('/image')}?token=topsecret")
    shown = caller.get(f"/v1/runs/{given.headers['x-run-id']}").text
    assert "media:" in shown
    assert "topsecret" not in shown


REFUSED = {
    "loopback": ("http://127.0.0.1/", 400, "no address on the public internet"),
    "decimal": ("http://2130706433/", 400, "no address on the public internet"),
    "metadata": ("http://169.254.169.254/latest/", 400, "no address on the public internet"),
    "mapped": ("http://[::ffff:127.0.0.1]/", 400, "no address on the public internet"),
    "another port": ("http://localhost:6379/", 400, "only 80 and 443"),
    "file": ("file:///etc/passwd", 400, "must be an address"),
    "password": ("http://a:b@example.com/", 400, "user name or password"),
    "data": ("data:text/html;base64,PGh0bWw+", 400, "no file of a known type"),
}


@pytest.mark.parametrize(("address", "status", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_refused_addresses(caller: httpx.Client, address: str, status: int, sentence: str):
    given = ask(caller, SPEAK, audio_url=address)
    assert given.status_code == status
    assert sentence in given.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "status", "sentence"),
    [
        ("/inside", 400, "only 80 and 443"),
        ("/bomb", 413, "pixels"),
        ("/large", 413, "48 MB together"),
        ("/none", 400, "status 404"),
        ("/speech", 400, "holds audio/flac, but image is wanted"),
    ],
)
def test_refused_files(caller: httpx.Client, files: Files, path: str, status: int, sentence: str):
    given = ask(caller, SEE, prompts=["What is it?"], image_url=files.url(path))
    assert given.status_code == status
    assert sentence in given.json()["error"]["message"]
    assert caller.get("/v1/health").status_code == 200
