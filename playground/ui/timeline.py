"""Where the time of a run went, as one bar."""

from collections.abc import Mapping

import streamlit as st

from playground.record import RunRecord, Status
from playground.units import seconds

_COLOURS = ["#8b9698", "#d6914f", "#12857a", "#5b6668"]
"""Of the phases in order; each is visible on white and on near black. Red would say that something is wrong."""


_END: Mapping[Status, str] = {"done": "finishing", "cancelled": "until it was stopped", "failed": "until it failed"}


def phases(run: RunRecord) -> dict[str, float]:
    """Milliseconds per phase, in order."""
    times = run.timings
    if times.first_token is None or times.last_token is None:
        found = {"queued": times.started, "working": times.total - times.started}
    else:
        found = {
            "queued": times.started,
            "waiting for the first token": times.first_token - times.started,
            "writing": times.last_token - times.first_token,
            _END[run.status]: times.total - times.last_token,
        }
    return {name: max(value, 0.0) for name, value in found.items()}


def timeline(run: RunRecord) -> None:
    """Draw the bar; the numbers stand in the table below it."""
    found = phases(run)
    series = [
        {"name": name, "type": "bar", "stack": "all", "barWidth": 14, "data": [round(value, 3)]}
        for name, value in found.items()
    ]
    st.echarts_chart(
        {
            "animation": False,
            "tooltip": {"trigger": "item", "valueFormatter": "%.1f ms", "confine": True},
            "legend": {"bottom": 0, "left": 0, "itemWidth": 10, "itemHeight": 10},
            "grid": {"left": 0, "right": 0, "top": 0, "bottom": 44},
            "xAxis": {"type": "value", "max": run.timings.total, "show": False},
            "yAxis": {"type": "category", "data": [""], "show": False},
            "color": _COLOURS,
            "series": series,
        },
        height=84,
        key="runs_timeline",
        alt="Where the time went: " + ", ".join(f"{name} {seconds(value)}" for name, value in found.items()),
    )
