"""The map as a file of its own: everything in it, nothing fetched, texts as texts."""

import json
import re

import numpy as np

from playground.sheet import sheet

PLACES = np.array([[0, 0], [1, 1], [2, 0]], dtype=np.float32)
TEXTS = ["a <script>alert(1)</script>", "b", "c"]


def page(**maps):
    return sheet("3 <b>texts</b>", maps or {"PCA": PLACES}, TEXTS, ["x", "y", "x"]).decode()


def test_nothing_is_fetched():
    html = page()
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", html)
    assert len(html) > 1_000_000


def test_texts_are_no_markup():
    html = page()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html.replace("\\u0026", "&")
    assert "3 &lt;b&gt;texts" in html.replace("\\u0026", "&")


def test_two_maps_have_a_switch_that_shows_one():
    html = page(UMAP=PLACES, PCA=PLACES)
    assert '"visible":[true,true,false,false]' in html
    assert '"visible":[false,false,true,true]' in html


def test_pictures_are_in_the_file_and_found_by_the_row_of_a_point():
    pictures = ["", "data:image/webp;base64,UklGRg==", ""]
    html = sheet("3 items", {"PCA": PLACES}, TEXTS, ["x", "y", "x"], pictures).decode()
    assert f"const pictures = {json.dumps(pictures)}" in html
    assert '"customdata":[0,2]' in html
    assert '"customdata":[1]' in html
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", html)
    assert "{plot_id}" not in html
    assert "const pictures" not in page(), "a map of texts needs no script of ours"
