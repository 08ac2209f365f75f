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
from playground.hover import PICTURED, short, tooltip
from playground.marks import GREY, PICTURE, Marks, marked, pictured
from playground.matrix import Matrix

_SYMBOLS = (
    *("circle", "diamond", "triangle", "rect"),
    "path://M3 0h4v3h3v4H7v3H3V7H0V3h3z",  # plus
    "path://M0 0h10L5 9z",  # triangle that points down
    "path://M5 0l1.5 3.4 3.5.4-2.6 2.4.7 3.6L5 8 1.9 9.8l.7-3.6L0 3.8l3.5-.4z",  # star
    "path://M2.5 0h5L10 5 7.5 10h-5L0 5z",  # hexagon
)
_KINDS = {
    "image": "path://M0 0h12v10H0zM1.5 1.5v7h9v-7zM2.2 8l2.6-3.6 1.8 2.2 1.2-1.4 2 2.8z",  # a framed picture
    "audio": "path://M4 0l7-1v8a2 2 0 1 1-1.6-2V2L5.6 2.6V9A2 2 0 1 1 4 7z",  # a note
    "video": "path://M0 0h12v9H0zM4.5 2.2v4.6l4-2.3z",  # a screen with the sign for playing
    "document": "path://M0 0h6l3 3v8H0zM1.8 4.5v1h5v-1zM1.8 7v1h5V7z",  # a page
}
_LABELLED = "<b>{@label}</b><br>{@text}"
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
class Kinds:
    """What the points stand for, a value per row: `names` (`text`, `image`, …) and `pictures`, data URIs, empty where
    there is nothing to see; `drawn` says whether the pictures themselves stand on the map.
    """

    names: Sequence[str]
    pictures: Sequence[str]
    drawn: bool = False


def point_map(
    coordinates: Matrix,
    texts: Sequence[str],
    colouring: Colouring | None = None,
    marks: Marks | None = None,
    kinds: Kinds | None = None,
) -> Figure:
    """A map of (n, 2) coordinates with one text per point, shown in short on hover, with its picture where it has one.

    Each group of `colouring` is a series, and one more for each of the `kinds` of things in it.
    """
    shown = [short(text) for text in texts]
    groups = colouring.groups() if colouring else [("texts", list(range(len(shown))))]
    names = _names([group for group, _ in groups])
    parts = [part for place, (group, rows) in enumerate(groups) for part in _parts(place, group, rows, kinds)]
    series = [
        {"id": part.id, "name": names[part.place], **_points(part, number, len(shown), kinds)}
        for number, part in enumerate(parts)
    ]
    series += _pictures(coordinates, parts, names, kinds)
    series += marked(coordinates, marks or Marks(), PICTURE + 8 if kinds and kinds.drawn else _size(len(shown)))
    option: dict[str, Any] = {
        "dataset": [{"source": _frame(coordinates, shown, colouring, part.rows, kinds)} for part in parts],
        "series": series,
        "tooltip": tooltip((PICTURED.format("picture") if kinds else "") + (_LABELLED if colouring else "{@text}")),
        "toolbox": {"right": 4, "top": 0},
        "brush": {
            "toolbox": ["rect", "polygon", "clear"],
            "xAxisIndex": "all",
            "yAxisIndex": "all",
            "seriesIndex": list(range(len(parts))),
            "outOfBrush": {"colorAlpha": 0.18},
            "throttleType": "debounce",
            "throttleDelay": 250,
        },
        "dataZoom": [{"type": "inside", "xAxisIndex": 0}, {"type": "inside", "yAxisIndex": 0}],
        "animationDuration": 300,
        "animationDurationUpdate": 900,
        **_axes(coordinates),
        **(_scale(colouring, parts) if colouring and colouring.numeric else _legend(names)),
    }
    return Figure(option, {part.id: part.rows for part in parts})


@dataclass(frozen=True, slots=True)
class _Part:
    """The points of one series: those of one kind in the group at `place`."""

    id: str
    place: int
    kind: str
    rows: Sequence[int]


def _parts(place: int, group: str, rows: Sequence[int], kinds: Kinds | None) -> list[_Part]:
    if kinds is None:
        return [_Part(group, place, "text", rows)]
    there = dict.fromkeys(kinds.names[row] for row in rows)
    return [
        _Part(
            group if kind == "text" else f"{group}: {kind}",
            place,
            kind,
            [row for row in rows if kinds.names[row] == kind],
        )
        for kind in there
    ]


def _pictures(coordinates: Matrix, parts: Sequence[_Part], names: Sequence[str], kinds: Kinds | None) -> list[Any]:
    if kinds is None or not kinds.drawn:
        return []
    rows: dict[str, list[int]] = {}
    for part in parts:
        rows.setdefault(names[part.place], []).extend(part.rows)
    return [pictured(name, coordinates, kinds.pictures, members) for name, members in rows.items()]


def _frame(
    coordinates: Matrix, shown: Sequence[str], colouring: Colouring | None, rows: Sequence[int], kinds: Kinds | None
) -> Any:
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
    if kinds and any(kinds.pictures[row] for row in rows):
        columns["picture"] = [kinds.pictures[row] for row in rows]
    return pd.DataFrame(columns)


def _names(groups: list[str]) -> list[str]:
    """What the legend says: short where that leaves the groups apart."""
    brief = [short(group, 28) for group in groups]
    return brief if len(set(brief)) == len(groups) else groups


def _points(part: _Part, number: int, total: int, kinds: Kinds | None) -> dict[str, Any]:
    group = part.id.removesuffix(f": {part.kind}")
    framed = bool(kinds and kinds.drawn and any(kinds.pictures[row] for row in part.rows))
    symbol = _SYMBOLS[(part.place + part.place // 8) % 8]
    if kinds and len(set(kinds.names)) > 1:  # where all are of one kind, symbols tell the groups apart
        symbol = _KINDS.get(part.kind, symbol)
    size = _size(total) + (0 if part.kind == "text" else 5)
    return {
        "type": "scatter",
        "datasetIndex": number,
        "encode": {"x": "x", "y": "y"},
        "symbol": "rect" if framed else symbol,
        "symbolSize": PICTURE + 6 if framed else size,
        "itemStyle": {
            "opacity": 0.9 if total <= 3000 else 0.6,
            **({"color": GREY} if group in (NOTHING, OTHERS) else {}),
        },
        "selectedMode": "multiple",
        "select": {"itemStyle": {"borderWidth": 2, "opacity": 1}},
        "emphasis": {"scale": 1.3},
        "large": False,
    }


def _size(total: int) -> int:
    """Pixels across a point."""
    return 11 if total <= 300 else 8 if total <= 3000 else 5


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


def _scale(colouring: Colouring, parts: Sequence[_Part]) -> dict[str, Any]:
    values = [value for value in colouring.values if value is not None]
    scale = {
        "type": "continuous",
        "min": min(values),
        "max": max(values),
        "dimension": 4,
        "seriesIndex": [number for number, part in enumerate(parts) if part.place == 0],
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
