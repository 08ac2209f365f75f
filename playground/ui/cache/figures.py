"""The charts of the Cache page as ECharts options, each from the columns that its table shows too."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from playground.ui.cache.words import CHIPS

Shares = Sequence[float | None]
_SHADES = {
    "exact": "#12734a",
    "hit": "#3fbf7f",
    "audited": "#4c7fd9",
    "learning": "#8e5ce5",
    "guarded": "#d6914f",
    "miss": "#8b9698",
    "refresh": "#68a8cb",
    "no_store": "#b9b5a5",
    "off": "#5b6668",
}
"""Visible on white and on near black; the words stand in the legend and in the table."""
_ESTIMATE, _LIMIT, _BAND = "#159290", "#d9480f", "#8b9698"


def band(times: Sequence[str], low: Shares, estimate: Shares, high: Shares, limit: Shares) -> dict[str, Any]:
    """An estimate with its interval as a band, against a dashed limit; shares from 0 to 1, None where unknown.

    The axis ends where limit and estimate can be told apart; an interval that is still wide reaches beyond it.
    """
    percents = [[None if each is None else each * 100 for each in column] for column in (low, estimate, high, limit)]
    lows, estimates, highs, limits = percents
    wide = [None if a is None or b is None else b - a for a, b in zip(lows, highs, strict=True)]
    quiet = {"type": "line", "stack": "interval", "symbol": "none", "lineStyle": {"opacity": 0}, "silent": True}
    return {
        **_frame(times, ["estimate", "interval", "limit"]),
        "yAxis": {"type": "value", "min": 0, "max": _top(limits, estimates), "axisLabel": {"formatter": "{value}%"}},
        "series": [
            {**quiet, "name": "lowest", "data": lows, "tooltip": {"show": False}},
            {**quiet, "name": "interval", "data": wide, "areaStyle": {"opacity": 0.22}, "color": _BAND},
            _line("estimate", estimates, _ESTIMATE, width=2.5, symbols=len(times) < 4),
            _line("limit", limits, _LIMIT, dash=True, symbols=len(times) < 4),
        ],
    }


def _top(limits: Shares, estimates: Shares) -> float:
    known = [each for each in limits if each], [each for each in estimates if each]
    limit, estimate = (max(column, default=0.0) for column in known)
    return math.ceil(max(2.5 * limit, 1.5 * estimate, 1.0))


def decisions(times: Sequence[str], counts: Mapping[str, Sequence[int]]) -> dict[str, Any]:
    """Requests by what became of them, stacked; statuses that never occurred are left out."""
    there = [status for status in CHIPS if any(counts.get(status, ()))]
    return {
        **_frame(times, [CHIPS[status].word for status in there]),
        "yAxis": {"type": "value", "minInterval": 1},
        "series": [
            {
                "name": CHIPS[status].word,
                "type": "bar",
                "stack": "all",
                "barMaxWidth": 28,
                "data": list(counts[status]),
                "color": _SHADES[status],
            }
            for status in there
        ],
    }


def total(times: Sequence[str], values: Sequence[float], name: str) -> dict[str, Any]:
    """A sum as it grew."""
    return {
        **_frame(times, []),
        "yAxis": {"type": "value"},
        "series": [
            {**_line(name, values, _ESTIMATE, width=2.5, symbols=len(times) < 4), "areaStyle": {"opacity": 0.14}}
        ],
    }


def _frame(times: Sequence[str], names: Sequence[str]) -> dict[str, Any]:
    legend = {"data": list(names), "bottom": 0, "icon": "roundRect", "itemWidth": 10, "itemHeight": 10}
    return {
        "tooltip": {"trigger": "axis", "confine": True},
        "legend": legend if names else {"show": False},
        "grid": {"left": 14, "right": 26, "top": 20, "bottom": 34 if names else 14, "containLabel": True},
        "xAxis": {"type": "category", "data": list(times)},
    }


def _line(
    name: str, values: Sequence[Any], colour: str, *, width: float = 1.8, dash: bool = False, symbols: bool = False
) -> Any:
    return {
        "name": name,
        "color": colour,
        "type": "line",
        "data": list(values),
        "showSymbol": symbols,
        "connectNulls": True,
        "lineStyle": {"width": width, "type": "dashed" if dash else "solid"},
    }
