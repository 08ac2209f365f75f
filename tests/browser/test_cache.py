"""A journey through the cache in a real browser, without a key: demo, a paraphrase, its receipt, a verdict, tricks."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import App, Shot, ask, settled, start_app, stop_app

Visit = Callable[..., Page]
PARAPHRASES = ("How could I delete runs?", "How much would a call cost?")


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[App]:
    """An app of the test's own: its cache is empty at first."""
    app = start_app(tmp_path)
    yield app
    stop_app(app)


def served(page: Page) -> Locator:
    """The receipt of a hit. A die sends some hits to the model as a check: then another paraphrase is asked."""
    receipt = page.locator("[class*='_cache_0_why'] summary")
    for question in (*PARAPHRASES, ""):
        expect(receipt).to_contain_text(re.compile("Hit|Audited"))
        if "Hit" in receipt.inner_text():
            break
        page.get_by_role("button", name="New chat").click()
        expect(receipt).to_have_count(0)
        ask(page, question)
    return receipt


def test_from_an_empty_cache_to_a_verdict_and_tricks(fresh: App, visit: Visit, shot: Shot) -> None:
    page = visit(f"{fresh.url}/cache")
    expect(page.get_by_text("Answers reused, with their risk shown")).to_be_visible()
    shot(page, "cache-empty")
    page.get_by_role("button", name="Load the demo cache").click()
    expect(page.get_by_text("Demo loaded")).to_be_visible()
    expect(page.get_by_text("Hit rate")).to_be_visible()
    shot(page, "cache-demo")

    page.get_by_role("button", name="a hit").first.click()  # a sample: it goes to Chat and asks
    receipt = served(page)
    expect(receipt).to_contain_text("Demo")
    shot(page, "cache-hit")
    receipt.click()
    expect(page.get_by_text("Chance of error at most")).to_be_visible()
    expect(page.get_by_text("stored prompt above, this one below")).to_be_visible()
    shot(page, "cache-receipt")

    page.get_by_role("button", name="Ask the model anyway").click()
    expect(page.get_by_text("Stored answer and the model's answer of now")).to_be_visible()
    shot(page, "cache-beside")
    page.get_by_role("button", name="Wrong", exact=True).click()
    expect(page.get_by_text("Noted as wrong")).to_be_visible()

    page.get_by_role("button", name="Open the stored answer").click()
    settled(page)
    expect(page.get_by_text(re.compile(r"Evidence.*1 wrong"))).to_be_visible()
    shot(page, "cache-entry")
    page.get_by_role("button", name="All entries").click()
    settled(page)
    for view in ("Entries", "Map", "Rules"):
        page.get_by_role("radio", name=view).click()
        settled(page)
        shot(page, f"cache-{view.lower()}")
    nothing_scrolls_sideways(visit(f"{fresh.url}/cache", phone=True))
    tricks(visit(fresh.url), fresh, shot)


def tricks(page: Page, app: App, shot: Shot) -> None:
    page.get_by_role("button", name="Cache off").click()
    page.get_by_text("Reuse answers").click()
    expect(page.get_by_role("button", name="Cache · 2%")).to_be_visible()
    page.keyboard.press("Escape")
    ask(page, "Which is larger, 8 or 9 kilometres?")
    expect(page.locator("[class*='_cache_0_why'] summary")).to_contain_text("Miss")
    page.goto(f"{app.url}/cache?cache_view=Try+it")
    settled(page)
    page.get_by_label("Prompt", exact=True).fill("Which is larger, 5 or 7 kilometres?")
    page.get_by_role("button", name="Try to fool it").click()
    expect(page.get_by_text("tricks would be answered from the cache")).to_be_visible()
    expect(page.get_by_text("Which is smaller, 5 or 7 kilometres?")).to_be_visible()
    page.locator(".st-key-cache_trick_0_why summary").click()
    expect(page.locator(".st-key-cache_trick_0").get_by_text("Similarity")).to_be_visible()
    shot(page, "cache-fool")


def nothing_scrolls_sideways(page: Page) -> None:
    for view in ("Overview", "Entries", "Map", "Try it", "Rules"):
        page.get_by_role("radio", name=view).click()
        settled(page)
        wide: Any = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
        assert wide <= 390, view
