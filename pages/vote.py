"""Blind vote: two answers of a set without names, a choice, and the leaderboard of all choices."""

import streamlit as st

from playground.errors import NotFoundError
from playground.ui.compare.session import shown_set
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import fault
from playground.ui.link import settle
from playground.ui.look import quiet
from playground.ui.vote.booth import draw_booth
from playground.ui.vote.standings import draw_standings

settle()
opened = st.query_params.get("set", "")
shown = shown_set(opened) if opened else None
with st.container(key="vote_page"):
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="vote_heading"):
        st.markdown("### Blind vote", width="stretch")
        if shown is not None:
            st.page_link("vote.py", label="All votes", icon=":material/leaderboard:")
        query = {"set": opened} if shown is not None and shown.asked.kind == "comparison" else None
        st.page_link("compare.py", label="Compare", icon=":material/view_column:", query_params=query)
    if shown is not None:
        draw_booth(shown)
        draw_standings(core().history.votes.all(NAMESPACE, opened), f"votes-{opened}")
    else:
        if opened:
            missing = f"there is no set `{opened[:80]}`; it may belong to another data folder"
            fault(NotFoundError(missing), key="vote")
        st.markdown(quiet("All votes, of all sets. Judge more: open a comparison, then choose Blind vote below it."))
        draw_standings(core().history.votes.all(NAMESPACE), "votes")
