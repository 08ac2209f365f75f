"""Runs in a real browser: the first run by a click, search, open by link, charts with tables, a live run stopped."""

import json
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from playground.store.history import History
from tests.browser.conftest import App, settled, start_app, stop_app
from tests.replay import Answer, event
from tests.runs import chat, synthetic

ROW = 33
"""Pixels of a row of a table; the first is the header."""


def open_runs(page: Page) -> Page:
    page.get_by_role("link", name="Runs").click()
    page.wait_for_url(re.compile("/runs"))
    return settled(page)


def click_row(page: Page, row: int) -> None:
    """Click on the question in a row of the table, counted from 0."""
    table = page.get_by_test_id("stDataFrame").first
    expect(table.locator("canvas").first).to_be_visible()
    table.click(position={"x": 60, "y": ROW * (row + 1) + 15})


def fill(app: App) -> None:
    """What 20 days of work leave behind, written by this process while the app runs."""
    history, now = History(app.data / "playground.db"), time.time()
    records = [
        *synthetic(500, start=now - 20 * 86400, span=19 * 86400, seed=3),
        *synthetic(200, start=now - 86400, span=86000, seed=4),
        chat("run_planets", "Which planet has the tallest volcano?", "Mars: Olympus Mons.", created_at=now),
    ]
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(history.record, records))
    history.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[App]:
    """An app in which nothing has run yet."""
    running = start_app(tmp_path)
    yield running
    stop_app(running)


def test_runs(empty, visit, shot):
    app = empty
    page = open_runs(visit(app.url))

    # nothing yet: one click makes the first run and opens it
    expect(page.get_by_text("No runs yet")).to_be_visible()
    shot(page, "runs-empty")
    page.get_by_role("button", name="Make the first run").click()
    page.wait_for_url(re.compile(r"\?run=run_"))
    expect(page.get_by_text("This exact request")).to_be_visible()
    expect(page.get_by_text("local / handbook")).to_be_visible()
    shot(settled(page), "runs-first")

    # the link opens the same run in another browser
    other = visit(page.url, light=False, phone=True)
    expect(other.get_by_text("local / handbook")).to_be_visible()

    # back to the table; a page that is open follows when another process has written
    page.get_by_role("button", name="All runs").click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()
    assert "run=" not in page.url
    fill(app)
    expect(page.get_by_text("702 runs, page 1")).to_be_visible()
    shot(settled(page), "runs-history")

    # pages
    page.get_by_role("button", name="Older").click()
    expect(page.get_by_text("702 runs, page 2")).to_be_visible()
    page.get_by_role("button", name="Newer").click()
    expect(page.get_by_text("702 runs, page 1")).to_be_visible()

    # search, open with a click, come back to the same search by the browser's button and by the page's
    search = page.get_by_role("searchbox", name="Search")
    search.fill("VOLCANO mars")
    page.keyboard.press("Enter")
    for back in (page.go_back, page.get_by_role("button", name="All runs").click):
        expect(page.get_by_text("1 run.")).to_be_visible()
        click_row(settled(page), 0)
        page.wait_for_url(re.compile("run=run_planets"))
        expect(page.get_by_text("Mars: Olympus Mons.").first).to_be_visible()
        back()
        expect(page.get_by_text("1 run.")).to_be_visible()
        expect(search).to_have_value("VOLCANO mars")

    # an unknown run
    page.goto(f"{app.url}/runs?run=run_nope")
    expect(page.get_by_text("There is no run")).to_be_visible()
    page.get_by_role("button", name="All runs").click()
    expect(page.get_by_test_id("stDataFrame")).to_be_visible()


def test_charts(app, visit, shot):
    fill(app)
    page = visit(f"{app.url}/runs?runs_view=Charts")
    expect(page.get_by_role("tab", name="Latency")).to_be_visible()
    canvases = page.locator("[class*='st-key-runs_figure_'] canvas")
    expect(canvases.nth(5)).to_be_attached()
    page.set_viewport_size({"width": 1280, "height": 1750})
    page.wait_for_timeout(1200)  # the charts grow
    shot(page, "runs-charts")
    expect(page.get_by_role("img", name="over the last 7 days")).to_have_count(6)

    for place in range(6):
        page.get_by_role("tab", name="Table").nth(place).click()
    expect(page.get_by_role("region", name="by time and model, newest first")).to_have_count(6)
    shot(settled(page), "runs-tables")


def test_live(cloud, visit, shot):
    app, server = cloud
    piece = event({"choices": [{"index": 0, "delta": {"content": "Once upon a time"}, "finish_reason": None}]})
    server.on("POST", "/v1/chat/completions", Answer.stream([piece], then="hang"))
    body = {"provider": "openai", "model": "gpt-test", "inputs": {"prompts": ["Tell me a long story"]}}
    headers = {"Authorization": f"Bearer {(app.data / 'api_key').read_text().strip()}", "Accept": "text/event-stream"}
    asked = Request(
        f"{app.url}/v1/inference", json.dumps(body).encode(), headers | {"Content-Type": "application/json"}
    )
    with urlopen(asked) as answer:
        page = open_runs(visit(app.url))
        expect(page.get_by_text("Tell me a long story")).to_be_visible()
        shot(page, "runs-live")
        page.locator("[class*=st-key-runs_live_]").get_by_role("button", name="Open").click()
        expect(page.get_by_text("Once upon a time")).to_be_visible()
        page.get_by_role("button", name="Stop").click()
        expect(page.get_by_text("what had arrived is above")).to_be_visible()
        shot(settled(page), "runs-stopped")
        assert b"CancelledError" in answer.read()
