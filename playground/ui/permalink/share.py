"""Copy link and Print: what only the browser can do."""

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent

_component = st.components.v2.component(
    "playground_share",
    html="<button type='button'><i aria-hidden='true'></i><span aria-live='polite'></span></button>\n",
    css=(_HERE / "share.css").read_text("utf-8"),
    js=(_HERE / "share.js").read_text("utf-8"),
)


def path(id_: str, second: str | None = None) -> str:
    """The address of a run's receipt below the playground's own; with `second` the drift to that run."""
    return f"receipt?run={id_}" + (f"&with={second}" if second else "")


def copy_link(id_: str, key: str, second: str | None = None) -> None:
    """Draw the button that puts the link of a receipt on the clipboard. The link holds no key: it opens for who can
    open this playground.
    """
    copy_path(path(id_, second), key)


def copy_path(path: str, key: str) -> None:
    """Draw the button that puts an address below the playground's own on the clipboard."""
    with st.container(key=f"{key}_copy", width="content"):
        _component(data={"path": path, "label": "Copy link"}, key=f"{key}_share")


def print_button(key: str) -> None:
    """Draw the button that opens the browser's print dialog."""
    with st.container(key=f"{key}_printing", width="content"):
        _component(data={"path": "", "label": "Print"}, key=f"{key}_print")
