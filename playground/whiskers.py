"""Figures with their intervals as an ECharts option: a dot, a line for the interval, a bar for chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground.marks import GREY
from playground.scorecard.estimate import Estimate

_ROW, _AROUND = 34, 78
"""Pixels of one line, and of what stands around the lines."""


@dataclass(frozen=True, slots=True)
class Whisker:
    """One line: what it is called, whose it is (figures of one `group` share a colour), and the share of chance."""

    name: str
    group: str
    estimate: Estimate
    chance: float | None = None


def height(lines: Sequence[Whisker]) -> int:
    """Pixels that the figure needs."""
    return _ROW * len(lines) + _AROUND


def whiskers(lines: Sequence[Whisker], groups: Sequence[str] = ()) -> dict[str, Any]:
    """The option for shares between 0 and 1, one line each, the first on top. `groups` are all that there are, so that
    each has its colour also in a figure that others are missing from.
    """
    groups = groups or list(dict.fromkeys(line.group for line in lines))
    series = [each for group in groups for each in _series(group, lines)]
    chances = [[line.chance, row] for row, line in enumerate(lines) if line.chance is not None]
    if chances:
        series.append(
            {
                "type": "scatter",
                "name": "by chance",
                "data": chances,
                "symbol": "rect",
                "symbolSize": [3, 18],
                "itemStyle": {"color": GREY},
            }
        )
    return {
        "xAxis": {"type": "value", "min": 0, "max": 1, "interval": 0.25},
        "yAxis": {
            "type": "category",
            "data": [line.name for line in lines],
            "inverse": True,
            "axisTick": {"show": False},
        },
        "series": series,
        "legend": {
            "bottom": 0,
            "data": [*groups, *(["by chance"] if chances else [])],
            "itemWidth": 12,
            "itemHeight": 12,
        },
        "grid": {"left": 8, "right": 18, "top": 8, "bottom": 34, "containLabel": True},
        "tooltip": {"trigger": "item", "confine": True, "formatter": "{a}<br>{c}"},
        "animation": False,
    }


def _series(group: str, lines: Sequence[Whisker]) -> list[dict[str, Any]]:
    """The dots of a group and the lines of their intervals; series of one name have one colour."""
    ours = [(row, line.estimate) for row, line in enumerate(lines) if line.group == group]
    dots = {
        "type": "scatter",
        "name": group,
        "data": [[round(each.value, 4), row] for row, each in ours],
        "symbolSize": 11,
        "z": 3,
    }
    intervals = {
        "type": "lines",
        "name": group,
        "coordinateSystem": "cartesian2d",
        "data": [
            {"coords": [[round(each.low, 4), row], [round(each.high, 4), row]]}
            for row, each in ours
            if each.low is not None and each.high is not None
        ],
        "silent": True,
        "lineStyle": {"width": 3, "opacity": 0.55},
    }
    return [dots, intervals]
