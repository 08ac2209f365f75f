"""The vectors of a run as a map that is only looked at."""

from typing import Any

import streamlit as st

from playground.colouring import Colouring
from playground.errors import PlaygroundError
from playground.figures import Kinds, point_map
from playground.projector import project
from playground.record import RunRecord
from playground.ui.embeddings.embedded import Embedded, embedded
from playground.ui.fault import fault

_FEWEST = 3
"""Points that make a map."""
_NAMED = 40
"""Points that have room for their texts."""


def has_map(run: RunRecord) -> bool:
    """Whether a run has vectors enough for a map."""
    data = (run.response or {}).get("data") or {}
    return len(data.get("embeddings") or []) >= _FEWEST


def draw_map(run: RunRecord) -> None:
    """Draw the map by principal components, coloured by the labels that the items have."""
    try:
        found = embedded(run)
    except PlaygroundError as error:
        fault(error, key="slides_map")
        return
    kinds = None if found.noun == "texts" else Kinds(found.kinds, found.pictures, True)
    coordinates = project(found.vectors, "pca").result().coordinates
    option = point_map(coordinates, found.texts, _colouring(found), kinds=kinds).option
    series = [_named(each) if len(found) <= _NAMED else each for each in option["series"]]
    looked_at = {name: value for name, value in option.items() if name not in ("brush", "toolbox", "dataZoom")}
    st.echarts_chart(
        {**looked_at, "series": series},
        height=560,
        key="slides_map",
        alt=f"Map of {len(found):,} {found.noun} by PCA",
    )
    st.markdown(f"{len(found):,} {found.noun}, {found.dimensions:,} dimensions, mapped by principal components")


def _named(series: dict[str, Any]) -> dict[str, Any]:
    """Points with their texts beside them, for nobody points at a wall; the marks have none."""
    if str(series.get("id", "")).startswith("mark:"):
        return series
    label = {
        "show": True,
        "formatter": "{@text}",
        "position": "right",
        "fontSize": 16,
        "width": 260,
        "overflow": "truncate",
    }
    return {**series, "label": label, "labelLayout": {"hideOverlap": True}}


def _colouring(found: Embedded) -> Colouring | None:
    return None if found.label is None else Colouring(found.label, found.table.columns[found.label])
