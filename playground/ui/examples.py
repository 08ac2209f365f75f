"""The empty conversation: what can be done here, one click each, no key needed."""

from dataclasses import dataclass

import streamlit as st

from playground.samples import FOLDER
from playground.ui.attachments.attachment import opened
from playground.ui.attachments.tray import add
from playground.ui.card import card
from playground.ui.look import from_the_top, quiet


@dataclass(frozen=True, slots=True)
class Example:
    """One card: what it says, and what it sends to which local model; `file` is one of the samples."""

    icon: str
    title: str
    line: str
    model: str
    prompt: str = ""
    file: str = ""


_REPORT = (
    "Summarise this report in a few sentences:\n\n"
    "The pilot ran for six weeks in two warehouses. In the first, pickers used the new handheld with spoken "
    "directions; in the second they kept paper lists. Errors fell from 2.1 to 0.8 percent in the first "
    "warehouse and stayed at 2.0 percent in the second. Pickers needed about four days to get used to the "
    "voice, and during these days they were slower than before. After that they were twelve percent faster. "
    "Batteries were the main complaint: a device lasted five hours, and a shift is eight. Two devices were "
    "dropped and had to be replaced. The noise near the packing line made spoken confirmation unreliable, so "
    "the team added a button. The cost per device is 310 euros, and the supplier offers a replacement battery "
    "for 40. The team recommends going on with the first warehouse, buying spare batteries for every device, "
    "and testing the second warehouse in spring, when there are fewer seasonal workers to train."
)

EXAMPLES = (
    Example(
        "menu_book", "Ask the handbook", "What is time to first token?", "handbook", "What is time to first token?"
    ),
    Example("api", "Call it from a program", "How do I use the HTTP API?", "handbook", "How do I use the HTTP API?"),
    Example("short_text", "Summarise a report", "Six weeks in two warehouses", "summary", _REPORT),
    Example(
        "image_search", "Read an image", "A notice, with a box around each line", "image-reader", file="notice.png"
    ),
)


def empty_state() -> None:
    """Draw the welcome and the cards; a click sends."""
    with st.container(key="chat_empty", gap="small"):
        st.markdown("# Start without a key", anchors=False)
        st.markdown(":gray[These models run on this machine and nothing leaves it. Keys for others go into Settings.]")
        with st.grid(2, gap="small"):
            for place, example in enumerate(EXAMPLES):
                card(f"chat_example_{place}", example.icon, example.title, example.line, _send, example)
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="chat_elsewhere"):
            st.markdown(quiet("Also without a key"), width="content")
            st.page_link("embeddings.py", label="Map texts by meaning", icon=":material/scatter_plot:", width="content")
            st.page_link("transcribe.py", label="Turn speech into text", icon=":material/graphic_eq:", width="content")
        from_the_top()


def _send(example: Example) -> None:
    st.session_state["chat_provider"] = "local"
    st.session_state["chat_model"] = example.model
    st.session_state["chat_send"] = example.prompt
    if example.file:
        add("chat", [opened(example.file, (FOLDER / example.file).read_bytes())])
