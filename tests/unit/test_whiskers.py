"""Figures with intervals: every line has its dot, its interval where it has one, and chance where that is known."""

from playground.scorecard.estimate import Estimate
from playground.whiskers import Whisker, height, whiskers

LINES = [
    Whisker("MRR A", "A", Estimate(0.5, 0.25, 0.75, 9), 0.1),
    Whisker("MRR B", "B", Estimate(0.25, None, None, 3)),
    Whisker("nDCG A", "A", Estimate(1.0, 0.5, 1.0, 9), 0.2),
]


def test_dots_intervals_and_chance_stand_on_their_lines():
    option = whiskers(LINES)
    assert option["yAxis"]["data"] == ["MRR A", "MRR B", "nDCG A"]
    found = {(each["name"], each["type"]): each["data"] for each in option["series"]}
    assert found["A", "scatter"] == [[0.5, 0], [1.0, 2]]
    assert found["B", "scatter"] == [[0.25, 1]]
    assert [each["coords"] for each in found["A", "lines"]] == [[[0.25, 0], [0.75, 0]], [[0.5, 2], [1.0, 2]]]
    assert found["B", "lines"] == []
    assert found["by chance", "scatter"] == [[0.1, 0], [0.2, 2]]
    assert option["legend"]["data"] == ["A", "B", "by chance"]


def test_without_chance_nothing_speaks_of_it():
    assert whiskers(LINES[1:2])["legend"]["data"] == ["B"]
    assert [each["name"] for each in whiskers(LINES[1:2], ["A", "B"])["series"]] == ["A", "A", "B", "B"], "colours stay"
    assert height(LINES) > height(LINES[:1])
