"""Receipt: one run, or a set of runs, by its link, on a clean page; the same again, and what has changed since."""

import streamlit as st

from playground.errors import NotFoundError, PlaygroundError
from playground.ui.compare.session import shown_set
from playground.ui.fault import fault
from playground.ui.permalink.sheet import draw_sheet
from playground.ui.permalink.together import draw_together
from playground.ui.watch import find, watch

opened, together = st.query_params.get("run", ""), st.query_params.get("set", "")
with st.container(key="receipt_column"):
    if together:
        shown = shown_set(together)
        if shown is not None:
            draw_together(shown)
        else:
            missing = f"there is no set `{together[:80]}`; it may belong to another data folder"
            fault(NotFoundError(missing), key="receipt")
            st.page_link("compare.py", label="Compare", icon=":material/view_column:")
    else:
        found = find(opened) if opened else NotFoundError("this address names no run; open one on the Runs page")
        if isinstance(found, PlaygroundError):
            fault(found, key="receipt")
            st.page_link("runs.py", label="All runs", icon=":material/receipt_long:")
        else:
            watch(opened, draw_sheet, key="receipt")
