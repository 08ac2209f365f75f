"""A map as one HTML file that needs nobody: Plotly, points and pictures in it, to be shown where no playground runs."""

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from playground.hover import short
from playground.matrix import Matrix

_CONFIG = {"displaylogo": False, "responsive": True, "scrollZoom": True}
_COLOURS = ("#0e7c73", "#c4340f", "#3e35a9", "#d6914f", "#68a8cb", "#8e5ce5", "#250e53", "#590202")
_SYMBOLS = ("circle", "diamond", "triangle-up", "square", "cross", "triangle-down", "star", "hexagon")


_HOVER = """
const pictures = %s, plot = document.getElementById("{plot_id}"), card = new Image();
card.alt = "";
card.style.cssText = "position:fixed;display:none;max-width:96px;max-height:96px;border-radius:6px;background:#fff;"
  + "box-shadow:0 1px 8px #0005;pointer-events:none;z-index:9";
document.body.append(card);
plot.on("plotly_hover", found => {
  const picture = pictures[found.points[0].customdata], mouse = found.event;
  if (!picture) return;
  card.src = picture;
  card.style.left = Math.max(0, mouse.clientX - 112) + "px";
  card.style.top = Math.max(0, mouse.clientY - 112) + "px";
  card.style.display = "block";
});
plot.on("plotly_unhover", () => { card.style.display = "none"; });
"""
"""Plotly's own hover takes no images; `customdata` of a point is its row."""


def sheet(
    title: str,
    maps: Mapping[str, Matrix],
    texts: Sequence[str],
    groups: Sequence[str],
    pictures: Sequence[str] | None = None,
) -> bytes:
    """The page: one of `maps` (name to (n, 2) coordinates) at a time, its n points coloured by `groups`.

    Texts are shown in short on hover, with `pictures` (data URIs, empty where there is nothing to see). Everything
    is in the file, about 5 MB; it asks no other host for anything.
    """
    import plotly.graph_objects as go

    names = list(dict.fromkeys(groups))
    members = [[row for row, group in enumerate(groups) if group == name] for name in names]
    figure = go.Figure()
    for place, coordinates in enumerate(maps.values()):
        for number, (name, rows) in enumerate(zip(names, members, strict=True)):
            figure.add_trace(_points(coordinates, rows, texts, name, number, visible=place == 0))
    figure.update_layout(
        title={"text": escape(title)},
        template="plotly_white",
        font={"family": "Inter, system-ui, sans-serif"},
        xaxis={"visible": False},
        yaxis={"visible": False, "scaleanchor": "x"},
        hovermode="closest",
        updatemenus=[_switch(list(maps), len(names))] if len(maps) > 1 else [],
    )
    script = _HOVER % json.dumps(list(pictures)) if pictures else None
    html: str = figure.to_html(include_plotlyjs=True, full_html=True, config=_CONFIG, post_script=script)
    return html.encode()


def _points(
    coordinates: Matrix, rows: Sequence[int], texts: Sequence[str], name: str, number: int, *, visible: bool
) -> Any:
    import plotly.graph_objects as go

    look = {"color": _COLOURS[number % 8], "symbol": _SYMBOLS[(number + number // 8) % 8], "size": 9, "opacity": 0.85}
    return go.Scatter(
        x=coordinates[rows, 0].tolist(),
        y=coordinates[rows, 1].tolist(),
        mode="markers",
        name=escape(short(name, 40)),
        hovertext=[escape(short(texts[row])) for row in rows],
        hoverinfo="text",
        customdata=list(rows),
        marker=look,
        visible=visible,
    )


def _switch(names: Sequence[str], groups: int) -> dict[str, Any]:
    """Buttons that show the points of one map and hide the others'."""
    buttons = [
        {
            "label": name,
            "method": "update",
            "args": [{"visible": [place == shown for place in range(len(names)) for _ in range(groups)]}],
        }
        for shown, name in enumerate(names)
    ]
    return {"type": "buttons", "direction": "right", "x": 1, "xanchor": "right", "y": 1.1, "buttons": buttons}
