"""The page without a plugin: what one is, an example in one click, a template for one's own."""

import streamlit as st

from playground.errors import AlreadyExistsError
from playground.ui.core import core
from playground.ui.look import quiet
from playground.ui.plugins.making import make, new_button
from playground.ui.plugins.session import open_plugin
from playground.ui.plugins.trial import ask_example

_NAME = "letter_shapes"
_STEPS = (
    ("shield", "Apart from all else", "A process of its own, with limits. A crash or a hang ends nobody but itself."),
    ("sync", "There as it is saved", "Change the code, ask again: the next call runs what stands in the file."),
    ("fact_check", "Checked", "Manifest, security scan and contract are read out in sentences, with the next step."),
)


def welcome() -> None:
    """Draw it."""
    with st.container(key="plugins_empty", gap="small"):
        st.markdown("# Your own models, behind the same door", anchors=False)
        st.markdown(
            "A plugin is a folder with a manifest and a few lines of Python. It answers on every page, over HTTP and "
            "in Python, by its name or its feature address."
        )
        with st.grid(3, min_column_width=200, gap="small"):
            for icon, title, line in _STEPS:
                with st.container(border=True, height="stretch"):
                    st.markdown(f":primary[:material/{icon}:] **{title}**  \n{line}")
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="plugins_begin"):
            st.button(
                "Make an example and run it",
                key="plugins_example",
                type="primary",
                icon=":material/play_arrow:",
                on_click=_example,
            )
            new_button()
        st.markdown(quiet(f"Plugins live in `{core().plugins.folder}`. None is there yet."))


def _example() -> None:
    try:
        made = make("embedding", _NAME, "1.0.0")
    except AlreadyExistsError:  # somebody else's click
        made = f"{_NAME}_1_0_0"
        open_plugin(made)
    ask_example(made)
