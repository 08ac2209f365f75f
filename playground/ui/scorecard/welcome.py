"""The page without a scorecard: what one says, an example in one click, and the way to one's own."""

import time

import streamlit as st

from playground.comparison import Pane, Set, new_id
from playground.scorecard.plan import order
from playground.ui.card import card
from playground.ui.compare.welcome import NOTICE
from playground.ui.core import NAMESPACE, core
from playground.ui.look import quiet

_REPEATS = 6


def welcome() -> None:
    """Draw it; a click on the example starts it and shows it."""
    st.markdown("# Which one is faster, cheaper, steadier?", anchors=False)
    st.markdown(
        "A scorecard asks the panes of a comparison again and again, in turn, and says what can be said of every two: "
        "medians with their intervals, a sentence for each pair, and how many more runs would tell."
    )
    with st.grid(2, min_column_width=300, gap="small"):
        line = "One notice, in one sentence and in three, six times each"
        card("scorecard_example_settings", "scoreboard", "Measure two settings of one model", line, _example)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="scorecard_own"):
        st.markdown(quiet("For your own models: run a comparison, then choose Scorecard below it."), width="content")
        st.page_link("compare.py", label="Compare", icon=":material/view_column:")


def _example() -> None:
    panes = tuple(Pane(letter, "local", "summary", {"sentences": count}) for letter, count in (("A", 1), ("B", 3)))
    asked = Set(new_id(), NAMESPACE, time.time(), "scorecard", "chat", NOTICE, panes)
    core().sweeps.start(asked, order(asked, _REPEATS), ())
    st.query_params["set"] = asked.id
