"""Images on the Embeddings page in a real browser: given, mapped, hovered, selected, and there again by a link."""

import base64
import math
import re

from playwright.sync_api import Page, expect

from playground.shapes import shapes
from tests.browser.conftest import settled
from tests.browser.test_embeddings import chart, downloaded, open_embeddings, rows_of
from tests.replay import Answer, Received
from tests.specimens import FILM

GEMINI = "/v1beta/models/gemini-embedding-2:batchEmbedContents"
TEXTS = ["a red circle", "a blue star"]
PICTURES = shapes()[:6]


def _vectors(received: Received) -> Answer:
    """Vectors on a spiral, so that no two points of the map lie over each other; made up here."""
    count = len(received.json["requests"])
    rows = [[math.cos(2.4 * row) * (1 + row), math.sin(2.4 * row) * (1 + row), 1.0] for row in range(count)]
    return Answer.json({"embeddings": [{"values": row} for row in rows]})


def show_by_pca(page: Page) -> None:
    expect(chart(page)).to_be_visible()
    settled(page).get_by_role("radio", name="PCA").click()
    expect(page.get_by_text("of the variance")).to_be_visible()
    page.wait_for_timeout(1200)  # points travel for 0.9 s
    settled(page)


def hover(page: Page, rows: list[dict[str, str]], row: int) -> tuple[float, float]:
    """Move the mouse to a point: by the ranges that `figures` gives the axes and its margins without a legend."""
    chart(page).scroll_into_view_if_needed()
    box = chart(page).bounding_box()
    where = [(float(each["pca_x"]), float(each["pca_y"])) for each in rows]
    spans = [(min(values), max(values)) for values in zip(*where, strict=True)]
    half = max(high - low for low, high in spans) / 2 * 1.08
    x, y = (
        (value - (low + high) / 2 + half) / (2 * half) for value, (low, high) in zip(where[row], spans, strict=True)
    )
    place = (box["x"] + 10 + x * (box["width"] - 20), box["y"] + 40 + (1 - y) * (box["height"] - 52))
    page.mouse.move(*place)
    return place


def test_texts_images_and_a_film_on_one_map(visit, cloud, shot):
    app, server = cloud
    server.on("POST", GEMINI, _vectors)
    page = open_embeddings(visit, app)
    expect(page.get_by_text("takes text only. Images go to:")).to_be_visible()
    page.get_by_role("button", name="Use gemini-embedding-2 by Google").click()
    expect(page.get_by_text("3,072 dimensions")).to_be_visible()
    page.get_by_label("One text per line").fill("\n".join(TEXTS))
    files = [{"name": each.name, "mimeType": "image/png", "buffer": each.data} for each in PICTURES]
    files.append({"name": "light.mp4", "mimeType": "video/mp4", "buffer": FILM.data})
    page.locator(".st-key-embeddings_texts input[type=file]").set_input_files(files)
    expect(page.get_by_text("7 of 64 files wait")).to_be_visible()
    expect(page.get_by_text("PNG · 909 B · 160 × 160").first).to_be_attached()
    shot(page, "embeddings-files")
    page.get_by_role("button", name="Embed", exact=True).click()
    expect(page.get_by_text(re.compile("9 items · 3 dimensions"))).to_be_visible()

    [request] = [each.json["requests"] for each in server.requests if each.method == "POST"]
    parts = [each["content"]["parts"][0] for each in request]
    assert [part["text"] for part in parts[:2]] == TEXTS
    sent = [base64.b64decode(part["inlineData"]["data"]) for part in parts[2:]]
    assert sent == [*(each.data for each in PICTURES), FILM.data]

    page.get_by_role("combobox", name="Colour by").click()
    page.get_by_role("option", name="nothing").click()
    show_by_pca(page)
    rows = rows_of(page)
    assert [row["item"] for row in rows] == [*TEXTS, *(each.name for each in PICTURES), "light.mp4"]
    assert [row["kind"] for row in rows] == ["text"] * 2 + ["image"] * 6 + ["video"]
    place = hover(page, rows, 4)
    tooltip = page.locator("[class*='st-key-embeddings_map_'] img")
    expect(tooltip).to_be_visible()
    assert tooltip.get_attribute("src").startswith("data:image/webp;base64,")
    expect(page.locator("[class*='st-key-embeddings_map_']").get_by_text(PICTURES[2].name)).to_be_visible()
    shot(page, "embeddings-hover")
    chosen = page.get_by_role("combobox", name="Nearest neighbours of")
    page.mouse.move(0, 0)
    place = hover(page, rows, 4)  # the pictures just taken changed the map's size
    expect(tooltip).to_be_visible()
    page.mouse.click(*place)
    expect(chosen).to_have_value(PICTURES[2].name)
    expect(page.get_by_role("img", name=PICTURES[2].name)).to_be_visible()
    expect(page.get_by_text("1 selected", exact=True)).to_be_visible()
    shot(page, "embeddings-image")
    page.get_by_text("Similarity matrix").click()
    expect(page.locator(".st-key-embeddings_matrix canvas").first).to_be_visible()

    html = downloaded(page, "Interactive map, one HTML file").read_text()
    assert html.count("data:image/webp;base64,") == 7
    address = page.url
    again = visit(address)
    expect(again.get_by_text(re.compile("9 items · 3 dimensions"))).to_be_visible()
    expect(again.get_by_text("Pictures", exact=True)).to_be_visible()


def test_generated_images_with_one_click_and_the_map_at_home(visit, app, shot, tmp_path):
    page = open_embeddings(visit, app)
    page.get_by_role("button", name="Shapes and colours").click()
    expect(page.get_by_text(re.compile("24 images · 256 dimensions"))).to_be_visible(timeout=60_000)
    show_by_pca(page)
    shot(page, "embeddings-shapes")
    phone = visit(page.url, phone=True)
    expect(chart(phone)).to_be_visible()
    wide = phone.evaluate("document.documentElement.scrollWidth")
    assert wide <= 390, "nothing scrolls sideways on a phone"

    home = tmp_path / "map.html"
    home.write_bytes(downloaded(page, "Interactive map, one HTML file").read_bytes())
    sheet = page.context.new_page()
    sheet.goto(home.as_uri())
    point = sheet.locator(".scatterlayer .point").first
    expect(point).to_be_visible()
    box = point.bounding_box()
    sheet.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(sheet.locator("body > img")).to_be_visible()
    assert sheet.locator("body > img").get_attribute("src").startswith("data:image/webp;base64,")
