"""What is being typed into a page's chat input, which tells the server nothing before it is sent."""

from pathlib import Path

import streamlit as st

_component = st.components.v2.component(
    "playground_typed", html="<span></span>", js=Path(__file__).with_name("typed.js").read_text("utf-8")
)


def typed(box: str, after: str) -> str:
    """What stands in the chat input with this key, half a second after the last letter; only the fragment around runs
    again for it. `after` is what the words follow upon: when it changes, they are read anew.
    """
    found = _component(
        data={"box": box, "after": after}, key=f"{box}_typed", default={"text": ""}, on_text_change=_nothing
    )
    return str(found.text or "")


def _nothing() -> None:
    """Having a callback makes the text a value that the component may set."""
