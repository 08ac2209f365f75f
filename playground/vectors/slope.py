"""The chart of ranks in two lists: a line for each document from its place in one to its place in the other."""

from collections.abc import Mapping, Sequence
from typing import Any

from playground.hover import short, tooltip
from playground.marks import GREY
from playground.vectors.versus import Versus

_SAME, _ONLY = "#2f9e44", "#e8590c"


def slope(found: Versus, names: Sequence[str], titles: Mapping[str, str]) -> dict[str, Any]:
    """An ECharts option: `names` of the two lists, `titles` by document. The best rank is on top.

    A document that only one list has is a dot there; one at the same place in both has a line of another colour.
    """
    lines = [
        {
            "coords": [[0, each.first], [1, each.second]],
            "name": short(titles.get(each.id, each.id), 90),
            "lineStyle": {"color": _SAME if not each.change else GREY, "width": 2.5 if not each.change else 1.6},
        }
        for each in found.both
    ]
    firsts, seconds = _places(found)
    return {
        "xAxis": {
            "type": "category",
            "data": list(names),
            "axisTick": {"show": False},
            "position": "top",
            # both names stand, in two lines on a phone
            "axisLabel": {"margin": 16, "interval": 0, "width": 124, "overflow": "break"},
        },
        "yAxis": {"type": "value", "inverse": True, "min": 1, "max": max(found.k, 2), "minInterval": 1},
        "series": [
            {
                "type": "lines",
                "id": "shared",
                "coordinateSystem": "cartesian2d",
                "data": lines,
                "silent": True,
                "animation": False,
            },
            *(
                {
                    "type": "scatter",
                    "id": f"{side} {kind}",
                    "name": kind,
                    "data": [
                        {"value": [place, rank], "name": short(titles.get(id_, id_), 90)} for rank, id_, _ in rows
                    ],
                    "symbol": symbol,
                    "symbolSize": 11,
                    "itemStyle": {"color": colour},
                }
                for place, side, sides in ((0, "first", firsts), (1, "second", seconds))
                for kind, symbol, colour, rows in (
                    ("in both", "circle", GREY, [each for each in sides if each[2]]),
                    ("only in one", "diamond", _ONLY, [each for each in sides if not each[2]]),
                )
            ),
        ],
        "legend": {"bottom": 0, "data": ["in both", "only in one"], "itemWidth": 12, "itemHeight": 12},
        "grid": {"left": 40, "right": 40, "top": 56, "bottom": 40},
        "tooltip": tooltip("{b}"),
        "animation": False,
    }


def _places(found: Versus) -> tuple[list[tuple[int, str, bool]], list[tuple[int, str, bool]]]:
    """(rank, id, whether both have it) of either list. The ranks that nobody shares are filled in their order."""
    firsts = {each.first: each.id for each in found.both}
    seconds = {each.second: each.id for each in found.both}
    return _filled(firsts, found.only_first), _filled(seconds, found.only_second)


def _filled(shared: Mapping[int, str], own: Sequence[str]) -> list[tuple[int, str, bool]]:
    rest = iter(own)
    ranks = range(1, len(shared) + len(own) + 1)
    return [(rank, shared[rank], True) if rank in shared else (rank, next(rest), False) for rank in ranks]
