"""Files in Chat: how they come in, what is sent, where they are seen again; the cloud is a replay server."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from playground.runs import Runs
from tests.pages.conftest import settle
from tests.pages.test_chat import ask, asked, history, reply, shown
from tests.remote_files import answer as file_answer
from tests.remote_files import serve
from tests.replay import Answer, ReplayServer
from tests.runs import chat
from tests.specimens import film, paper, picture, sound

Page = Callable[..., AppTest]
CHAT = "/v1/chat/completions"
PNG, JPEG = picture(), picture("PHOTO", "JPEG")


@pytest.fixture
def vision(environment: Callable[..., None], replay: ReplayServer, page: Page) -> Callable[..., AppTest]:
    """Opens the page on a model that sees and reads PDF, played by the replay server."""

    def open_page(*answers: Answer, model: str = "gpt-4.1", **settings: str) -> AppTest:
        environment(
            OPENAI_API_KEY="sk-pages-0123456789",
            OPENAI_BASE_URL=f"{replay.url}/v1",
            PLAYGROUND_RETRIES="0",
            **settings,
        )
        replay.on("GET", "/v1/models", Answer.golden("openai/models.json"))
        replay.on("POST", CHAT, *(answers or [Answer.stream(reply("A sign."))]))
        return page("chat", chat_provider="OpenAI", chat_model=model)

    return open_page


def upload(at: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Choose files in the popover, whose widgets are new after each choice."""
    box = next(each for each in at.file_uploader if str(each.key).startswith("chat_intake_upload"))
    for name, data in files:
        box.upload(name, data)
    return at.run()


def way(at: AppTest, name: str) -> AppTest:
    at.segmented_control(key="chat_intake_way").set_value(name).run()
    return at


def parts(body: dict[str, Any], turn: int = -1) -> list[dict[str, Any]]:
    content = body["messages"][turn]["content"]
    assert isinstance(content, list)
    return content


def uri(data: bytes, mime: str) -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def previews(at: AppTest) -> list[str]:
    return [url for image in at.get("image") for url in image.value]


def test_uploaded_files_wait_in_the_tray_and_are_sent_before_the_words(
    vision: Callable[..., AppTest], replay: ReplayServer, core: Callable[[], Runs]
) -> None:
    at = upload(vision(), ("sign.png", PNG), ("photo.txt", JPEG), ("bill.pdf", paper()))
    for told in ("**sign\\.png**", "PNG · ", "160 × 48", "JPEG · ", "PDF · ", "the file is sent"):
        assert told in shown(at)
    at.selectbox(key="chat_detail").set_value("low").run()
    ask(at, "What is this?")
    [body] = asked(replay)
    first, second, third, words = parts(body)
    assert first["image_url"] == {"url": uri(PNG, "image/png"), "detail": "low"}
    assert second["image_url"] == {"url": uri(JPEG, "image/jpeg"), "detail": "low"}
    assert third["file"]["file_data"] == uri(paper(), "application/pdf")
    assert words == {"type": "text", "text": "What is this?"}
    assert "Remove" not in [button.label for button in at.button], "the tray is empty"
    assert len(previews(at)) == 2
    [run] = history(core)
    kept = [part.get("base64", "") for part in run.request["inputs"]["messages"][0]["content"]]
    assert [core().blobs.get(reference)[0] for reference in kept[:3]] == [PNG, JPEG, paper()]


def test_a_file_is_taken_out_again_and_the_same_is_not_put_in_twice(
    vision: Callable[..., AppTest], replay: ReplayServer
) -> None:
    at = upload(vision(), ("a.png", PNG), ("b.jpg", JPEG))
    upload(at, ("again.png", PNG))
    assert len([button for button in at.button if str(button.key).endswith("_remove")]) == 2
    at.button(key="chat_card_0_remove").click().run()
    ask(at, "Which?")
    assert [part["type"] for part in parts(asked(replay)[0])] == ["image_url", "text"]
    assert parts(asked(replay)[0])[0]["image_url"]["url"] == uri(JPEG, "image/jpeg")


def test_a_file_dropped_on_the_input_goes_with_its_words(vision: Callable[..., AppTest], replay: ReplayServer) -> None:
    at = vision()
    at.chat_input(key="chat_input").set_value("And this?").upload("dropped.png", PNG).run()
    settle(at)
    assert parts(asked(replay)[0])[0]["image_url"]["url"] == uri(PNG, "image/png")


def test_files_alone_can_be_asked_about(vision: Callable[..., AppTest], replay: ReplayServer) -> None:
    at = upload(vision(), ("sign.png", PNG))
    at.button(key="chat_send_files").click().run()
    settle(at)
    assert [part["type"] for part in parts(asked(replay)[0])] == ["image_url"]


def test_what_the_model_does_not_take_stays_with_the_question_and_says_why(
    vision: Callable[..., AppTest], replay: ReplayServer
) -> None:
    at = vision()
    at.chat_input(key="chat_input").set_value("Listen").upload("note.wav", sound()).run()
    assert not asked(replay)
    assert "`gpt-4.1` takes text, images and PDF only." in shown(at)
    assert "`gpt-4.1` does not take sound." in shown(at)
    assert at.chat_input(key="chat_input").value == "Listen"
    at.selectbox(key="chat_model").set_value("gpt-7-nova").run()
    assert "does not take sound" not in shown(at)
    ask(at, "Listen")
    assert parts(asked(replay)[0])[0]["input_audio"] == {
        "data": base64.b64encode(sound()).decode(),
        "format": "wav",
    }


def test_a_model_of_text_alone_says_so(page: Page, core: Callable[[], Runs]) -> None:
    at = page("chat")
    assert "`handbook` does not take images, sound, film or PDF." in shown(at)
    assert not at.file_uploader
    at.chat_input(key="chat_input").set_value("Read").upload("sign.png", PNG).run()
    assert "`handbook` takes text only." in shown(at)
    assert not history(core)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("cut.png", PNG[:60], "`cut.png` begins like image/png"),
        ("notes.png", b"only words", "`notes.png` is no image, sound, film or PDF"),
        ("cut.pdf", paper()[:-20], "`cut.pdf` begins like a PDF and has no end"),
    ],
)
def test_a_file_that_cannot_be_read_is_not_attached(
    vision: Callable[..., AppTest], replay: ReplayServer, name: str, data: bytes, why: str
) -> None:
    at = vision()
    at.chat_input(key="chat_input").set_value("This?").upload(name, data).run()
    assert why in shown(at)
    assert at.chat_input(key="chat_input").value == "This?"
    assert not asked(replay)


def test_too_large_a_file_is_not_attached(vision: Callable[..., AppTest]) -> None:
    at = vision(PLAYGROUND_MAX_MEDIA_MB="1")
    at.chat_input(key="chat_input").set_value("This?").upload("big.png", PNG + bytes(2**20)).run()
    assert "`big.png` has 1.0 MB, and 1 MB are allowed" in shown(at)


def test_a_picture_of_the_camera_and_a_sound_of_the_microphone(
    vision: Callable[..., AppTest], replay: ReplayServer
) -> None:
    at = way(vision(model="gpt-7-nova"), "Camera")
    at.camera_input[0].upload("shot.jpg", JPEG).run()
    way(at, "Microphone")
    at.audio_input[0].upload("said.wav", sound()).run()
    assert "**Camera**" in shown(at)
    assert "WAV · 3.2 KB · 0.2 s" in shown(at)
    ask(at, "Both")
    assert [part["type"] for part in parts(asked(replay)[0])] == ["image_url", "input_audio", "text"]


def address_box(at: AppTest) -> Any:
    return next(each for each in at.text_input if each.label.startswith("Address of a file"))


def test_an_address_is_fetched_where_the_provider_does_not(
    vision: Callable[..., AppTest], replay: ReplayServer, core: Callable[[], Runs]
) -> None:
    with serve({"/sign": file_answer(PNG)}) as files:
        at = way(vision(PLAYGROUND_MEDIA_HOSTS=files.host), "Address")
        address_box(at).set_value(files.url("/sign")).run()
        assert at.segmented_control(key="chat_intake_kind").value == "image", "its path does not tell"
        at.button(key="chat_intake_attach").click().run()
        assert "fetched here, then sent" in shown(at)
        ask(at, "What?")
    assert parts(asked(replay)[0])[0]["image_url"]["url"] == uri(PNG, "image/png")
    assert len(previews(at)) == 1, "what was fetched is shown"
    assert "fetched" in history(core)[0].request


@pytest.mark.parametrize("address", ["file:///etc/passwd", "https://me:secret@example.com/a.png", "data:,x"])
def test_what_is_no_address_says_so(vision: Callable[..., AppTest], address: str) -> None:
    at = way(vision(), "Address")
    address_box(at).set_value(address).run()
    at.button(key="chat_intake_attach").click().run()
    assert ":red[:material/error:]" in shown(at)
    assert "secret" not in shown(at)
    assert not [button for button in at.button if str(button.key).endswith("_remove")]


def test_a_conversation_keeps_its_images_and_a_link_shows_them(
    vision: Callable[..., AppTest], replay: ReplayServer, core: Callable[[], Runs], page: Page
) -> None:
    at = ask(upload(vision(), ("sign.png", PNG)), "What?")
    ask(at, "Sure?")
    assert parts(asked(replay)[1], 0)[0]["image_url"]["url"] == uri(PNG, "image/png")
    last, first = history(core)
    other = page("chat", run=last.id)
    assert len(previews(other)) == 1
    assert all(f"/runs?run={run.id}" in shown(other) for run in (first, last)), "each answer has its run again"
    ask(other, "And now?")
    assert parts(asked(replay)[2], 0)[0]["image_url"]["url"] == uri(PNG, "image/png")


def test_try_again_and_edit_lose_no_file(vision: Callable[..., AppTest], replay: ReplayServer) -> None:
    limited = Answer.golden("errors/openai-rate.json", 429)
    at = ask(upload(vision(limited, Answer.stream(reply("Now."))), ("sign.png", PNG)), "What?")
    at.button(key="chat_0_retry").click().run()
    settle(at)
    first, again = asked(replay)
    assert first == again
    at.button(key="chat_0_edit").click().run()
    assert at.chat_input(key="chat_input").value == "What?"
    assert "**sign\\.png**" in shown(at)


def test_a_model_of_text_alone_does_not_get_earlier_images(
    vision: Callable[..., AppTest], core: Callable[[], Runs]
) -> None:
    at = ask(upload(vision(), ("sign.png", PNG)), "What is TTFT?")
    at.selectbox(key="chat_provider").set_value("local").run()
    at.selectbox(key="chat_model").set_value("handbook").run()
    assert "`handbook` does not get the images above." in shown(at)
    ask(at, "What is the cache?")
    assert history(core)[0].request["inputs"]["messages"][0] == {"role": "user", "content": "What is TTFT?"}


def test_this_exact_request_shows_no_base64(vision: Callable[..., AppTest]) -> None:
    at = ask(upload(vision(), ("sign.png", PNG)), "What?")
    at.button(key="chat_0_request").click().run()
    code = "\n".join(each.value for each in at.code)
    assert "base64 < image.png" in code
    assert "Path('image.png')" in code
    assert base64.b64encode(PNG).decode()[:60] not in code


def test_the_run_shows_what_was_sent(vision: Callable[..., AppTest], core: Callable[[], Runs], page: Page) -> None:
    ask(upload(vision(model="gpt-7-nova"), ("sign.png", PNG), ("note.wav", sound()), ("bill.pdf", paper())), "What?")
    at = page("runs", run=history(core)[0].id)
    assert len(previews(at)) == 1
    assert len(at.get("audio")) == 1
    assert "document\\.pdf" in shown(at)


def test_a_film_can_be_played_again(page: Page, core: Callable[[], Runs]) -> None:
    reference = core().blobs.put(film(), "video/mp4")
    at = page("chat", run=_kept(core, {"type": "video", "base64": reference}))
    assert len(at.get("video")) == 1


def test_a_run_of_a_program_with_an_image_beside_its_prompt_is_shown(page: Page, core: Callable[[], Runs]) -> None:
    reference = core().blobs.put(PNG, "image/png")
    inputs = {"prompts": ["What?"], "image_base64s": [reference], "document_url": "https://x.io/a.pdf?key=•••"}
    core().history.record(chat("run_api", request={"provider": "openai", "model": "gpt-4.1", "inputs": inputs}))
    for name in ("chat", "runs"):
        at = page(name, run="run_api")
        assert len(previews(at)) == 1
        assert "https://x.io/a.pdf?key=•••" in shown(at)


def test_a_file_that_is_lost_says_so_and_is_not_sent_again(page: Page, core: Callable[[], Runs]) -> None:
    at = page("chat", run=_kept(core, {"type": "image", "base64": "media:" + "0" * 64}))
    assert "no longer kept" in shown(at)
    at.button(key="chat_0_again").click().run()
    assert "is not kept any more" in shown(at)
    assert len(history(core)) == 1


def _kept(core: Callable[[], Runs], part: dict[str, str]) -> str:
    inputs = {"messages": [{"role": "user", "content": [part, {"type": "text", "text": "What?"}]}]}
    core().history.record(chat("run_kept", request={"provider": "local", "model": "handbook", "inputs": inputs}))
    return "run_kept"


@pytest.mark.slow
def test_an_image_is_read_on_this_machine_and_drawn_with_its_lines(page: Page, core: Callable[[], Runs]) -> None:
    at = page("chat")
    example = next(each for each in at.button if "Read an image" in each.label)
    example.click().run()
    settle(at, rounds=400)
    [run] = history(core)
    assert (run.status, run.model) == ("done", "image-reader"), run.error
    assert run.response is not None
    [boxed] = [each for each in at.get("bidi_component") if '"pages"' in each.proto.json]
    drawn = json.loads(boxed.proto.json)["pages"][0]
    assert (drawn["width"], drawn["height"]) == (760, 430)
    assert drawn["source"].startswith("data:image/webp;base64,")
    assert [line["number"] for line in drawn["lines"]] == list(range(1, len(drawn["lines"]) + 1))
    assert [line["text"] for line in drawn["lines"]] == [line["text"] for line in run.response["data"]["lines"]]
    assert "City Library" in [line["text"] for line in drawn["lines"]]
    again = page("runs", run=run.id)
    assert [each.key for each in again.get("bidi_component")].count("runs_reading") == 1
    assert len(previews(again)) == 1
