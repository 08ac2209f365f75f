"""The matrix of similarities as an ECharts option."""

from collections.abc import Mapping, Sequence
from typing import Any

from playground.hover import PICTURED, short, tooltip
from playground.matrix import Matrix

_PICTURED = "<b>{@cosine}</b><br>" + "".join(
    f"{PICTURED.format(f'{one} picture')}{{@{one}}}<br>" for one in ("one", "other")
)


def heatmap(
    cosines: Matrix, texts: Sequence[str], labels: Sequence[str] | None = None, pictures: Sequence[str] | None = None
) -> Mapping[str, Any]:
    """The similarities (n, n) of n texts, the first at the top left; for n up to about 100.

    The scale leaves the diagonal out. `labels` of equal neighbours in a row are written once, beside their middle.
    `pictures` are data URIs, empty where there is nothing to see.
    """
    import numpy as np
    import pandas as pd

    n = len(texts)
    names = pd.Categorical([f"{row + 1}. {short(text, 70)}" for row, text in enumerate(texts)])
    down, across = np.repeat(np.arange(n), n), np.tile(np.arange(n), n)
    columns: dict[str, Any] = {
        "x": across,
        "y": down,
        "cosine": np.round(cosines.ravel().astype(float), 3),
        "one": names[down],
        "other": names[across],
    }
    if pictures:
        seen = pd.Categorical(list(pictures))
        columns |= {"one picture": seen[down], "other picture": seen[across]}
    others = cosines[~np.eye(n, dtype=bool)] if n > 1 else cosines
    low, high = round(float(others.min()), 2), round(float(others.max()), 2)
    axis = {"type": "category", "data": [str(row + 1) for row in range(n)], "axisTick": {"show": False}}
    beside = _beside(labels) if labels else {}
    return {
        "dataset": {"source": pd.DataFrame(columns)},
        "series": [{"type": "heatmap", "encode": {"x": "x", "y": "y", "value": "cosine"}, "progressive": 0}],
        "xAxis": {**axis, "position": "top", "axisLabel": {"show": not labels}, "axisLine": {"show": False}},
        "yAxis": {**axis, **beside, "inverse": True, "axisLine": {"show": False}},
        "grid": {"left": 92 if labels else 36, "right": 10, "top": 8 if labels else 28, "bottom": 40},
        "tooltip": tooltip(_PICTURED if pictures else "<b>{@cosine}</b><br>{@one}<br>{@other}"),
        "visualMap": {
            "min": low,
            "max": max(high, low + 0.01),
            "dimension": 2,
            "text": [f"{high:.2f}", f"cosine {low:.2f}"],
            "orient": "horizontal",
            "left": "center",
            "bottom": 0,
            "itemWidth": 12,
            "itemHeight": 120,
        },
    }


def _beside(labels: Sequence[str]) -> dict[str, Any]:
    """An axis that says each label once for a stretch of equal ones."""
    written, start = [""] * len(labels), 0
    for row in range(1, len(labels) + 1):
        if row == len(labels) or labels[row] != labels[start]:
            written[(start + row - 1) // 2] = short(labels[start], 14)
            start = row
    return {"data": written, "axisLabel": {"interval": 0}}
