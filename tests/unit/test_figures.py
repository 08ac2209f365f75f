"""The options of the map and the matrix: what is drawn, in which group, and which row each point stands for."""

import json

import numpy as np
import pytest

from playground.colouring import MOST_GROUPS, NOTHING, OTHERS, Colouring
from playground.figures import Kinds, point_map
from playground.heatmap import heatmap
from playground.hover import short
from playground.marks import Marks
from playground.neighbours import similarity


def places(n, seed=0):
    return np.random.default_rng(seed).standard_normal((n, 2)).astype(np.float32) * [3, 1] + [5, -2]


def texts(n):
    return [f"text {row}" for row in range(n)]


def groups(figure):
    return [series for series in figure.option["series"] if not series["id"].startswith("mark: ")]


def without_frames(option):
    """The option as the browser gets it, the tables left out; fails when a value is not JSON."""
    return json.loads(json.dumps({**option, "dataset": None}, allow_nan=False))


def test_every_point_is_in_one_group_with_its_own_text_and_place():
    topics = ["b", "a", "b", None, "a", "b"]
    where = places(6)
    figure = point_map(where, texts(6), Colouring("topic", topics))
    assert {name: list(rows) for name, rows in figure.rows.items()} == {"b": [0, 2, 5], "a": [1, 4], NOTHING: [3]}
    for series in groups(figure):
        table = figure.option["dataset"][series["datasetIndex"]]["source"]
        rows = figure.rows[series["id"]]
        assert table["text"].tolist() == [f"text {row}" for row in rows]
        assert np.allclose(table[["x", "y"]], where[rows], atol=1e-3)
        assert set(table["label"]) == {series["name"]}
    without_frames(figure.option)


def test_a_selection_in_the_browser_is_rows_of_the_table():
    figure = point_map(places(6), texts(6), Colouring("topic", ["b", "a", "b", "a", "a", "b"]))
    selected = [
        {"series_id": "a", "data_indices": [2, 0]},
        {"series_id": "b", "data_indices": [1, 99, -1]},
        {"series_id": "mark: selected", "data_indices": [0]},
    ]
    assert figure.picked(selected) == [1, 2, 4]
    assert figure.picked([]) == []


def test_looks_do_not_repeat_and_rare_groups_are_one():
    values = [f"group {row % 40:02}" for row in range(400)]
    figure = point_map(places(400), texts(400), Colouring("g", values))
    assert len(figure.rows) == MOST_GROUPS
    assert len(figure.rows[OTHERS]) == 170
    looks = [(place % 8, series["symbol"]) for place, series in enumerate(groups(figure))]
    assert len(set(looks)) == len(looks)
    assert sum(map(len, figure.rows.values())) == 400


def test_long_names_are_short_in_the_legend_unless_that_makes_them_equal():
    long = ["The first of two very long names of topics", "Another"]
    figure = point_map(places(2), texts(2), Colouring("g", long))
    assert figure.option["legend"]["data"] == ["The first of two very long…", "Another"]
    assert list(figure.rows) == long
    alike = [f"The same beginning of two long names, {end}" for end in "ab"]
    figure = point_map(places(2), texts(2), Colouring("g", alike))
    assert figure.option["legend"]["data"] == alike
    assert dict(figure.rows) == {alike[0]: [0], alike[1]: [1]}


def test_eight_groups_have_eight_symbols_and_the_themes_colours():
    figure = point_map(places(16), texts(16), Colouring("g", [str(row % 8) for row in range(16)]))
    assert len({series["symbol"] for series in groups(figure)}) == 8
    assert all("color" not in series["itemStyle"] for series in groups(figure))


def test_numbers_get_a_scale_and_missing_ones_are_grey():
    figure = point_map(places(4), texts(4), Colouring("stars", [1, None, 4.5, 3], numeric=True))
    assert dict(figure.rows) == {"stars": [0, 2, 3], NOTHING: [1]}
    scale = figure.option["visualMap"]
    assert (scale["min"], scale["max"], scale["seriesIndex"]) == (1, 4.5, [0])
    table = figure.option["dataset"][0]["source"]
    assert table.columns[scale["dimension"]] == "value"
    assert table["label"].tolist() == ["stars: 1", "stars: 4.5", "stars: 3"]
    assert not figure.option["legend"]["show"], "it would lie over the scale"
    without_frames(figure.option)


def test_without_a_column_there_is_one_group_and_no_legend():
    figure = point_map(places(3), texts(3))
    assert dict(figure.rows) == {"texts": [0, 1, 2]}
    assert not figure.option["legend"]["show"]
    assert "label" not in figure.option["tooltip"]["formatter"]


def test_hover_is_short_and_markup_of_a_text_is_not_in_the_template():
    figure = point_map(places(2), ["word " * 200, "<img src=x onerror=alert(1)>"])
    assert figure.option["dataset"][0]["source"]["text"].str.len().max() == 160
    assert "img" not in figure.option["tooltip"]["formatter"]


def test_the_legend_has_room_for_its_lines_on_a_phone():
    names = [f"a topic of some length {place}" for place in range(5)]
    option = point_map(places(5), texts(5), Colouring("g", names)).option
    phone = option["media"][0]["option"]["grid"]["bottom"]
    assert phone > option["grid"]["bottom"] > 40
    many = point_map(places(20), texts(20), Colouring("g", [f"topic {row}" for row in range(20)])).option
    assert many["legend"]["type"] == "scroll"


def test_both_axes_have_the_same_span_and_hold_every_point():
    for where in (places(50), np.zeros((1, 2), np.float32), np.full((3, 2), 7, np.float32)):
        option = point_map(where, texts(len(where))).option
        spans = [option[axis]["max"] - option[axis]["min"] for axis in ("xAxis", "yAxis")]
        assert spans[0] == pytest.approx(spans[1], abs=1e-4)
        for axis, values in zip(("xAxis", "yAxis"), where.T, strict=True):
            assert option[axis]["min"] < values.min() <= values.max() < option[axis]["max"]


def test_marks_lie_at_their_rows_and_are_silent():
    where = places(9)
    figure = point_map(where, texts(9), marks=Marks(ringed=[1, 2], focus=3, near=[4, 5], selected=[6]))
    marks = {series["id"]: series for series in figure.option["series"] if series["id"].startswith("mark: ")}
    assert np.allclose(marks["mark: false neighbours"]["data"], where[[1, 2]], atol=1e-3)
    assert np.allclose(marks["mark: selected"]["data"], where[[6]], atol=1e-3)
    assert np.allclose([line["coords"][1] for line in marks["mark: neighbours"]["data"]], where[[4, 5]], atol=1e-3)
    assert all(series["silent"] for series in marks.values())
    assert "mark: focus" not in figure.rows
    bare = {series["id"] for series in point_map(where, texts(9)).option["series"]}
    assert set(marks) <= bare, "the same series always, so that the chart keeps its identity"


def test_the_matrix_has_every_pair_and_its_scale_leaves_the_diagonal_out():
    vectors = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
    option = heatmap(similarity(vectors), ["one", "two", "three"], ["a", "a", "b"])
    table = option["dataset"]["source"]
    row = table[(table["x"] == 1) & (table["y"] == 2)].iloc[0]
    assert (row["cosine"], row["one"], row["other"]) == (0.6, "3. three", "2. two")
    assert len(table) == 9
    assert (option["visualMap"]["min"], option["visualMap"]["max"]) == (0.0, 0.8)
    assert option["yAxis"]["data"] == ["a", "", "b"]
    without_frames(option)


def test_a_matrix_of_one_text_and_of_equal_texts_can_be_drawn():
    for vectors in ([[1.0, 2.0]], [[1.0, 2.0], [1.0, 2.0]]):
        option = heatmap(similarity(vectors), texts(len(vectors)))
        assert option["visualMap"]["min"] < option["visualMap"]["max"]
        without_frames(option)


def test_short_keeps_to_its_limit_and_to_one_line():
    assert short("a\n  b\tc") == "a b c"
    assert short("x" * 200, 10) == "x" * 9 + "…"


RED, BLUE = "data:image/webp;base64,UklGRg==", "data:image/webp;base64,UklGRh=="
MIXED = ["text", "image", "image", "audio", "text"]


def test_kinds_have_series_and_symbols_of_their_own_in_the_colour_of_their_group():
    kinds = Kinds(MIXED, ["", RED, BLUE, "", ""])
    figure = point_map(places(5), texts(5), Colouring("topic", ["a", "a", "b", "a", "b"]), kinds=kinds)
    assert {name: list(rows) for name, rows in figure.rows.items()} == {
        "a": [0],
        "a: image": [1],
        "a: audio": [3],
        "b": [4],
        "b: image": [2],
    }
    looks = {series["id"]: (series["name"], series["symbol"]) for series in groups(figure)}
    assert {name for name, _ in looks.values()} == {"a", "b"}, "one entry of the legend, one colour for each group"
    assert looks["a: image"][1] == looks["b: image"][1] != looks["a: audio"][1]
    assert len({symbol for _, symbol in looks.values()}) == 4
    assert figure.option["legend"]["data"] == ["a", "b"]
    assert figure.option["brush"]["seriesIndex"] == [0, 1, 2, 3, 4]
    without_frames(figure.option)


def test_hover_has_the_picture_of_its_point():
    figure = point_map(places(5), texts(5), kinds=Kinds(MIXED, ["", RED, BLUE, "", ""]))
    frames = {series["id"]: figure.option["dataset"][series["datasetIndex"]]["source"] for series in groups(figure)}
    assert frames["texts: image"]["picture"].tolist() == [RED, BLUE]
    assert "picture" not in frames["texts"], "a text has none, and the place for it then has no size"
    assert '<img alt="" src="{@picture}"' in figure.option["tooltip"]["formatter"]


def test_pictures_stand_on_the_map_and_go_with_their_group():
    kinds = Kinds(MIXED, ["", RED, BLUE, "", ""], drawn=True)
    figure = point_map(places(5), texts(5), Colouring("topic", ["a", "a", "b", "a", "b"]), kinds=kinds)
    drawn = [series for series in figure.option["series"] if series["id"].startswith("mark: pictures")]
    assert {(series["name"], series["silent"]) for series in drawn} == {("a", True), ("b", True)}
    assert {item["symbol"] for series in drawn for item in series["data"]} == {f"image://{RED}", f"image://{BLUE}"}
    frames = {series["symbol"] for series in groups(figure) if series["id"].endswith("image")}
    assert frames == {"rect"}, "the colour of the group is a frame around the picture"


def test_numbers_colour_every_kind():
    kinds = Kinds(MIXED, ["", RED, BLUE, "", ""])
    option = point_map(places(5), texts(5), Colouring("n", [1, 2, 3, 4, None], numeric=True), kinds=kinds).option
    assert option["visualMap"]["seriesIndex"] == [0, 1, 2]


def test_the_matrix_shows_pictures_of_both():
    option = heatmap(similarity([[1.0, 0.0], [0.0, 1.0]]), ["a", "b"], pictures=[RED, ""])
    frame = option["dataset"]["source"]
    assert frame["one picture"].tolist() == [RED, RED, "", ""]
    assert frame["other picture"].tolist() == [RED, "", RED, ""]
    assert "{@one picture}" in option["tooltip"]["formatter"]
