"""Transcribe in a real browser: transcripts that follow the player, two models and a reference, film, microphone."""

import json
import re
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page, expect

from playground import samples
from tests.browser.conftest import PHONE, settled
from tests.replay import Answer
from tests.specimens import talk

SPEECH = samples.FOLDER / "speech.flac"
OTHERWISE = {
    "text": (
        "Welcome to the playground. This recording was made by the computer. Another computer is listening to it "
        "right. Press the button, and all the words will appear one after another. Click on any line to hear it again."
    ),
    "language": "english",
    "duration": 14.37,
    "segments": [
        {"start": 0.2, "end": 4.9, "text": " Welcome to the playground. This recording was made by the computer."},
        {"start": 5.3, "end": 8.3, "text": " Another computer is listening to it right."},
        {
            "start": 8.8,
            "end": 14.2,
            "text": " Press the button, and all the words will appear one after another. Click on any line to hear it "
            "again.",
        },
    ],
}
"""What the replayed model says: one word other, one missing, one too many."""
HEARD = 60_000
"""Milliseconds that the local model may take for fourteen seconds of speech on a busy machine."""


def open_transcribe(visit, app, **options) -> Page:
    page = visit(app.url, **options)
    page.get_by_role("link", name="Transcribe").click()
    expect(page.get_by_role("heading", name="Turn speech into text")).to_be_visible()
    return settled(page)


def heard(page: Page) -> Page:
    expect(page.get_by_text("real-time factor")).to_be_visible(timeout=HEARD)
    expect(lines(page).first).to_be_visible()
    return settled(page)


def lines(page: Page, pane: str = "transcribe"):
    return page.locator(f".st-key-{pane}_lines li")


def player(page: Page, what: str):
    """A property of the player."""
    return page.locator(".st-key-transcribe_player :is(audio, video)").evaluate(f"media => media.{what}")


def test_one_click_to_a_transcript_that_follows_the_player_and_stays(visit, app, shot):
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

    page.get_by_role("link", name="Chat").click()
    expect(page.get_by_test_id("stChatInput")).to_be_visible()
    page.get_by_role("link", name="Transcribe").click()
    expect(lines(page)).to_have_count(5)
    page.set_viewport_size(PHONE)
    page.reload()
    expect(lines(page)).to_have_count(5)
    expect(page.locator(".st-key-transcribe_player")).to_contain_text("Sample")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("button", name="Play from 0:08").click()
    expect(lines(page).nth(3)).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="New").click()
    expect(page.get_by_role("heading", name="Turn speech into text")).to_be_visible()
    assert "run=" not in page.url


def test_stop_keeps_what_was_heard(visit, app, shot):
    page = open_transcribe(visit, app)
    page.get_by_role("button", name="Try the sample").click()
    expect(page.locator(".st-key-transcribe_heard")).to_contain_text("welcome", timeout=HEARD)
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("You stopped this run.")).to_be_visible()
    expect(page.locator(".st-key-transcribe_pane")).to_contain_text("welcome to the playground")
    settled(page)
    shot(page, "transcribe-stopped")


def test_an_upload_and_its_files(visit, app):
    page = open_transcribe(visit, app)
    page.locator("input[type=file]").set_input_files(SPEECH)
    expect(page.get_by_text("FLAC · 230.2 KB · 14.4 s")).to_be_visible()
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


def test_two_models_beside_each_other_and_a_reference(visit, cloud, shot):
    app, server = cloud
    server.on("POST", "/v1/audio/transcriptions", replace(Answer.json(OTHERWISE), wait=1.0))
    second = "transcribe_second_provider=OpenAI&transcribe_second_model=whisper-1"
    page = visit(f"{app.url}/transcribe?{second}")
    page.get_by_role("button", name="Compare with…").click()
    expect(page.get_by_role("button", name="Transcribe with both")).to_be_visible()
    page.locator("input[type=file]").set_input_files(SPEECH)
    expect(page.get_by_text("The whole file is sent, to OpenAI")).to_be_visible()
    settled(page)
    shot(page, "transcribe-sending")
    page.get_by_role("button", name="Transcribe with both").click()
    expect(page.get_by_text("The two against each other")).to_be_visible(timeout=HEARD)
    expect(lines(page)).to_have_count(5)
    expect(lines(page, "transcribe_second")).to_have_count(3)
    left, right = page.locator(".st-key-transcribe_pane"), page.locator(".st-key-transcribe_second_pane")
    assert left.bounding_box()["x"] + left.bounding_box()["width"] <= right.bounding_box()["x"]

    page.get_by_role("button", name="Play from 0:05").last.click()  # either transcript moves both
    expect(lines(page).nth(2)).to_have_attribute("aria-current", "true")
    expect(lines(page, "transcribe_second").nth(1)).to_have_attribute("aria-current", "true")
    page.locator(".st-key-transcribe_player audio").evaluate("audio => audio.pause()")

    against = page.locator(".st-key-transcribe_words_1")
    expect(against.locator(".pair.changed")).to_contain_text("the")
    expect(against.locator(".pair.changed")).to_have_attribute("data-sign", "≠")
    expect(against.locator(".pair.removed")).to_have_text(re.compile("deleted: now"))
    expect(against.locator(".pair.added del")).to_have_count(0)
    expect(page.get_by_role("table")).to_contain_text("S 1 · D 1 · I 1 · N 38")
    shot(page, "transcribe-compared")

    page.get_by_text("Reference text", exact=True).click()
    page.get_by_label("What was really said").fill("Welcome.")
    page.get_by_label("What was really said").blur()
    expect(page.get_by_role("table")).to_contain_text("N 1")
    page.reload()
    expect(page.get_by_text("The two against each other")).to_be_visible()
    page.set_viewport_size(PHONE)
    settled(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    left, right = page.locator(".st-key-transcribe_pane"), page.locator(".st-key-transcribe_second_pane")
    assert left.bounding_box()["y"] + left.bounding_box()["height"] <= right.bounding_box()["y"]


def test_a_film_is_followed_too(visit, app, tmp_path, shot):
    path = tmp_path / "talk.webm"
    path.write_bytes(talk())
    page = open_transcribe(visit, app)
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Transcribe", exact=True).click()
    heard(page)
    page.get_by_role("button", name="Play from 0:08").click()
    expect(lines(page).nth(3)).to_have_attribute("aria-current", "true")
    expect(page.locator(".st-key-transcribe_lines span.now")).to_be_visible()
    assert player(page, "currentTime") > 8.0
    assert player(page, "videoWidth") == 96
    page.locator(".st-key-transcribe_player video").evaluate("video => video.pause()")
    shot(page, "transcribe-film")


def test_the_microphone(visit, app, shot):
    page = open_transcribe(visit, app, permissions=["microphone"])
    page.locator(".st-key-transcribe_way").get_by_text("Microphone", exact=True).click()
    record = page.get_by_test_id("stAudioInputActionButton").first
    record.click()
    page.wait_for_timeout(1500)  # Chromium's own fake microphone beeps
    record.click()
    expect(page.locator(".st-key-transcribe_sending")).to_contain_text("Microphone · WAV")
    page.get_by_role("button", name="Transcribe", exact=True).click()
    expect(page.get_by_text(re.compile("Nothing was heard|real-time factor")).first).to_be_visible(timeout=HEARD)
    settled(page)
    shot(page, "transcribe-microphone")


def test_what_is_no_sound_is_a_sentence(visit, app, tmp_path, shot):
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(b"ID3 this is no song at all " * 40)
    page = open_transcribe(visit, app)
    page.locator("input[type=file]").set_input_files(broken)
    expect(page.get_by_text("is it damaged or cut off?")).to_be_visible()
    expect(page.get_by_role("button", name="Transcribe", exact=True)).to_be_disabled()
    settled(page)
    shot(page, "transcribe-broken")
