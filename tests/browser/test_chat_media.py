"""Files in Chat in a real browser: chosen, dropped, from camera, microphone and an address; read on this machine."""

import base64
import io
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.browser.conftest import LOOK, App, Shot, settled
from tests.browser.test_chat import CHAT, chunk
from tests.replay import Answer, ReplayServer, event
from tests.specimens import paper, picture

Visit = Callable[..., Page]
DROP = """([name, mime, data]) => {
  const files = new DataTransfer();
  files.items.add(new File([Uint8Array.from(atob(data), (each) => each.charCodeAt(0))], name, { type: mime }));
  return files;
}"""


@cache
def sign() -> bytes:
    """A PNG with two lines in large letters."""
    from PIL import Image, ImageDraw, ImageFont

    image = Image.new("RGB", (480, 220), "#f6efdc")
    letters = ImageFont.load_default(54)
    ImageDraw.Draw(image).multiline_text((30, 30), "EXIT 12\nPlatform 3", "#13233f", letters, spacing=30)
    held = io.BytesIO()
    image.save(held, "PNG")
    return held.getvalue()


def file(name: str, mime: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": mime, "buffer": data}


def uri(data: bytes, mime: str) -> str:
    return f"data:{mime};base64,{base64.b64encode(data).decode()}"


def attach(page: Page, way: str = "Upload") -> None:
    """Open the popover and choose where files come from."""
    page.get_by_role("button", name="Attach").click()
    page.locator(".st-key-chat_intake_way").get_by_text(way, exact=True).click()
    settled(page)


def choose(page: Page, *files: FilePayload) -> None:
    attach(page)
    page.locator("[class*='st-key-chat_intake_upload']").get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        files
    )
    expect(cards(page)).not_to_have_count(0)
    settled(page)


def cards(page: Page) -> Locator:
    return page.get_by_role("button", name="Remove")


@pytest.fixture
def seeing(cloud: tuple[App, ReplayServer], visit: Visit) -> Callable[..., tuple[Page, ReplayServer]]:
    """Opens Chat on a model of the replay server, which answers every question in a word."""

    def open_page(model: str = "gpt-4.1") -> tuple[Page, ReplayServer]:
        app, replay = cloud
        usage = event({"id": "c1", "choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 1}})
        words = [chunk({"content": "Seen."}), chunk({}, "stop"), usage, event("[DONE]")]
        replay.on("POST", CHAT, Answer.stream(words))
        return visit(f"{app.url}/?chat_provider=OpenAI&chat_model={model}"), replay

    return open_page


def send(page: Page, words: str, answers: int = 1) -> None:
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill(words)
    box.press("Enter")
    expect(page.get_by_text("not cached")).to_have_count(answers)
    settled(page)


def sent(replay: ReplayServer) -> list[dict[str, Any]]:
    content = replay.requests[-1].json["messages"][-1]["content"]
    assert isinstance(content, list)
    return content


def test_chosen_files_are_shown_taken_out_sent_and_seen_again(
    seeing: Callable[..., tuple[Page, ReplayServer]], shot: Shot
) -> None:
    page, replay = seeing()
    other = file("b.png", "image/png", picture("B"))
    choose(page, file("sign.png", "image/png", sign()), other, file("bill.pdf", "application/pdf", paper()))
    expect(cards(page)).to_have_count(3)
    page.get_by_role("button", name="Remove").nth(1).click()
    expect(cards(page)).to_have_count(2)
    expect(page.get_by_text("480 × 220")).to_be_visible()
    shot(page, "chat-tray")
    page.get_by_role("link", name="Runs", exact=True).click()
    settled(page)
    page.get_by_role("link", name="Chat", exact=True).click()
    expect(cards(page)).to_have_count(2)
    settled(page)
    send(page, "What is this?")
    image, document, words = sent(replay)
    assert image["image_url"]["url"] == uri(sign(), "image/png")
    assert document["file"]["file_data"] == uri(paper(), "application/pdf")
    assert words["text"] == "What is this?"
    expect(cards(page)).to_have_count(0)
    shot(page, "chat-image")
    page.get_by_role("button", name="Request", exact=True).click()
    expect(page.get_by_text("base64 < image.png")).to_be_visible()
    page.keyboard.press("Escape")
    page.reload()
    settled(page)
    expect(page.get_by_role("img", name="image.png")).to_be_visible()


def test_a_file_is_dropped_on_the_input(seeing: Callable[..., tuple[Page, ReplayServer]], shot: Shot) -> None:
    page, replay = seeing()
    page.wait_for_timeout(LOOK)
    dropped = page.evaluate_handle(DROP, ["dropped.png", "image/png", base64.b64encode(sign()).decode()])
    page.dispatch_event("body", "dragenter", {"dataTransfer": dropped})
    page.dispatch_event("body", "dragover", {"dataTransfer": dropped})
    expect(page.get_by_text("Drag and drop files here")).to_be_visible()
    page.wait_for_timeout(LOOK)
    page.locator("[data-testid='stChatInput'] [role='presentation']").first.dispatch_event(
        "drop", {"dataTransfer": dropped}
    )
    expect(page.get_by_text("dropped.png")).to_be_visible()
    shot(page, "chat-dropped")
    send(page, "And this?")
    assert sent(replay)[0]["image_url"]["url"] == uri(sign(), "image/png")


def test_the_camera_and_the_microphone(seeing: Callable[..., tuple[Page, ReplayServer]], shot: Shot) -> None:
    page, replay = seeing("gpt-7-nova")
    attach(page, "Camera")
    shutter = page.get_by_role("button", name="Take Photo")
    expect(shutter).to_be_enabled()
    shot(page, "chat-camera")
    shutter.click()
    expect(cards(page)).to_have_count(1)
    settled(page)
    attach(page, "Microphone")
    record = page.locator("[class*='st-key-chat_intake_microphone']").get_by_test_id("stAudioInputActionButton").first
    record.click()
    expect(page.get_by_text("00:01")).to_be_visible()
    record.click()
    expect(cards(page)).to_have_count(2)
    settled(page)
    send(page, "What was that?")
    photo, sound, _ = sent(replay)
    assert photo["image_url"]["url"].startswith("data:image/jpeg;base64,")
    assert base64.b64decode(sound["input_audio"]["data"])[:4] == b"RIFF"


def test_an_address_is_attached_and_one_that_leads_inside_is_refused(
    seeing: Callable[..., tuple[Page, ReplayServer]], shot: Shot
) -> None:
    page, replay = seeing()
    attach(page, "Address")
    box = page.get_by_role("textbox", name="Address of a file, or a data URI")
    box.fill(f"{replay.url}/sign.png")
    box.press("Enter")
    settled(page)
    page.locator(".st-key-chat_intake_attach button").click()
    expect(page.get_by_text("fetched here, then sent")).to_be_visible()
    shot(page, "chat-address")
    box = page.get_by_test_id("stChatInputTextArea")
    box.fill("What?")
    box.press("Enter")
    expect(page.locator(".st-key-chat_0_fault")).to_be_visible()
    assert not [each for each in replay.requests if each.path == "/sign.png"]
    page.get_by_role("button", name="Edit").click()
    expect(cards(page)).to_have_count(1)
    expect(page.get_by_test_id("stChatInputTextArea")).to_have_value("What?")


def test_an_image_is_read_on_this_machine_with_boxes(app: App, visit: Visit, shot: Shot) -> None:
    page = visit(app.url)
    page.get_by_role("button", name="Attach").click()
    expect(page.get_by_text("does not take images")).to_be_visible()
    shot(page, "chat-text-only")
    page.get_by_role("button", name="Use image-reader").click()
    expect(page.get_by_text("Reads the text in images")).to_be_visible()
    settled(page)
    choose(page, file("sign.png", "image/png", sign()))
    page.get_by_role("button", name="Send without words").click()
    first = page.get_by_role("button", name="EXIT 12")
    expect(first).to_be_visible(timeout=90_000)
    expect(page.get_by_role("button", name="Platform 3")).to_be_visible()
    settled(page)
    boxes = page.locator("polygon.box")
    expect(boxes).to_have_count(2)
    box, image = boxes.first.bounding_box(), page.get_by_alt_text("in which 2 lines were read").bounding_box()
    assert box is not None
    assert image is not None
    assert image["x"] <= box["x"] < box["x"] + box["width"] <= image["x"] + image["width"]
    first.hover()
    expect(page.locator("polygon.lit")).to_have_count(2)
    first.click()
    expect(first).to_have_attribute("aria-pressed", "true")
    shot(page, "chat-reading")
    run = page.url.partition("run=")[2].partition("&")[0]
    page.goto(f"{app.url}/runs?run={run}")
    settled(page)
    expect(page.locator("polygon.box")).to_have_count(2)
    shot(page, "runs-reading")


def test_what_is_typed_survives_another_page_and_a_reload(app: App, visit: Visit) -> None:
    page = visit(app.url)
    page.get_by_test_id("stChatInputTextArea").fill("half a question")
    page.wait_for_timeout(LOOK)
    page.get_by_role("link", name="Runs", exact=True).click()
    settled(page)
    page.get_by_role("link", name="Chat", exact=True).click()
    box = page.get_by_test_id("stChatInputTextArea")
    expect(box).to_have_value("half a question")
    page.reload()
    expect(box).to_have_value("half a question")
    settled(page)
    box.press("Enter")
    expect(page.get_by_text("not cached")).to_be_visible()
    expect(box).to_have_value("")


def test_the_models_table_says_what_each_can_do(seeing: Callable[..., tuple[Page, ReplayServer]], shot: Shot) -> None:
    page, _ = seeing()
    expect(page.get_by_text("Retires on 14 Jan 2027").or_(page.get_by_text("Retired on 14 Jan 2027"))).to_be_visible()
    page.get_by_role("button", name="Models").click()
    expect(page.get_by_role("dialog").get_by_test_id("stDataFrame")).to_be_visible()
    settled(page)
    shot(page, "chat-models")
