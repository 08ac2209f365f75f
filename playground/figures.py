"""The map of points as an ECharts option: plain values, no browser, no Streamlit; the theme has the colours.

ECharts and not Plotly, because Streamlit keeps an ECharts chart by its key when the data changes: points travel from
one projection to the next, zoom and selection stay, and 5,000 points are drawn in half the time. A Plotly chart is
made anew with every change.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playground.colouring import NOTHING, OTHERS, Colouring
from playground.matrix import Matrix

_SYMBOLS = (
    *("circle", "diamond", "triangle", "rect"),
    "path://M3 0h4v3h3v4H7v3H3V7H0V3h3z",  # plus
    "path://M0 0h10L5 9z",  # triangle that points down
    "path://M5 0l1.5 3.4 3.5.4-2.6 2.4.7 3.6L5 8 1.9 9.8l.7-3.6L0 3.8l3.5-.4z",  # star
    "path://M2.5 0h5L10 5 7.5 10h-5L0 5z",  # hexagon
)
_GREY = "#8b9698"
_RING = "#e8590c"
_RAMP = ["#3b62c4", "#5a8fb8", "#8c8f8d", "#c98a3a", "#d9480f"]
"""From low to high for points; every step is visible on white and on near black, and to any kind of sight."""


@dataclass(frozen=True, slots=True)
class Figure:
    """An ECharts option, and for each series by its id the rows that its points stand for."""

    option: Mapping[str, Any]
    rows: Mapping[str, Sequence[int]]

    def picked(self, selected: Iterable[Mapping[str, Any]]) -> list[int]:
        """The rows of a chart's selection (`series_id` and `data_indices` per series), in order, each once."""
        found: set[int] = set()
        for group in selected:
            rows = self.rows.get(str(group.get("series_id")), ())
            found |= {rows[index] for index in group.get("data_indices", ()) if 0 <= index < len(rows)}
        return sorted(found)


@dataclass(frozen=True, slots=True)
class Marks:
    """Rows that are marked on a map: ringed ones, one in focus with lines to its neighbours, a selection."""

    ringed: Sequence[int] = ()
    focus: int | None = None
    near: Sequence[int] = ()
    selected: Sequence[int] = ()


def point_map(
    coordinates: Matrix, texts: Sequence[str], colouring: Colouring | None = None, marks: Marks | None = None
) -> Figure:
    """A map of (n, 2) coordinates with one text per point, shown in short on hover."""
    shown = [short(text) for text in texts]
    rows: dict[str, Sequence[int]] = {}
    datasets, series = [], []
    groups = colouring.groups() if colouring else [("texts", list(range(len(shown))))]
    names = _names([group for group, _ in groups])
    for place, (group, members) in enumerate(groups):
        rows[group] = members
        datasets.append({"source": _frame(coordinates, shown, colouring, members)})
        series.append({"id": group, "name": names[place], **_points(group, place, len(shown))})
    series += _marked(coordinates, marks or Marks())
    option: dict[str, Any] = {
        "dataset": datasets,
        "series": series,
        "tooltip": tooltip("<b>{@label}</b><br>{@text}" if colouring else "{@text}"),
        "toolbox": {"right": 4, "top": 0},
        "brush": {
            "toolbox": ["rect", "polygon", "clear"],
            "xAxisIndex": "all",
            "yAxisIndex": "all",
            "seriesIndex": list(range(len(groups))),
            "outOfBrush": {"colorAlpha": 0.18},
            "throttleType": "debounce",
            "throttleDelay": 250,
        },
        "dataZoom": [{"type": "inside", "xAxisIndex": 0}, {"type": "inside", "yAxisIndex": 0}],
        "animationDuration": 300,
        "animationDurationUpdate": 900,
        **_axes(coordinates),
        **(_scale(colouring) if colouring and colouring.numeric else _legend(names)),
    }
    return Figure(option, rows)


def short(text: str, limit: int = 160) -> str:
    """A text on one line, cut at `limit` characters."""
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1].rstrip()}…"


def _frame(coordinates: Matrix, shown: Sequence[str], colouring: Colouring | None, rows: Sequence[int]) -> Any:
    import pandas as pd

    columns: dict[str, Any] = {
        "x": coordinates[rows, 0].round(4),
        "y": coordinates[rows, 1].round(4),
        "text": [shown[row] for row in rows],
    }
    if colouring:
        values = [colouring.values[row] for row in rows]
        columns["label"] = [NOTHING if value is None else short(str(value), 60) for value in values]
        if colouring.numeric:
            columns["label"] = [f"{colouring.name}: {label}" for label in columns["label"]]
            columns["value"] = values
    return pd.DataFrame(columns)


def _names(groups: list[str]) -> list[str]:
    """What the legend says: short where that leaves the groups apart."""
    brief = [short(group, 28) for group in groups]
    return brief if len(set(brief)) == len(groups) else groups


def _points(group: str, place: int, total: int) -> dict[str, Any]:
    look = {"color": _GREY} if group in (NOTHING, OTHERS) else {}
    return {
        "type": "scatter",
        "datasetIndex": place,
        "encode": {"x": "x", "y": "y"},
        "symbol": _SYMBOLS[(place + place // 8) % 8],
        "symbolSize": _size(total),
        "itemStyle": {"opacity": 0.9 if total <= 3000 else 0.6, **look},
        "selectedMode": "multiple",
        "select": {"itemStyle": {"borderWidth": 2, "opacity": 1}},
        "emphasis": {"scale": 1.3},
        "large": False,
    }


def _size(total: int) -> int:
    """Pixels across a point."""
    return 11 if total <= 300 else 8 if total <= 3000 else 5


def _marked(coordinates: Matrix, marks: Marks) -> list[dict[str, Any]]:
    """Marks lie above the points and catch no click."""
    near, selected, ringed = (
        [_place(coordinates, row) for row in rows] for rows in (marks.near, marks.selected, marks.ringed)
    )
    focus = [] if marks.focus is None else [_place(coordinates, marks.focus)]
    size = _size(len(coordinates))
    return [
        {
            "type": "lines",
            "id": "mark: neighbours",
            "coordinateSystem": "cartesian2d",
            "data": [{"coords": [start, end]} for start in focus for end in near],
            "silent": True,
            "animation": False,
            "lineStyle": {"color": _GREY, "width": 1.2, "opacity": 0.9},
        },
        _circles("mark: selected", selected, size + 5, _GREY),
        _circles("mark: false neighbours", ringed, size + 8, _RING),
        _circles("mark: focus", focus, size + 13, _GREY),
    ]


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
        "z": 3,
        "large": False,
    }


def _place(coordinates: Matrix, row: int) -> list[float]:
    return [round(float(value), 4) for value in coordinates[row]]


def _axes(coordinates: Matrix) -> dict[str, Any]:
    """Both axes with the same span, so that near and far mean about the same across and down."""
    low, high = coordinates.min(axis=0).astype(float), coordinates.max(axis=0).astype(float)
    half = max(float((high - low).max()) / 2 * 1.08, 1e-6)
    middle = (low + high) / 2
    ranges = [{"min": round(float(at) - half, 6), "max": round(float(at) + half, 6), "show": False} for at in middle]
    return {"xAxis": ranges[0], "yAxis": ranges[1]}


def _legend(names: list[str]) -> dict[str, Any]:
    """The legend below the map and room for its lines, in a wide chart and in one as narrow as a phone."""
    if len(names) < 2:
        return {"legend": {"show": False}, "grid": _grid(12)}
    width = sum(42 + 7 * len(name) for name in names)
    wide, narrow = (math.ceil(width / room) for room in (560, 300))
    look = {"bottom": 0, "data": names, "itemWidth": 12, "itemHeight": 12, "itemGap": 12}
    if narrow > 4:
        return {"legend": {"type": "scroll", **look}, "grid": _grid(42)}
    return {
        "legend": {"type": "plain", **look},
        "grid": _grid(18 + 24 * wide),
        "media": [{"query": {"maxWidth": 560}, "option": {"grid": _grid(18 + 24 * narrow)}}],
    }


def _scale(colouring: Colouring) -> dict[str, Any]:
    values = [value for value in colouring.values if value is not None]
    scale = {
        "type": "continuous",
        "min": min(values),
        "max": max(values),
        "dimension": 4,
        "seriesIndex": 0,
        "inRange": {"color": _RAMP},
        "orient": "horizontal",
        "left": "center",
        "bottom": 0,
        "text": [f"{max(values):g}", f"{colouring.name}: {min(values):g}"],
        "itemWidth": 12,
        "itemHeight": 120,
    }
    return {"visualMap": scale, "legend": {"show": False}, "grid": _grid(42)}


def _grid(bottom: int) -> dict[str, Any]:
    return {"left": 10, "right": 10, "top": 40, "bottom": bottom}


def tooltip(template: str) -> dict[str, Any]:
    """What hovering shows: HTML with `{@column}` for values, which arrive escaped; wraps, stays inside the chart."""
    return {
        "trigger": "item",
        "confine": True,
        "formatter": template,
        "extraCssText": "max-width:min(22rem,80vw);white-space:normal;overflow-wrap:anywhere",
    }
