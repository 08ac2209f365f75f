"""A journey through the Search page in a real browser, without a key: a demo, a question, reasons, two lists."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import App, Shot, settled

Visit = Callable[..., Page]


def test_from_a_click_on_a_demo_to_two_lists_side_by_side(app: App, visit: Visit, shot: Shot) -> None:
    page = visit(f"{app.url}/search")
    expect(page.get_by_role("heading", name="Search by meaning")).to_be_visible()
    shot(page, "search-empty")
    page.get_by_role("button", name="Same meaning, other words").click()
    expect(page.get_by_text("24 documents · all-minilm-l6-v2")).to_be_visible()
    shot(page, "search-ready")

    page.get_by_role("button", name="the train was late").click()
    first = page.locator(".st-key-search_hit_1")
    expect(first).to_contain_text("The train was forty minutes late")
    expect(page.locator(".st-key-search_side canvas").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"namespace=demo-meanings.*q=the\+train\+was\+late"))
    shot(page, "search-hits")
    first.get_by_role("button", name="Details").click()
    expect(page.get_by_text("1st place: cosine")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Request", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("/v1/retrievers/execute")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    page.get_by_role("button", name="New", exact=True).click()
    page.get_by_role("button", name="Eight topics").click()
    expect(page.get_by_text("96 documents · all-minilm-l6-v2")).to_be_visible()
    beside = visit(f"{app.url}/search?namespace=demo-topics&q=money&with=demo-meanings", phone=True)
    expect(beside.get_by_text("They hold different documents")).to_be_visible()
    expect(beside.locator(".st-key-search_hit_B1")).to_contain_text("only here")
    settled(beside)
    assert beside.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    shot(beside, "search-beside")
