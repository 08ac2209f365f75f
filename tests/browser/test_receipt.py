"""Receipts and pasted requests in a real browser: a link that says everything, drift, a form filled from curl."""

import base64
import json
import re
from collections.abc import Callable
from urllib.request import Request, urlopen

from playwright.sync_api import Page, expect

from tests.browser.conftest import App, Shot, settled
from tests.browser.test_chat import CHAT, chunk
from tests.browser.test_chat_media import choose, file, send, sign
from tests.replay import Answer, ReplayServer, event

Visit = Callable[..., Page]
CURL = """curl http://127.0.0.1:8501/v1/inference -H "Authorization: Bearer $PLAYGROUND_API_KEY" -d '%s'"""


def says(text: str) -> Answer:
    words = [chunk({"content": f"{word} "}) for word in text.split()]
    return Answer.stream([*words, chunk({}, "stop"), event("[DONE]")])


def test_the_receipt_of_a_chat_with_an_image_and_its_drift(
    cloud: tuple[App, ReplayServer], visit: Visit, shot: Shot
) -> None:
    app, replay = cloud
    replay.on("POST", CHAT, says("It says EXIT 12."), says("It reads EXIT 12."))
    page = visit(
        f"{app.url}/?chat_provider=OpenAI&chat_model=gpt-4.1", permissions=["clipboard-read", "clipboard-write"]
    )
    choose(page, file("sign.png", "image/png", sign()))
    send(page, "What does it say?")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(rf"{re.escape(app.url)}/receipt\?run=run_\w+", link)
    page.goto(link)
    settled(page)
    expect(page.get_by_role("img", name="image.png")).to_be_visible()
    answer = page.locator(".st-key-runs_answered")
    expect(answer).to_contain_text("It says EXIT 12.")
    seal = page.get_by_text(re.compile(r"^sha256:[0-9a-f]{64}$"))
    expect(seal).to_be_visible()
    assert seal.inner_text() == _run(app, link.partition("run=")[2])["seal"]
    shot(page, "receipt")
    page.get_by_role("button", name="Re-run").click()
    expect(page.get_by_text("of 4 words 3 are the same in their place")).to_be_visible()
    settled(page)
    expect(page.locator(".pair.changed")).to_contain_text("reads")
    first, second = (request.json["messages"] for request in replay.requests if request.path == CHAT)
    assert first == second, "the image came from the archive"
    shot(page, "receipt-drift")
    page.reload()
    settled(page)
    expect(page.get_by_text("of 4 words 3 are the same in their place")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Re-run")).to_be_hidden()
    expect(answer).to_be_visible()


def test_a_pasted_command_fills_chat_and_the_strip_names_the_missing_key(app: App, visit: Visit, shot: Shot) -> None:
    page = visit(f"{app.url}/transcribe")
    page.get_by_role("button", name="Paste a request").click()
    box = page.get_by_role("dialog").get_by_role("textbox")
    box.fill("curl http://h -d '{'")
    page.get_by_role("button", name="Fill the form").click()
    expect(page.get_by_role("dialog").get_by_text("no JSON")).to_be_visible()
    expect(box).to_have_value("curl http://h -d '{'")
    body = {
        "provider": "anthropic",
        "model": "claude-opus-5",
        "inputs": {
            "messages": [{"role": "user", "content": [_part(), {"type": "text", "text": "What does it say?"}]}],
            "system": "Be brief.",
        },
        "parameters": {"max_tokens": 400},
    }
    box.fill(CURL % json.dumps(body).replace("'", "'\\''"))
    page.get_by_role("button", name="Fill the form").click()
    expect(page.get_by_text("The form holds the pasted request")).to_be_visible()
    settled(page)
    expect(page.locator(".st-key-chat_provider input")).to_have_value("Anthropic")
    expect(page.locator(".st-key-chat_model input")).to_have_value("claude-opus-5")
    expect(page.get_by_role("button", name="Parameters · 1")).to_be_visible()
    expect(page.get_by_role("button", name="System · set")).to_be_visible()
    expect(page.get_by_role("button", name="Remove")).to_have_count(1)
    expect(page.get_by_test_id("stChatInputTextArea")).to_have_value("What does it say?")
    expect(page.locator(".st-key-chat_preflight")).to_contain_text("ANTHROPIC_API_KEY")
    shot(page, "paste-filled")
    strip = page.locator(".st-key-chat_preflight")
    before = strip.bounding_box()
    page.get_by_role("button", name="Put back what was here").click()
    expect(page.get_by_text("The form holds the pasted request")).to_be_hidden()
    settled(page)
    expect(page.get_by_role("button", name="Remove")).to_have_count(0)
    after = strip.bounding_box()
    assert before is not None
    assert after is not None
    assert before["height"] == after["height"], "the strip keeps its height, whatever it says"


def _part() -> dict[str, str]:
    return {"type": "image", "base64": base64.b64encode(sign()).decode()}


def _run(app: App, id_: str) -> dict[str, str]:
    key = (app.data / "api_key").read_text().strip()
    asked = Request(f"{app.url}/v1/runs/{id_}", headers={"Authorization": f"Bearer {key}"})
    with urlopen(asked, timeout=30) as answer:
        return dict(json.loads(answer.read()))
