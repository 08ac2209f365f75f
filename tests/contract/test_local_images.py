"""Images and the models of this machine: read and embedded without a key, through the API and from Python."""

import base64
from collections.abc import Iterator

import httpx
import pytest
from PIL import Image

from playground import Playground
from playground.contract import RawInferenceResponse
from playground.pictures import PICTURES
from playground.providers import capability
from playground.providers.local import Local
from playground.settings import Settings
from tests.contract.serving import Served, serve
from tests.contract.test_events import EVENTS
from tests.contract.test_events import read as events
from tests.remote_files import Files, answer
from tests.remote_files import serve as serve_files
from tests.signs import file, sign
from tests.unit.test_media_hostile import png as bomb

EXIT, GATE = file(sign("EXIT 12")), file(sign("Gate 7", ink="white", paper="#0a6b3b"), "JPEG")
READER = {"provider": "local", "model": "image-reader"}
LOOKS = {"provider": "local", "model": "colour-and-edges"}


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture(scope="module")
def files() -> Iterator[Files]:
    with serve_files({"/exit": answer(EXIT, content_type="text/plain")}) as files:
        yield files


@pytest.fixture(scope="module")
def api(files: Files, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serve(tmp_path_factory.mktemp("images"), PLAYGROUND_MEDIA_HOSTS=files.host) as served:
        yield served


@pytest.fixture
def caller(api: Served) -> Iterator[httpx.Client]:
    with api.client() as made:
        yield made


def ask(caller: httpx.Client, target: dict[str, str], **inputs: object) -> httpx.Response:
    return caller.post("/v1/inference", json={**target, "inputs": inputs})


def refusal(given: httpx.Response, status: int = 400) -> str:
    assert given.status_code == status, given.text
    return given.json()["error"]["message"]


def test_an_image_by_address_and_by_value(caller: httpx.Client, files: Files):
    by_address = ask(caller, READER, prompts=["Read it."], image_url=files.url("/exit")).json()
    by_value = ask(caller, READER, prompts=["Read it."], image_base64=encoded(EXIT)).json()
    assert by_address["data"] == by_value["data"]
    data = by_value["data"]
    assert data["text"] == "EXIT 12"
    assert data["finish_reason"] == "stop"
    [line] = data["lines"]
    assert set(line) == {"text", "confidence", "image", "box"}
    assert [len(corner) for corner in line["box"]] == [2, 2, 2, 2]
    assert set(data["images"][0]) == {"width", "height"}
    assert by_value["tokens_used"] is None


def test_it_costs_nothing_and_says_so(caller: httpx.Client):
    run = ask(caller, READER, prompts=["Read it."], image_base64=encoded(EXIT)).headers["x-run-id"]
    assert caller.get(f"/v1/runs/{run}").json()["cost"] == 0


def test_several_images_and_a_conversation(caller: httpx.Client):
    several = ask(caller, READER, prompts=["Read them."], image_base64s=[encoded(EXIT), encoded(GATE)]).json()["data"]
    assert several["text"] == "EXIT 12\n\nGate 7"
    content = [{"type": "text", "text": "And this?"}, {"type": "image", "base64": encoded(GATE)}]
    before = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Send an image."}]
    talked = ask(caller, READER, messages=[*before, {"role": "user", "content": content}]).json()["data"]
    assert talked["text"] == "Gate 7"


def test_two_prompts_have_lines_each(caller: httpx.Client):
    data = ask(caller, READER, prompts=["Read it.", "Again."], image_base64=encoded(EXIT)).json()["data"]
    assert data["texts"] == ["EXIT 12", "EXIT 12"]
    assert [[line["text"] for line in lines] for lines in data["lines"]] == [["EXIT 12"], ["EXIT 12"]]


def test_lines_arrive_one_by_one(caller: httpx.Client):
    body = {**READER, "inputs": {"prompts": ["Read."], "image_base64": encoded(file(sign("EXIT 12", "Gate 7")))}}
    with caller.stream("POST", "/v1/inference", json=body, headers=EVENTS) as given:
        heard = list(events(given.iter_lines()))
    deltas = [data["text"] for name, data in heard if name == "delta" and data.get("text")]
    assert deltas == ["EXIT 12", "\nGate 7"]
    assert [line["text"] for line in heard[-1][1]["data"]["lines"]] == ["EXIT 12", "Gate 7"]


def test_from_python(tmp_path):
    inputs = {"prompts": ["Read it."], "image_base64": encoded(EXIT)}
    with Playground({"PLAYGROUND_DATA_DIR": str(tmp_path)}) as playground:
        assert playground.run(**READER, inputs=inputs).data["text"] == "EXIT 12"
        *pieces, response = playground.stream(**READER, inputs=inputs)
    assert "".join(map(str, pieces)) == "EXIT 12"
    assert isinstance(response, RawInferenceResponse)


def test_images_become_vectors(caller: httpx.Client, files: Files):
    one = ask(caller, LOOKS, image_url=files.url("/exit")).json()["data"]
    assert len(one["embedding"]) == one["dimensions"] == 256
    two = ask(caller, LOOKS, image_base64s=[encoded(EXIT), encoded(GATE)]).json()["data"]
    assert two["embeddings"][0] == one["embedding"]


def test_who_cannot_look_names_who_can(caller: httpx.Client):
    for model in ("handbook", "summary"):
        said = refusal(ask(caller, READER | {"model": model}, prompts=["Read it."], image_base64=encoded(EXIT)))
        assert said.endswith("leave out `inputs.image_base64`, or ask `image-reader`, which reads the text in images")
    assert "`all-minilm-l6-v2` embeds texts" in refusal(ask(caller, LOOKS, text="a red ball"))
    assert "`inputs.prompts`" in refusal(ask(caller, READER, image_base64=encoded(EXIT)))


@pytest.mark.parametrize("target", [READER, LOOKS], ids=["read", "embedded"])
@pytest.mark.parametrize(
    ("data", "status"),
    [
        (EXIT[: len(EXIT) // 2], 400),
        (b"\x89PNG\r\n\x1a\n" + bytes(400), 400),
        (b"\xff\xd8\xff\xe0" + b"not a photo" * 20, 400),
        (b"GIF89a\xff\xff\xff\xff", 400),
        (b"\0\0\0\x18ftypheic" + bytes(40), 400),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", 400),
        (b"%PDF-1.4\n%%EOF", 400),
        (bomb(30_000, 30_000), 413),
    ],
    ids=["cut off", "no png", "no jpeg", "empty gif", "heic", "svg", "pdf", "bomb"],
)
def test_hostile_files_are_the_callers_fault(caller: httpx.Client, target: dict[str, str], data: bytes, status: int):
    prompts = {"prompts": ["Read it."]} if target is READER else {}
    refusal(ask(caller, target, image_base64=encoded(data), **prompts), status)
    alive = ask(caller, LOOKS, image_base64=encoded(file(Image.new("RGB", (4, 4)))))
    assert alive.status_code == 200


def test_both_are_listed_with_what_they_take(caller: httpx.Client):
    [local, *_] = caller.get("/v1/models").json()["providers"]
    models = {model["id"]: model for model in local["models"]}
    assert (models["image-reader"]["tasks"], models["image-reader"]["inputs"]) == (["chat"], ["text", "image"])
    assert (models["colour-and-edges"]["tasks"], models["colour-and-edges"]["inputs"]) == (["embedding"], ["image"])
    assert models["colour-and-edges"]["dimensions"] == 256
    assert local["models"][0]["id"] == "handbook"  # what the Chat page begins with


def test_the_picker_knows_the_types_that_can_be_opened():
    local = Local(Settings.of({}))
    for id_ in ("image-reader", "colour-and-edges"):
        assert set(capability(local, id_).files["image"]) == set(PICTURES)
    assert capability(local, "handbook").files == {}
