"""Receipt: one run by its link, on a clean page; the same request again, and what has changed since."""

import streamlit as st

from playground.errors import NotFoundError, PlaygroundError
from playground.ui.fault import fault
from playground.ui.permalink.sheet import draw_sheet
from playground.ui.watch import find, watch

opened = st.query_params.get("run", "")
found = find(opened) if opened else NotFoundError("this address names no run; open one on the Runs page")
with st.container(key="receipt_column"):
    if isinstance(found, PlaygroundError):
        fault(found, key="receipt")
        st.page_link("runs.py", label="All runs", icon=":material/receipt_long:")
    else:
        watch(opened, draw_sheet, key="receipt")
