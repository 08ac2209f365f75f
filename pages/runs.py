"""Runs: find one, open it by its link, compare latency, tokens, cost and errors."""

import streamlit as st

from playground.errors import NotFoundError, PlaygroundError
from playground.ui import filters, history
from playground.ui.core import NAMESPACE, core
from playground.ui.detail import headline, nothing, show_run
from playground.ui.forms.door import paste_button
from playground.ui.trends import trends
from playground.ui.underway import follow, underway
from playground.ui.watch import find, watch

follow()
opened = st.query_params.get("run", "")
found = find(opened) if opened else None
if isinstance(found, NotFoundError):
    nothing(opened)
elif found is not None:
    headline(opened, None if isinstance(found, PlaygroundError) else found.task)
    watch(opened, show_run, key="runs")
elif not core().history.count(NAMESPACE) and not core().live(NAMESPACE):
    history.empty_state()
else:
    with st.container(horizontal=True, vertical_alignment="center", key="runs_title"):
        st.title("Runs", anchor=False, width="stretch")
        paste_button("runs")
        view = st.segmented_control(
            "View",
            ["History", "Charts"],
            default="History",
            required=True,
            key="runs_view",
            bind="query-params",
            label_visibility="collapsed",
        )
    underway()
    wanted = filters.pick(searching=view == "History")
    if view == "History":
        history.table(wanted)
    else:
        trends(wanted)
