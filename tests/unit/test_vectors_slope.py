"""The chart of ranks: every document has its place, lines join what both lists have."""

from playground.vectors.slope import slope
from playground.vectors.versus import versus


def test_lines_join_what_both_found_and_dots_stand_for_what_only_one_did():
    option = slope(versus(["a", "b", "c"], ["b", "x", "c"]), ["A", "B"], {"a": "first text", "x": "new"})
    lines, *dots = option["series"]
    assert [(line["name"], line["coords"]) for line in lines["data"]] == [
        ("b", [[0, 2], [1, 1]]),
        ("c", [[0, 3], [1, 3]]),
    ]
    assert lines["data"][0]["lineStyle"] != lines["data"][1]["lineStyle"]  # one moved, the other did not
    places = {each["id"]: [(dot["name"], dot["value"]) for dot in each["data"]] for each in dots}
    assert places == {
        "first in both": [("b", [0, 2]), ("c", [0, 3])],
        "first only in one": [("first text", [0, 1])],
        "second in both": [("b", [1, 1]), ("c", [1, 3])],
        "second only in one": [("new", [1, 2])],
    }
    assert (option["xAxis"]["data"], option["yAxis"]["max"]) == (["A", "B"], 3)
