"""A card that does one thing with a click, on pages that have nothing to show yet."""

from collections.abc import Callable
from typing import Any

import streamlit as st


def card(key: str, icon: str, title: str, line: str, click: Callable[..., None], *args: Any) -> None:
    """Draw it; `click(*args)` runs before the page."""
    st.button(
        f"**{title}**  \n{line}",
        key=key,
        icon=f":material/{icon}:",
        on_click=click,
        args=args,
        width="stretch",
        wrap=True,
    )
