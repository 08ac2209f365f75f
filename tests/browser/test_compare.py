"""A journey through the Compare page in a real browser: six panes at once, each with a fate of its own."""

import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PHONE, App, Shot, settled
from tests.replay import Answer, Received, ReplayServer, event

Visit = Callable[..., Page]
CHAT = "/v1/chat/completions"
MODELS = dict(zip("ABCDEF", ("gpt-4.1", "gpt-4o", "gpt-4.1-mini", "gpt-4o-mini", "gpt-4.1-nano", "o3"), strict=True))
ADDRESS = "&".join(
    f"compare_chat_{letter}_provider=OpenAI&compare_chat_{letter}_model={model}" for letter, model in MODELS.items()
)
BEGINNING = "Once upon a time there"
END = " was a cache that never lied."


def chunk(text: str, finish: str | None = None) -> bytes:
    return event({"id": "c1", "choices": [{"delta": {"content": text} if text else {}, "finish_reason": finish}]})


def words(text: str) -> list[bytes]:
    return [chunk(f" {word}") for word in text.split()]


class Story:
    """What the models answer: the others go on only when they are let."""

    def __init__(self) -> None:
        self.on = threading.Event()

    def __call__(self, received: Received) -> Answer:
        match received.json["model"]:
            case "gpt-4o":
                return Answer.golden("errors/openai-rate.json", 429, {"retry-after": "20"})
            case "gpt-4.1":
                return Answer.stream(words(BEGINNING), then="hang")
            case "gpt-4.1-mini":
                return Answer.stream(words(BEGINNING), delay=0.05, then="close")
            case model:
                return Answer(200, {"Content-Type": "text/event-stream"}, pieces=self._told(model))

    def _told(self, model: str) -> Iterator[bytes]:
        yield from words(f"{model}: {BEGINNING}")
        self.on.wait(120)
        yield from words(END)
        yield chunk("", "stop")
        yield event({"id": "c1", "choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 11}})
        yield event("[DONE]")


@pytest.fixture
def story(cloud: tuple[App, ReplayServer]) -> Iterator[Story]:
    told = Story()
    cloud[1].on("POST", CHAT, told)
    yield told
    told.on.set()


def pane(page: Page, letter: str) -> Locator:
    return page.locator(f".st-key-compare_pane_{letter}")


def prompt(page: Page) -> Locator:
    return page.locator(".st-key-compare_chat_prompt textarea")


def asked(replay: ReplayServer) -> list[dict[str, Any]]:
    return [received.json for received in replay.requests if received.path == CHAT]


def test_six_panes_at_once_each_with_a_fate_of_its_own(
    cloud: tuple[App, ReplayServer], story: Story, visit: Visit, shot: Shot
) -> None:
    app, replay = cloud
    page = visit(f"{app.url}/compare?panes=ABCDEF&{ADDRESS}")
    shot(page, "compare-empty")
    prompt(page).fill("Tell me a story")
    page.get_by_role("button", name="Run 6 panes").click()
    for letter in "ADEF":
        expect(pane(page, letter)).to_contain_text(BEGINNING)
        expect(pane(page, letter).get_by_role("button", name="Stop")).to_be_visible()
    expect(pane(page, "B")).to_contain_text("The rate limit is reached")
    expect(pane(page, "C")).to_contain_text("broke off its answer")
    expect(pane(page, "C")).to_contain_text(BEGINNING)
    shot(page, "compare-running")

    prompt(page).press("End")
    prompt(page).press_sequentially(", and a short one")
    pane(page, "A").get_by_role("button", name="Stop").click()
    expect(pane(page, "A")).to_contain_text("You stopped this answer")
    expect(pane(page, "A")).to_contain_text(BEGINNING)
    assert replay.hung_up.wait(30)
    for letter in "DEF":
        expect(pane(page, letter).get_by_role("button", name="Stop")).to_be_visible()

    story.on.set()
    for letter in "DEF":
        expect(pane(page, letter)).to_contain_text(f"{MODELS[letter]}: {BEGINNING}{END}")
        expect(pane(page, letter)).to_contain_text("7 in · 11 out")
    expect(page.get_by_role("button", name="Run 6 panes")).to_be_enabled()
    expect(prompt(page)).to_have_value("Tell me a story, and a short one")
    shot(page, "compare-mixed")

    assert re.search(r"[?&]set=set_", page.url)
    page.reload()
    settled(page)
    expect(pane(page, "A")).to_contain_text("You stopped this answer")
    expect(pane(page, "B")).to_contain_text("The rate limit is reached")
    expect(pane(page, "C")).to_contain_text("broke off its answer")
    expect(pane(page, "F")).to_contain_text(END)
    expect(prompt(page)).to_have_value("Tell me a story, and a short one")
    assert len(asked(replay)) == 6, "looking again asks nobody"

    page.locator(".st-key-compare_base").get_by_text("D", exact=True).click()
    expect(pane(page, "E")).to_contain_text("1 worded differently")
    shot(page, "compare-differences")


def test_a_narrow_window_has_tabs_and_loses_nothing(
    cloud: tuple[App, ReplayServer], story: Story, visit: Visit, shot: Shot
) -> None:
    app, replay = cloud
    story.on.set()
    page = visit(f"{app.url}/compare?panes=DEF&{ADDRESS}")
    prompt(page).fill("Tell me a story")
    page.get_by_role("button", name="Run 3 panes").click()
    for letter in "DEF":
        expect(pane(page, letter)).to_contain_text(END)
        expect(pane(page, letter)).to_be_visible()
    tabs = page.locator(".st-key-compare_tab")
    expect(tabs).to_be_hidden()
    page.set_viewport_size(PHONE)
    for letter in "DEF":
        tabs.get_by_text(letter, exact=True).click()
        expect(pane(page, letter)).to_be_visible()
        expect(pane(page, letter)).to_contain_text(END)
        for other in {*"DEF"} - {letter}:
            expect(pane(page, other)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    shot(page, "compare-tabs")
    assert len(asked(replay)) == 3


def test_many_rows_fill_a_table(app: App, visit: Visit, shot: Shot) -> None:
    page = visit(f"{app.url}/compare")
    shot(page, "compare-welcome")
    page.get_by_text("Many rows").click()
    expect(page.get_by_text("6 of 6 answers")).to_be_visible()
    expect(pane(page, "A")).to_contain_text("The lift in the east wing")
    shot(page, "compare-rows")
    box = page.get_by_test_id("stDataFrame").locator("canvas").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 16, box["y"] + 84)  # the box of the second row
    expect(pane(page, "B")).to_contain_text("The pilot ran for six weeks")
    page.get_by_role("button", name="Earlier").click()
    page.locator("[class*='st-key-compare_open_']").first.click()
    expect(page.get_by_text("6 of 6 answers")).to_be_visible()
