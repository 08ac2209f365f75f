"""What is marked on a map of points: rings, lines, selections, pictures. Marks lie above the points, catch no click."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground.matrix import Matrix

GREY = "#8b9698"
_RING = "#e8590c"
PICTURE = 34
"""Pixels across a picture that stands on the map."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Rows that are marked: ringed ones, one in focus with lines to its neighbours, a selection."""

    ringed: Sequence[int] = ()
    focus: int | None = None
    near: Sequence[int] = ()
    selected: Sequence[int] = ()


def marked(coordinates: Matrix, marks: Marks, size: int) -> list[dict[str, Any]]:
    """The series of the marks, around points `size` pixels across."""
    near, selected, ringed = (
        [_place(coordinates, row) for row in rows] for rows in (marks.near, marks.selected, marks.ringed)
    )
    focus = [] if marks.focus is None else [_place(coordinates, marks.focus)]
    return [
        {
            "type": "lines",
            "id": "mark: neighbours",
            "coordinateSystem": "cartesian2d",
            "data": [{"coords": [start, end]} for start in focus for end in near],
            "silent": True,
            "animation": False,
            "lineStyle": {"color": GREY, "width": 1.2, "opacity": 0.9},
        },
        _circles("mark: selected", selected, size + 5, GREY),
        _circles("mark: false neighbours", ringed, size + 8, _RING),
        _circles("mark: focus", focus, size + 13, GREY),
    ]


def pictured(name: str, coordinates: Matrix, pictures: Sequence[str], rows: Sequence[int]) -> dict[str, Any]:
    """The pictures of some rows of a group at their places; the legend's `name` hides them with their points."""
    shown = [row for row in rows if pictures[row]]
    return {
        "type": "scatter",
        "id": f"mark: pictures of {name}",
        "name": name,
        "data": [{"value": _place(coordinates, row), "symbol": f"image://{pictures[row]}"} for row in shown],
        "symbolSize": PICTURE,
        "symbolKeepAspect": True,
        "itemStyle": {"opacity": 1},
        "silent": True,
        "animationDuration": 0,
        "z": 3,
        "large": False,
    }


def _circles(name: str, places: list[list[float]], size: int, colour: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "id": name,
        "data": places,
        "symbol": "circle",
        "symbolSize": size,
        "itemStyle": {"color": "transparent", "borderColor": colour, "borderWidth": 2 if size > 15 else 1},
        "silent": True,
        "animationDuration": 0,
        "z": 4,
        "large": False,
    }


def _place(coordinates: Matrix, row: int) -> list[float]:
    return [round(float(value), 4) for value in coordinates[row]]
