"""Scorecard: a comparison asked many times, what its panes took, and what can be said of every two of them."""

import streamlit as st

from playground.errors import NotFoundError
from playground.ui.compare.session import shown_set
from playground.ui.fault import fault
from playground.ui.scorecard.heading import draw_heading, draw_list
from playground.ui.scorecard.progress import draw_progress
from playground.ui.scorecard.view import draw_card

opened = st.query_params.get("set", "")
shown = shown_set(opened) if opened else None
with st.container(key="scorecard_page"):
    if shown is not None:
        draw_heading("Scorecard", shown.asked)
        draw_progress(shown)
        if not shown.live:
            draw_card(shown)
    else:
        st.markdown("### Scorecards")
        if opened:
            missing = f"there is no scorecard `{opened[:80]}`; it may belong to another data folder"
            fault(NotFoundError(missing), key="scorecard")
        draw_list("scorecard", "scorecard.py", "No scorecard yet: run a comparison, then choose Scorecard below it.")
