"""Embeddings in a real browser: one click to a map, lasso, neighbours, own texts, a file, stop, refresh."""

import csv
import io
import re
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, expect

from playground.colouring import Colouring
from playground.figures import point_map
from playground.neighbours import nearest
from playground.texts import lines
from tests.browser.conftest import settled

RECT = 89
"""Pixels from the right edge of the map to its first tool."""
COMPILED = 240_000
"""Milliseconds that the first UMAP of an app may take: it compiles, 10 to 25 s where nothing else runs."""


def open_embeddings(visit, app, **options) -> Page:
    page = visit(app.url, **options)
    page.get_by_role("link", name="Embeddings").click()
    expect(page.get_by_role("heading", name="Map texts and images")).to_be_visible()
    return settled(page)


def chart(page: Page):
    return page.locator("[class*='st-key-embeddings_map_'] canvas").first


def mapped(page: Page) -> Page:
    """Wait for the map by UMAP, settled."""
    expect(chart(page)).to_be_visible()
    expect(page.get_by_text("Trustworthiness")).to_be_visible()
    expect(page.get_by_text("Computing UMAP")).to_have_count(0, timeout=COMPILED)
    page.wait_for_timeout(1200)  # points travel for 0.9 s
    return settled(page)


def downloaded(page: Page, name: str) -> Path:
    page.get_by_role("button", name="Download", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    page.keyboard.press("Escape")
    return Path(download.value.path())


def rows_of(page: Page) -> list[dict[str, str]]:
    """The rows with their places, from the file that the page offers."""
    text = downloaded(page, "CSV with map coordinates").read_text("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


class Places:
    """Where the points of a map are on the screen, by the ranges and margins of the figure itself."""

    def __init__(self, page: Page, found: list[dict[str, str]], method: str) -> None:
        chart(page).scroll_into_view_if_needed()
        self.box = chart(page).bounding_box()
        where = np.array([[row[f"{method}_x"], row[f"{method}_y"]] for row in found], np.float32)
        option = point_map(
            where, [row["text"] for row in found], Colouring("topic", [row["topic"] for row in found])
        ).option
        narrow = self.box["width"] <= option["media"][0]["query"]["maxWidth"]
        grid = (option["media"][0]["option"] if narrow else option)["grid"]
        low = np.array([option["xAxis"]["min"], option["yAxis"]["min"]])
        share = (where - low) / (np.array([option["xAxis"]["max"], option["yAxis"]["max"]]) - low)
        room = self.box["width"] - grid["left"] - grid["right"], self.box["height"] - grid["top"] - grid["bottom"]
        self.points = np.column_stack([grid["left"] + share[:, 0] * room[0], grid["top"] + (1 - share[:, 1]) * room[1]])

    def at(self, row: int) -> tuple[float, float]:
        return self.box["x"] + float(self.points[row, 0]), self.box["y"] + float(self.points[row, 1])

    def around(self, rows: list[int]) -> tuple[tuple[float, float], tuple[float, float], int]:
        """The corners of a box around some rows, and how many points lie in it."""
        low, high = self.points[rows].min(axis=0) - 8, self.points[rows].max(axis=0) + 8
        inside = ((self.points >= low) & (self.points <= high)).all(axis=1)
        origin = np.array([self.box["x"], self.box["y"]])
        return tuple(low + origin), tuple(high + origin), int(inside.sum())


def draw_box(page: Page, places: Places, rows: list[int]) -> int:
    """Draw a box around rows with the map's tool; how many points it must select."""
    page.mouse.click(places.box["x"] + places.box["width"] - RECT, places.box["y"] + 24)
    start, end, inside = places.around(rows)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=12)
    page.mouse.up()
    return inside


def test_one_click_to_a_map_a_box_and_back(visit, app, shot):
    page = open_embeddings(visit, app)
    shot(page, "embeddings-empty")
    page.get_by_role("button", name="Eight topics").click()
    expect(chart(page)).to_be_visible()
    page.wait_for_timeout(500)
    shot(page, "embeddings-pca")
    mapped(page)
    expect(page.get_by_text(re.compile(r"96 texts · 384 dimensions"))).to_be_visible()
    shot(page, "embeddings-umap")

    found = rows_of(page)
    assert len(found) == 96
    places = Places(page, found, "umap")
    page.mouse.move(*places.at(3))
    expect(page.get_by_text(found[3]["text"])).to_be_visible()
    page.mouse.click(*places.at(3))
    expect(page.get_by_role("combobox", name="Nearest neighbours of")).to_have_value(found[3]["text"])
    shot(page, "embeddings-neighbours")

    space = [row for row, each in enumerate(found) if each["topic"] == "Space"]
    inside = draw_box(page, Places(page, found, "umap"), space)
    assert inside >= 12
    expect(page.get_by_text(f"{inside} selected", exact=True)).to_be_visible()
    page.locator(".st-key-embeddings_rings label").click()
    expect(page.get_by_text("have mostly false neighbours")).to_be_visible()
    shot(page, "embeddings-selected")
    page.get_by_role("radio", name="PCA").click()
    expect(page.get_by_text("of the variance")).to_be_visible()
    expect(page.get_by_text(f"{inside} selected", exact=True)).to_be_visible()
    shot(page, "embeddings-selected-pca")

    page.get_by_text("Similarity matrix").click()
    matrix = page.locator(".st-key-embeddings_matrix canvas").first
    expect(matrix).to_be_visible()
    matrix.scroll_into_view_if_needed()
    shot(page, "embeddings-matrix")
    page.get_by_role("button", name="Request", exact=True).click()
    expect(page.get_by_role("dialog")).to_contain_text("all-minilm-l6-v2")
    shot(page, "embeddings-request")


def test_a_refresh_another_page_and_a_second_viewer_lose_nothing(visit, app):
    page = open_embeddings(visit, app)
    page.get_by_role("button", name="Same meaning, other words").click()
    mapped(page)
    page.get_by_role("link", name="Settings").click()
    settled(page)
    page.get_by_role("link", name="Embeddings").click()
    expect(page.get_by_text(re.compile(r"24 texts · 384 dimensions"))).to_be_visible()
    link = page.url
    assert "run=run_" in link
    page.reload()
    mapped(page)
    other = visit(link)
    mapped(other)
    expect(other.get_by_role("combobox", name="Colour by")).to_have_value("meaning")


def test_own_texts_are_shown_as_texts_and_stay(visit, app, shot):
    page = open_embeddings(visit, app)
    box = page.get_by_role("textbox", name="One text per line")
    texts = [
        "<img src=x onerror=alert(1)> is a tag",
        "**bold** and $x$",
        "A cat sleeps",
        "A dog barks",
        "It rains",
        "Snow",
    ]
    box.fill("\n".join(texts))
    page.get_by_role("button", name="Embed", exact=True).click()
    mapped(page)
    expect(page.get_by_text(re.compile("6 texts · 384 dimensions"))).to_be_visible()
    assert page.locator("img[src='x']").count() == 0
    vectors = np.load(downloaded(page, "NPZ with vectors"))
    assert vectors["texts"].tolist() == lines("\n".join(texts)).columns["text"]
    near = int(nearest(vectors["embeddings"], 1, [2]).indices[0, 0])
    choice = page.get_by_role("combobox", name="Nearest neighbours of")
    choice.fill(texts[2])
    choice.press("Enter")
    expect(page.get_by_role("region", name="The 5 texts nearest to: A cat sleeps")).to_be_visible()
    assert texts[near] == "A dog barks"
    page.get_by_text("Other texts").click()
    expect(page.get_by_role("textbox", name="One text per line")).to_have_value("\n".join(texts))
    shot(page, "embeddings-own")


def test_a_file_with_labels_and_one_that_cannot_be_read(visit, app, shot, tmp_path):
    page = open_embeddings(visit, app)
    page.get_by_role("radio", name="Texts from a file").click()
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("id,price\n1,2\n")
    page.locator("input[type=file]").set_input_files(wrong)
    expect(page.get_by_text("No column holds text")).to_be_visible()
    shot(page, "embeddings-wrong-file")
    moods = tmp_path / "moods.csv"
    moods.write_text(
        "review,mood\n"
        + "".join(
            f"The bread was {word} {n}.,{mood}\n"
            for n in range(6)
            for word, mood in (("wonderful", "good"), ("stale and cold", "bad"))
        )
    )
    page.get_by_role("button", name="Remove wrong.csv").click()
    page.locator("input[type=file]").set_input_files(moods)
    expect(page.get_by_text("12 rows · 2 columns")).to_be_visible()
    expect(page.get_by_role("region", name="The first rows of moods.csv")).to_be_visible()
    page.wait_for_timeout(500)
    shot(page, "embeddings-file")
    page.get_by_role("button", name="Embed", exact=True).click()
    mapped(page)
    expect(page.get_by_role("combobox", name="Colour by")).to_have_value("mood")


def test_many_texts_are_stopped_and_go_on_from_there(visit, app, shot, tmp_path):
    page = open_embeddings(visit, app)
    page.get_by_role("radio", name="Texts from a file").click()
    many = tmp_path / "many.txt"
    many.write_text(
        "".join(f"This is the sentence with the number {row}, and it has more words.\n" for row in range(9000))
    )
    page.locator("input[type=file]").set_input_files(many)
    expect(page.get_by_text("9,000 rows · 1 column")).to_be_visible()
    page.get_by_role("button", name="Embed", exact=True).click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    shot(page, "embeddings-running")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_text("of 9,000 texts. They are kept.")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("heading", name="Map texts and images")).to_be_visible()
