"""A small gauge: the estimated chance that an answer is wrong against the largest one that would be served."""

from pathlib import Path

import streamlit as st

from playground.ui.cache.words import percent

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "playground_cache_gauge",
    html='<div role="img"><div class="track"><div class="bar"></div><div class="mark"></div></div>'
    '<div class="words" aria-hidden="true"><span class="chance"></span><span class="allowed"></span></div></div>\n',
    css=(_HERE / "gauge.css").read_text("utf-8"),
    js=(_HERE / "gauge.js").read_text("utf-8"),
)


def gauge(chance: float, allowed: float | None, key: str) -> None:
    """Draw both, 0 to 1, as a bar and a mark with their numbers; `allowed` None says that nothing is allowed yet."""
    top = max(chance, allowed or 0.0) * 1.25 or 1.0
    within = allowed is not None and chance <= allowed
    limit = "nothing is reused yet" if allowed is None else f"{percent(allowed)} allowed for one answer now"
    said = f"Chance of error at most {percent(chance)}"
    _component(
        data={
            "chance": {"at": min(chance / top, 1.0), "words": f"{'✓' if within else '✕'} {said}"},
            "allowed": {"at": None if allowed is None else allowed / top, "words": limit},
            "within": within,
            "label": f"{said}; {limit}",
        },
        key=key,
    )
