"""Two texts, aligned, on the screen: what is alike reads on, what differs stands one above the other with its sign."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import streamlit as st

from playground.diff import Kind, Pair, joined

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "playground_diff",
    html='<ul class="legend"></ul><p tabindex="0"></p>\n',
    css=(_HERE / "diff.css").read_text("utf-8"),
    js=(_HERE / "diff.js").read_text("utf-8"),
)


def draw_diff(
    pairs: Sequence[Pair], names: Mapping[Kind, str], sides: tuple[str, str], key: str, *, space: str = " "
) -> None:
    """Draw an alignment of two `sides` (such as `("reference", "transcript")`), each `before` above its `after`.

    `names` says what `changed`, `removed` and `added` mean here; it is in the legend and read out with each difference.
    `space` is what stands between tokens.
    """
    shown = [asdict(pair) for pair in joined(pairs, space)]
    _component(data={"pairs": shown, "names": dict(names), "sides": sides, "space": space}, key=key)
