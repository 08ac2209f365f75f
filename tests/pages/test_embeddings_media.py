"""Images and other files on the Embeddings page: what goes to whom, what is refused, what is there again later."""

import base64
import io
import shutil
from random import Random

import pytest
from PIL import Image

from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError
from playground.record import RunRecord
from playground.runs import shared
from playground.shapes import CORNERS, shapes
from playground.texts import Table
from playground.ui.attachments.attachment import at as address
from playground.ui.attachments.attachment import opened
from playground.ui.embeddings.embedded import Embedded, embedded
from playground.ui.embeddings.items import inputs_of, spread
from playground.ui.embeddings.shelf import Rows, shelf, with_files
from playground.ui.embeddings.thumbnails import thumbnail
from tests.pages.conftest import settle
from tests.pages.test_embeddings import REVIEWS, chart, said, upload
from tests.replay import Answer
from tests.specimens import FILM, PAPER, SOUND, picture

GEMINI = "/v1beta/models/gemini-embedding-2:batchEmbedContents"


@pytest.fixture
def google(environment, replay):
    environment(GOOGLE_API_KEY="google-embeddings-test-0123", GOOGLE_GEMINI_BASE_URL=replay.url, PLAYGROUND_RETRIES="0")
    listed = {"name": "models/gemini-embedding-2", "supportedGenerationMethods": ["embedContent"]}
    replay.on("GET", "/v1beta/models", Answer.json({"models": [listed]}))
    return replay


@pytest.fixture(autouse=True)
def no_memory():
    """What is cached by content or by run would hide what is not on disk."""
    thumbnail.cache_clear()
    embedded.clear()


def restarted() -> None:
    """Forget what this process knows, as a restart does."""
    shared().close()
    for remembered in (shared, shelf, thumbnail):
        remembered.cache_clear()
    embedded.clear()


def choose(at, provider: str, model: str):
    at.selectbox(key="embeddings_provider").set_value(provider).run()
    for _ in range(600):  # until the provider has told its models
        if model in at.selectbox(key="embeddings_model").options:
            break
        at.run()
    return at.selectbox(key="embeddings_model").set_value(model).run()


def give(at, *files: tuple[str, bytes]):
    for name, data in files:
        [uploader] = [each for each in at.file_uploader if str(each.key).startswith("embeddings_files_upload_")]
        at = uploader.upload(name, data).run()
        assert not at.exception
    return at


def embed(at):
    at = settle(at.button(key="embeddings_go").click().run())
    assert not at.exception
    return at


def buttons(at) -> list[str]:
    return [button.label for button in at.button if "_use_" in str(button.key)]


def test_one_click_maps_generated_images(page, core):
    at = settle(page("embeddings").button(key="embeddings_example_shapes").click().run())
    assert not at.exception
    [run] = core().history.search("default")
    assert (run.status, run.provider, run.model) == ("done", "local", "colour-and-edges")
    assert "**Generated shapes** · 24 images · 256 dimensions" in said(at)
    alt, option = chart(at)
    assert alt.startswith("Map of 24 images by")
    assert alt.endswith("coloured by shape")
    drawn = [series for series in option["series"] if series["id"].startswith("mark: pictures of")]
    assert {series["name"] for series in drawn} == set(CORNERS)
    assert all(each["symbol"].startswith("image://data:image/webp;base64,") for row in drawn for each in row["data"])
    assert sum(len(series["data"]) for series in drawn) == 24
    at.get_by_key("embeddings_pictures").set_value(False).run()
    assert not [series for series in chart(at)[1]["series"] if series["id"].startswith("mark: pictures of")]


def test_what_looks_alike_lies_close(page, core):
    at = settle(page("embeddings").button(key="embeddings_example_shapes").click().run())
    names = [shape.name for shape in shapes()]
    at.selectbox(key="embeddings_focus").set_value(names.index("generated red star.png")).run()
    near = at.dataframe[0].value
    assert near["Image"].str.contains("star").tolist()[:3] == [True] * 3
    assert near["Picture"].str.startswith("data:image/webp;base64,").all()
    assert "**generated red star.png**" in said(at)


def test_an_old_run_has_its_pictures_names_and_colours_after_a_restart(page, core):
    settle(page("embeddings").button(key="embeddings_example_shapes").click().run())
    [run] = core().history.search("default")
    assert all(mark.startswith("media:") for mark in run.request["inputs"]["image_base64s"])
    restarted()
    at = page("embeddings", run=run.id)
    assert not at.exception
    assert chart(at)[0].endswith("coloured by shape")
    assert at.selectbox(key="embeddings_colour").options == ["nothing", "shape", "colour", "kind"]
    assert any(series["id"].startswith("mark: pictures of") and series["data"] for series in chart(at)[1]["series"])


def test_labels_of_an_uploaded_file_outlive_a_restart(page, core):
    embed(upload(page("embeddings"), "reviews.csv", REVIEWS))
    [run] = core().history.search("default")
    restarted()
    at = page("embeddings", run=run.id)
    assert "**reviews.csv** · 4 texts" in said(at)
    assert "1 row without text left out" in said(at)
    assert at.selectbox(key="embeddings_colour").value == "mood"
    assert at.selectbox(key="embeddings_colour").options == ["nothing", "mood", "id", "stars", "characters"]


def test_texts_and_files_go_to_a_model_with_one_space_and_share_a_map(page, core, google):
    vectors = [{"values": [1.0, place / 4, 0.5]} for place in range(6)]
    google.on("POST", GEMINI, Answer.json({"embeddings": vectors}))
    at = choose(page("embeddings"), "google", "gemini-embedding-2")
    at.text_area(key="embeddings_lines").set_value("a red sign\na blue sign").run()
    files = [("sign.png", picture()), ("hum.wav", SOUND.data), ("light.mp4", FILM.data), ("bill.pdf", PAPER.data)]
    at = embed(give(at, *files))
    [request] = [each.json["requests"] for each in google.requests if each.method == "POST"]
    parts = [each["content"]["parts"][0] for each in request]
    assert [part.get("text") for part in parts[:2]] == ["a red sign", "a blue sign"]
    sent = [(part["inlineData"]["mimeType"], base64.b64decode(part["inlineData"]["data"])) for part in parts[2:]]
    types = ["image/png", "audio/wav", "video/mp4", "application/pdf"]
    assert sent == [(mime, data) for mime, (_, data) in zip(types, files, strict=True)]
    assert "6 items · 3 dimensions" in said(at)
    alt, option = chart(at)
    assert alt.endswith("coloured by kind")
    at.get_by_key("embeddings_pictures").set_value(False).run()
    _, option = chart(at)
    symbols = [series["symbol"] for series in option["series"] if not series["id"].startswith("mark: ")]
    assert len(set(symbols)) == 5, "each kind looks different"
    at.session_state["embeddings_selected"] = [1, 2, 4]
    at.run()
    table = at.dataframe[1].value
    assert table["item"].tolist() == ["a blue sign", "sign.png", "light.mp4"]
    assert [bool(picture) for picture in table["Picture"]] == [False, True, True], "a film shows its first frame"


def test_a_model_for_texts_says_why_not_and_who_does(page, core, google):
    at = page("embeddings")
    assert "`all-minilm-l6-v2` takes text only. Images go to:" in said(at)
    assert {"Use colour-and-edges on this machine", "Use gemini-embedding-2 by Google"} <= set(buttons(at))
    at = give(choose(at, "google", "gemini-embedding-2"), ("sign.png", picture()))
    at.text_area(key="embeddings_lines").set_value("a sign").run()
    at = choose(at, "local", "all-minilm-l6-v2")
    assert "`all-minilm-l6-v2` takes text only, so images cannot go to it." in said(at)
    assert at.button(key="embeddings_go").disabled
    assert "Use gemini-embedding-2 by Google" in buttons(at)
    assert "Use clip-vit-b-32 on this machine" in buttons(at)
    assert "Use colour-and-edges on this machine" not in buttons(at), "it does not take the text"
    at.query_params.clear()  # a browser's address follows the box; here it would be read again
    at.button(key="embeddings_refused_use_google_gemini-embedding-2").click().run()
    assert at.selectbox(key="embeddings_provider").value == "google"
    assert not at.button(key="embeddings_go").disabled
    assert core().history.search("default") == []


def test_a_model_for_images_takes_no_texts(page, core):
    at = page("embeddings")
    at.text_area(key="embeddings_lines").set_value("a sign").run()
    at = choose(at, "local", "colour-and-edges")
    assert "`colour-and-edges` takes images only. Texts go to:" in said(at)
    assert not [box for box in at.text_area if box.key == "embeddings_lines"]
    embed(give(at, ("sign.png", picture()), ("other.png", picture("ENTRY 9"))))
    [run] = core().history.search("default")
    assert list(run.request["inputs"]) == ["image_base64s"], "the text is kept and not sent"


def test_the_api_refuses_to_mix_what_has_no_common_space(core):
    image = base64.b64encode(picture()).decode()
    request = RawInferenceRequest(
        provider="local", model="colour-and-edges", inputs={"text": "a sign", "image_base64": image}
    )
    run = core().start(request)
    run.wait(60)
    assert isinstance(run.error, BadRequestError)
    assert "`colour-and-edges` embeds image, not text" in run.error.message


def test_lines_that_are_addresses_can_become_files(page, core, google):
    at = choose(page("embeddings"), "google", "gemini-embedding-2")
    lines = "a text\nhttps://a.example/one.png\nhttps://a.example/two.jpg?key=1\nhttps://a.example/page"
    at.text_area(key="embeddings_lines").set_value(lines).run()
    assert at.button(key="embeddings_addresses").label == "Take 2 addresses as images"
    at.button(key="embeddings_addresses").click().run()
    assert at.text_area(key="embeddings_lines").value == "a text\nhttps://a.example/page"
    assert [file.name for file in at.session_state["embeddings_tray"]] == ["one.png", "two.jpg"]
    assert "fetched here, then sent" in said(at), "Gemini's embeddings take no addresses"


def test_a_file_that_cannot_be_read_says_so(page):
    at = give(choose(page("embeddings"), "local", "colour-and-edges"), ("broken.png", picture()[:40]))
    assert "`broken.png` begins like image/png and cannot be read as that" in said(at)
    assert not at.session_state["embeddings_tray"]


def test_pictures_that_are_lost_leave_the_map(page, core):
    settle(page("embeddings").button(key="embeddings_example_shapes").click().run())
    [run] = core().history.search("default")
    shutil.rmtree(core().settings.data_dir / "media")
    restarted()
    at = page("embeddings", run=run.id)
    assert not at.exception
    assert chart(at)[0].startswith("Map of 24 images")
    assert "Pictures" not in [toggle.label for toggle in at.toggle]


def test_the_order_of_files_is_the_order_of_their_fields(core):
    one, two = opened("1.png", picture()), opened("2.png", picture("ENTRY 9"))
    hum, there = opened("hum.wav", SOUND.data), address("https://a.example/3.png")
    inputs = inputs_of(["a"], [one, hum, there, two])
    assert list(inputs) == ["texts", "image_base64s", "audio_base64s", "image_urls"]
    assert [base64.b64decode(each) for each in inputs["image_base64s"]] == [one.data, two.data]
    rows = with_files(Rows(Table({"text": ["a"], "kind": ["x"]}), "text", "one"), [one, hum, there, two])
    assert rows.table.columns["item"] == ["a", "1.png", "2.png", "hum.wav", "3.png"]
    assert rows.table.columns["kind of texts"] == ["x", None, None, None, None]
    assert rows.texts == ["a"]


def test_files_of_one_name_are_told_apart(core):
    rows = with_files(None, [opened("a.png", picture()), opened("a.png", picture("ENTRY 9"))])
    assert rows.table.columns["item"] == ["a.png 1", "a.png 2"]


def test_a_film_in_segments_has_a_row_for_each():
    first, second, other = {"start": 0, "end": 16}, {"start": 16, "end": 24.5}, {"start": 0, "end": 9}
    assert list(spread([None, first, second, other, None])) == [
        (0, ""),
        (1, "0–16 s"),
        (1, "16–24.5 s"),
        (2, "0–9 s"),
        (3, ""),
    ]
    found = film_run([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]], [None, first, second])
    assert found.texts == ["a", "one.mp4 · 0–16 s", "one.mp4 · 16–24.5 s"]
    assert found.kinds == ["text", "video", "video"]
    assert found.noun == "items"


def test_vectors_that_are_not_the_things_that_were_sent_are_an_error():
    with pytest.raises(BadRequestError, match="has 1 things with vectors, and 2 were sent"):
        film_run([[1.0, 0.0]], None)


def film_run(vectors, segments) -> Embedded:
    data = {"embeddings": vectors} | ({"segments": segments} if segments else {})
    request = {"inputs": {"texts": ["a"], "video_urls": ["https://a.example/one.mp4"]}}
    run = RunRecord("run_f", 0.0, "default", "page", "embedding", "google", "m", "done", request, {"data": data})
    return Embedded(run, with_files(Rows(Table({"text": ["a"]}), "text", "t"), [address("https://a.example/one.mp4")]))


def test_a_run_of_another_door_that_may_mix_spaces_says_so(page, core, google):
    model = "gemini-embedding-of-tomorrow"
    vectors = [{"values": [1.0, place / 4]} for place in range(3)]
    google.on("POST", f"/v1beta/models/{model}:batchEmbedContents", Answer.json({"embeddings": vectors}))
    inputs = {"texts": ["a", "b"], "image_base64": base64.b64encode(picture()).decode()}
    run = core().start(RawInferenceRequest(provider="google", model=model, inputs=inputs))
    run.wait(60)
    at = page("embeddings", run=run.id)
    assert f"It is not known that `{model}` puts text and images into one space" in said(at)
    assert chart(at)[0].startswith("Map of 3 items")


def noise(seed: int) -> bytes:
    """A PNG of about 0.6 MB that cannot be packed."""
    held = io.BytesIO()
    Image.frombytes("RGB", (500, 400), Random(seed).randbytes(600_000)).save(held, "PNG")
    return held.getvalue()


def test_files_that_are_too_large_together_are_not_sent(page, core, environment):
    environment(PLAYGROUND_MAX_MEDIA_MB="1")
    at = choose(page("embeddings"), "local", "colour-and-edges")
    at = give(at, ("1.png", noise(1)), ("2.png", noise(2)))
    assert "Together these files have 1.2 MB, and one run takes 1.0 MB. Remove some." in said(at)
    assert at.button(key="embeddings_go").disabled
    at.button(key="embeddings_card_0_remove").click().run()
    assert [file.name for file in at.session_state["embeddings_tray"]] == ["2.png"]
    assert not at.button(key="embeddings_go").disabled
    at.button(key="embeddings_empty").click().run()
    assert not at.session_state["embeddings_tray"]


def test_a_limit_below_one_megabyte_holds(page, environment):
    environment(PLAYGROUND_MAX_MEDIA_MB="0.5")
    at = choose(page("embeddings"), "local", "colour-and-edges")
    at = give(at, ("1.png", noise(1)))
    assert "`1.png` has 0.6 MB, and 0.5 MB are allowed." in said(at)
    assert not at.session_state["embeddings_tray"]
