"""Two embedding models in a real browser: maps side by side that mark each other's items, lists, a retrieval check."""

import json
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settled
from tests.browser.test_embeddings import RECT
from tests.trigrams import answered

PAIRS = """a walk on the moon => The rover | 2
how to bake bread => 13 | 14
winning the match => 25
interest rates => 37
seeing a doctor => 49
growing tomatoes => 61
a bug in the program => 73
learning the guitar => 85"""


def choose(page: Page, key: str, value: str) -> None:
    box = page.locator(f".st-key-{key} input").first
    box.click()
    box.fill(value)
    page.keyboard.press("Enter")
    expect(box).to_have_value(value)
    settled(page)


def maps(page: Page) -> Locator:
    return page.locator("[class*='st-key-embeddings_map_']")


def draw_box(page: Page, chart: Locator) -> None:
    """Select what lies in the middle of a map with its tool for boxes."""
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.click(box["x"] + box["width"] - RECT, box["y"] + 24)
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.25)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.6, steps=12)
    page.mouse.up()


def selected(page: Page) -> int:
    found = page.get_by_text(re.compile(r"^\d+ selected$"))
    expect(found).to_be_visible()
    settled(page)
    return int(found.inner_text().split()[0])


def whole(page: Page, shot, name: str) -> None:
    """A picture of all that stands on the page."""
    size = page.viewport_size
    height = page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": height + 20})
    shot(page, name)
    page.set_viewport_size(size)


def test_two_models_side_by_side(visit, cloud, shot):
    app, replay = cloud
    replay.on("POST", "/v1/embeddings", answered)
    page = visit(f"{app.url}/embeddings")
    page.get_by_role("button", name="Compare with…").click()
    choose(page, "embeddings_second_provider", "OpenAI")
    choose(page, "embeddings_second_model", "text-embedding-3-small")
    shot(page, "embeddings-compare-empty")
    page.get_by_role("button", name="Eight topics").click()
    expect(page.get_by_text("Each map is its model's own")).to_be_visible()
    settled(page)
    page.get_by_role("radio", name="PCA").click()
    expect(page.get_by_role("radio", name="PCA")).to_be_checked()
    expect(page.get_by_text("Computing UMAP")).to_have_count(0)
    expect(maps(page)).to_have_count(2)
    expect(page.get_by_text(re.compile(r"A and B share \d+% of their 10 nearest neighbours"))).to_be_visible()

    page.wait_for_timeout(1500)  # points travel for 0.9 s
    first, second = maps(page).nth(0), maps(page).nth(1)
    before = second.screenshot()
    draw_box(page, first)
    on_first = selected(page)
    page.wait_for_timeout(1000)
    second.scroll_into_view_if_needed()
    assert second.screenshot() != before, "what was selected on one is marked on the other"
    shot(page, "embeddings-compare-selected")
    before = first.screenshot()
    draw_box(page, second)
    page.wait_for_function("n => !document.body.innerText.includes(`${n} selected`)", arg=on_first)
    assert selected(page) != on_first
    page.wait_for_timeout(1000)
    first.scroll_into_view_if_needed()
    assert first.screenshot() != before

    table = page.locator("[class*='st-key-embeddings_changed_'] canvas").first
    table.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    place = table.bounding_box()
    page.mouse.click(place["x"] + 16, place["y"] + 52)
    expect(page.get_by_role("combobox", name="Nearest neighbours of")).not_to_have_value("")
    expect(page.get_by_role("region", name=re.compile(r"^(✓ both|only [AB]): "))).to_have_count(2)

    page.get_by_role("textbox", name="One pair on each line").fill(PAIRS)
    page.get_by_role("button", name="Check both models").click()
    expect(page.get_by_text("Query by query")).to_be_visible()
    expect(page.get_by_text(re.compile("(finds more of what was expected than|annot tell)"))).to_be_visible()
    settled(page)
    with page.expect_download() as download:
        page.locator(".st-key-embeddings_retrieval_json button").click()
    told = json.loads(Path(download.value.path()).read_text("utf-8"))
    assert [query["query"] for query in told["queries"]] == [line.split(" => ")[0] for line in PAIRS.split("\n")]
    assert told["models"].keys() == {"A", "B"}
    page.wait_for_timeout(800)
    whole(page, shot, "embeddings-compare")

    page.reload()
    expect(page.get_by_text("Query by query")).to_be_visible()
    expect(maps(page)).to_have_count(2)
    phone = visit(page.url, phone=True)
    expect(phone.get_by_text("Query by query")).to_be_visible()
    boxes = [maps(phone).nth(place).bounding_box() for place in (0, 1)]
    assert boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"], "one below the other"
    assert phone.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollWidth") <= 390
