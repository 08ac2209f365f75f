"""Scorecard: a comparison asked many times, what its panes took, and what can be said of every two of them."""

import streamlit as st

from playground.errors import NotFoundError
from playground.ui.compare.session import shown_set
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import fault
from playground.ui.link import settle
from playground.ui.scorecard.heading import draw_heading, draw_list
from playground.ui.scorecard.progress import draw_progress
from playground.ui.scorecard.view import draw_card
from playground.ui.scorecard.welcome import welcome

settle()
opened = st.query_params.get("set", "")
shown = shown_set(opened) if opened else None
with st.container(key="scorecard_page"):
    if shown is not None:
        draw_heading("Scorecard", shown.asked)
        draw_progress(shown)
        if not shown.live:
            draw_card(shown)
    else:
        if opened:
            missing = f"there is no scorecard `{opened[:80]}`; it may belong to another data folder"
            fault(NotFoundError(missing), key="scorecard")
        welcome()
        if found := core().history.sets.recent(NAMESPACE, "scorecard", 30):
            st.markdown("### Scorecards", anchors=False)
            draw_list(found, "scorecard.py")
