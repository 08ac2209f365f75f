"""Cache: what is stored, how sure it is, what it saved; look-ups without consequences, and tricks to fool it."""

import streamlit as st

from playground.ui.cache import entries, welcome
from playground.ui.cache.entry import show_entry
from playground.ui.cache.map import entry_map
from playground.ui.cache.overview import overview
from playground.ui.cache.rules import rules
from playground.ui.cache.trial import trial
from playground.ui.core import NAMESPACE, core

entries.follow()
welcome.follow()
opened = st.query_params.get("entry", "")
if opened:
    show_entry(opened)
else:
    state = core().cache.state(NAMESPACE)
    with st.container(horizontal=True, vertical_alignment="center", key="cache_title"):
        demo = " :gray-badge[:material/science: Demo loaded]" if state.demo else ""
        st.title(f"Cache{demo}", anchor=False, width="stretch")
        view = st.segmented_control(
            "View",
            ["Overview", "Entries", "Map", "Try it", "Rules"],
            default="Overview",
            required=True,
            key="cache_view",
            bind="query-params",
            label_visibility="collapsed",
        )
    if view == "Rules":
        rules()
    elif view == "Try it":
        trial()
    elif not state.entries and not any(state.counts.values()):
        welcome.welcome()
    elif view == "Overview":
        if state.demo:
            welcome.demo_banner()
        overview(state)
    elif view == "Entries":
        entries.entries()
    else:
        entry_map()
