"""Transcribe in a real browser: a transcript that follows the player, upload, microphone, stop, refresh, a phone."""

import json
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from playground import samples
from tests.browser.conftest import PHONE, settled

SPEECH = samples.FOLDER / "speech.flac"
HEARD = 60_000
"""Milliseconds that the local model may take for fourteen seconds of speech on a busy machine."""


def open_transcribe(visit, app, **options) -> Page:
    page = visit(app.url, **options)
    page.get_by_role("link", name="Transcribe").click()
    expect(page.get_by_role("heading", name="Turn speech into text")).to_be_visible()
    return settled(page)


def sampled(page: Page) -> Page:
    """The page after a click on the example, heard to the end."""
    page.get_by_role("button", name="Try the sample").click()
    return heard(page)


def heard(page: Page) -> Page:
    expect(page.get_by_text("real-time factor")).to_be_visible(timeout=HEARD)
    expect(lines(page).first).to_be_visible()
    return settled(page)


def lines(page: Page):
    return page.locator(".st-key-transcribe_lines li")


def player(page: Page, what: str):
    """A property of the audio element."""
    return page.locator(".st-key-transcribe_player audio").evaluate(f"audio => audio.{what}")


def test_one_click_to_a_transcript_that_follows_the_player(visit, app, shot):
    page = open_transcribe(visit, app)
    shot(page, "transcribe-empty")
    page.get_by_role("button", name="Try the sample").click()
    expect(page.locator(".st-key-transcribe_heard")).to_contain_text("welcome to the playground", timeout=HEARD)
    heard(page)
    expect(lines(page)).to_have_count(5)
    expect(lines(page).first).to_contain_text("welcome to the playground")
    expect(page).to_have_url(re.compile(r"[?&]run=run_"))

    page.get_by_role("button", name="Play from 0:05").click()
    expect(lines(page).nth(2)).to_have_attribute("aria-current", "true")
    expect(page.locator(".st-key-transcribe_lines span.now")).to_be_visible()
    assert 5.2 < player(page, "currentTime") < 8.5
    assert not player(page, "paused")
    page.locator(".st-key-transcribe_lines span", has_text="button").click()
    expect(lines(page).nth(3)).to_have_attribute("aria-current", "true")
    assert 8.5 < player(page, "currentTime") < 11.7
    page.locator(".st-key-transcribe_player audio").evaluate("audio => audio.pause()")
    shot(page, "transcribe-playing")

    lines(page).nth(4).get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(lines(page).nth(4)).to_have_attribute("aria-current", "true")


def test_a_refresh_and_another_page_lose_nothing(visit, app):
    page = sampled(open_transcribe(visit, app))
    page.get_by_role("link", name="Chat").click()
    expect(page.get_by_test_id("stChatInput")).to_be_visible()
    page.get_by_role("link", name="Transcribe").click()
    expect(lines(page)).to_have_count(5)
    page.reload()
    expect(lines(page)).to_have_count(5)
    expect(page.locator(".st-key-transcribe_player")).to_contain_text("Sample")
    page.get_by_role("button", name="New").click()
    expect(page.get_by_role("heading", name="Turn speech into text")).to_be_visible()
    assert "run=" not in page.url


def test_stop_keeps_what_was_heard(visit, app, shot):
    page = open_transcribe(visit, app)
    page.get_by_role("button", name="Try the sample").click()
    expect(page.locator(".st-key-transcribe_heard")).to_contain_text("welcome", timeout=HEARD)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("You stopped this run.")).to_be_visible()
    expect(page.get_by_text("welcome to the playground")).to_be_visible()
    settled(page)
    shot(page, "transcribe-stopped")


def test_an_upload_and_its_files(visit, app):
    page = open_transcribe(visit, app)
    page.locator("input[type=file]").set_input_files(SPEECH)
    expect(page.get_by_text("speech.flac · 0.2 MB")).to_be_visible()
    page.get_by_role("button", name="Transcribe", exact=True).click()
    heard(page)
    found = {ending: downloaded(page, ending) for ending in ("SRT", "VTT", "TXT", "JSON")}
    assert {name: path.suggested for name, path in found.items()} == {
        ending: f"speech.{ending.lower()}" for ending in found
    }
    assert found["SRT"].text.startswith("1\n00:00:00,")
    assert found["VTT"].text.startswith("WEBVTT\n\n00:00:00.")
    assert found["TXT"].text.startswith("welcome to the playground\n")
    data = json.loads(found["JSON"].text)
    assert data["language"] == "en"
    assert len(data["segments"]) == 5


class Downloaded:
    """A file that the page gave."""

    def __init__(self, suggested: str, path: Path) -> None:
        self.suggested, self.text = suggested, path.read_text("utf-8")


def downloaded(page: Page, name: str) -> Downloaded:
    page.get_by_role("button", name="Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name=name, exact=True).click()
    page.keyboard.press("Escape")
    return Downloaded(download.value.suggested_filename, Path(download.value.path()))


def test_the_microphone(visit, app, shot):
    page = open_transcribe(visit, app, permissions=["microphone"])
    page.locator(".st-key-transcribe_way").get_by_text("Record", exact=True).click()
    record = page.get_by_test_id("stAudioInputActionButton").first
    record.click()
    page.wait_for_timeout(1500)  # Chromium's own fake microphone beeps
    record.click()
    expect(page.get_by_text("Microphone ·")).to_be_visible()
    page.get_by_role("button", name="Transcribe", exact=True).click()
    expect(page.get_by_text(re.compile("Nothing was heard|real-time factor")).first).to_be_visible(timeout=HEARD)
    settled(page)
    shot(page, "transcribe-microphone")


def test_what_is_no_sound_is_a_sentence(visit, app, tmp_path, shot):
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"ID3 this is no song at all " * 40)
    page = open_transcribe(visit, app)
    page.locator("input[type=file]").set_input_files(broken)
    page.get_by_role("button", name="Transcribe", exact=True).click()
    expect(page.get_by_text("The request cannot be done as it stands")).to_be_visible()
    settled(page)
    shot(page, "transcribe-broken")


def test_on_a_phone(visit, app):
    page = open_transcribe(visit, app)
    page.set_viewport_size(PHONE)
    sampled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Play from 0:08").click()
    expect(lines(page).nth(3)).to_have_attribute("aria-current", "true")
