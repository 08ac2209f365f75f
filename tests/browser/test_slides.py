"""Saved runs as a presentation: ticked, put into a deck, turned by keys, replayed, left; and taken along as a file."""

import re
import time
from pathlib import Path

from playwright.sync_api import expect

from playground.store.history import History
from tests.browser.conftest import App, settled
from tests.browser.test_runs import click_row
from tests.runs import chat

HOUR = 3_600_000


def fill(app: App) -> None:
    """Two runs that only this test asks for; the answer of the newer one has its end an hour after its beginning."""
    history, now = History(app.data / "playground.db"), time.time()
    history.record(chat("run_geyser", "Slideshow: which geyser?", "The tallest is Steamboat.", created_at=now - 1))
    pace = (((50, len("Deep below.")), (HOUR, len(" And far above."))),)
    answer = "Deep below. And far above."
    history.record(chat("run_magma", "Slideshow: where is magma?", answer, created_at=now, pace=pace))
    history.close()


def test_slides(app, visit, browser, shot, tmp_path: Path):
    fill(app)
    page = visit(f"{app.url}/runs?runs_text=Slideshow")
    expect(page.get_by_text("2 runs.")).to_be_visible()
    table = page.get_by_test_id("stDataFrame").first
    expect(table.locator("canvas").first).to_be_visible()
    for place, y in enumerate((48, 81), 1):
        settled(page)
        table.click(position={"x": 16, "y": y})
        expect(page.get_by_text(f"{place} ticked")).to_be_visible()
    shot(settled(page), "runs-ticked")

    # the file opens without the playground, and asks nobody for anything
    with page.expect_download() as download:
        page.get_by_role("button", name="Report").click()
    download.value.save_as(tmp_path / "report.html")
    other, asked = browser.new_page(), []
    other.on("request", lambda request: asked.append(request.url))
    other.goto((tmp_path / "report.html").as_uri())
    expect(other.get_by_text("The tallest is Steamboat.")).to_be_visible()
    assert other.locator("script").count() == 0
    assert other.locator("section").count() == 2
    assert len(asked) == 1, "only itself"
    other.close()

    # into a deck
    page.get_by_role("button", name="Slides").click()
    page.get_by_role("button", name="Add 2 runs").click()
    page.get_by_role("link", name="Open the deck").click()
    page.wait_for_url(re.compile(r"/slides\?deck=deck_\w+$"))
    settled(page).get_by_role("link", name="Present").click()

    # turned by keys, those of a presenter's remote too
    expect(page.get_by_text("Deep below. And far above.")).to_be_visible()
    expect(page.get_by_text("1 of 2")).to_be_visible()
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    for key, found in (
        ("ArrowRight", "Steamboat"),
        ("ArrowLeft", "far above"),
        ("PageDown", "Steamboat"),
        ("PageUp", "far above"),
    ):
        settled(page).keyboard.press(key)
        expect(page.get_by_text(found)).to_be_visible()
    page.set_viewport_size({"width": 1920, "height": 1080})
    shot(settled(page), "slides-projector")

    # as it came: the end is an hour away, and nothing hides that it is recorded
    page.keyboard.press("p")
    expect(page.get_by_text("Replaying")).to_be_visible()
    expect(page.get_by_text("Deep below.", exact=True)).to_be_visible()
    expect(page.get_by_text("Recorded")).to_be_visible()
    expect(page.get_by_text("far above")).to_be_hidden()
    page.get_by_role("button", name="To the end").click()
    expect(page.get_by_text("Deep below. And far above.")).to_be_visible()
    expect(page.get_by_text("Recorded")).to_be_visible()

    # a phone shows the same, and a run opens its question's page as before
    phone = visit(page.url, phone=True, light=False)
    expect(phone.get_by_text("Deep below. And far above.")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    shot(phone, "slides-phone")

    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Take slide 2 out")).to_be_visible()
    assert "slide=" not in page.url
    shot(settled(page), "slides-arrange")

    # the address says what is open, whichever way leads there: the next click would find another page
    page.get_by_role("link", name="All decks").click()
    page.wait_for_url(re.compile(r"/slides$"))
    page.get_by_role("link", name="Arrange").click()
    page.wait_for_url(re.compile(r"/slides\?deck=deck_\w+$"))
    page.goto(f"{app.url}/runs?runs_text=Slideshow")
    expect(page.get_by_text("2 runs.")).to_be_visible()
    click_row(settled(page), 0)
    page.wait_for_url(re.compile("run=run_magma"))
