"""Not found: every address that is no page leads here; it offers the page that was perhaps meant, with its query."""

from difflib import get_close_matches
from pathlib import Path

import streamlit as st

from playground.ui.look import quiet

NAMES = sorted(page.stem for page in Path(__file__).parent.glob("*.py") if page.stem not in ("menu", "lost"))

address = st.query_params.get("address", "")
st.title("There is no page here", anchor=False)
shown = address[:80].replace("`", "")
said = f"`{shown}` is the address of no page" if shown else "This address names no page"
st.markdown(f"{said}: it may be cut off or misspelt. The menu has all pages.")
words = [word for word in address.lower().split("/") if word]
near = [name for word in words for name in get_close_matches(word, NAMES, n=1, cutoff=0.7)]
name = near[0] if near else "chat"
with st.container(horizontal=True, vertical_alignment="center", gap="small", key="lost_near"):
    st.markdown(quiet("Perhaps you looked for" if near else "Everything begins with"), width="content")
    asked = {key: value for key, value in st.query_params.items() if key != "address"}
    st.page_link(f"{name}.py", icon=":material/arrow_forward:", width="content", query_params=asked if near else None)
