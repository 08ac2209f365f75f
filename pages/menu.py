"""The frame around every page: navigation, page config, brand."""

from pathlib import Path

import streamlit as st

from playground.errors import PlaygroundError
from playground.ui import gate, look
from playground.ui.fault import fault
from playground.ui.forms.door import follow

HERE = Path(__file__).parent
MENU = {
    "Play": [
        ("chat", "Chat", "forum", "Talk to a model, watch it answer, see what it took."),
        ("compare", "Compare", "view_column", "One question for two to six models: answers, times, cost side by side."),
        ("embeddings", "Embeddings", "scatter_plot", "Turn texts into vectors: map, neighbours, similarity."),
        ("search", "Search", "manage_search", "Find documents by meaning: namespaces, filters, reasons, side by side."),
        ("transcribe", "Transcribe", "graphic_eq", "Speech to text with times, from a file or the microphone."),
    ],
    "Inspect": [
        ("runs", "Runs", "receipt_long", "Every run: search, open, compare latency, tokens and cost."),
        ("cache", "Cache", "bolt", "Answers that are reused: how sure, what they saved; try to fool it."),
        ("plugins", "Plugins", "extension", "Your own models: try, check and compare them; make a new one."),
    ],
    "Set up": [("settings", "Settings", "tune", "Providers and their keys, the HTTP API, the data folder.")],
}

st.logo(HERE / "static" / "logo.svg", size="large", icon_image=HERE / "static" / "icon.svg")
look.apply()

pages = {
    section: [
        st.Page(HERE / f"{name}.py", title=title, icon=f":material/{icon}:", help=help_, default=name == "chat")
        for name, title, icon, help_ in rows
    ]
    for section, rows in MENU.items()
}
pages["Play"].append(st.Page(HERE / "scorecard.py", title="Scorecard", visibility="hidden"))
pages["Play"].append(st.Page(HERE / "vote.py", title="Blind vote", visibility="hidden"))
pages["Inspect"].append(st.Page(HERE / "receipt.py", title="Receipt", visibility="hidden"))  # opened by its link
pages["Inspect"].append(st.Page(HERE / "slides.py", title="Slides", visibility="hidden"))
pages["Set up"].append(st.Page(HERE / "lost.py", title="Not found", visibility="hidden"))
# Before the navigation: it would make the page's Material icon the browser tab's, fetched from another host.
st.set_page_config(page_icon=str(HERE / "static" / "icon.svg"), layout="wide")
gate.enter()
page = st.navigation(pages)
follow(page.url_path or "chat")
st.set_page_config(page_title=f"{page.title} · Inference Playground")
try:
    page.run()
except PlaygroundError as error:  # what no page can go on without: a history that cannot be opened, say
    fault(error, key="page")
