"""The page without a run: what can be done here, one click without a key."""

import streamlit as st

WANTED = "transcribe_sample"


def welcome() -> None:
    """Draw the welcome and the card; a click transcribes the sample."""
    st.markdown("# Turn speech into text")
    st.markdown("Words appear while the model listens, each with its time. The local model needs no key.")
    st.button(
        "**Try the sample**  \nFourteen seconds of a computer talking",
        key="transcribe_example_sample",
        icon=":material/graphic_eq:",
        on_click=_want,
        width="stretch",
        wrap=True,
    )


def wanted() -> bool:
    """Whether the sample was just asked for."""
    return bool(st.session_state.pop(WANTED, False))


def _want() -> None:
    st.session_state["transcribe_provider"] = "local"
    st.session_state["transcribe_model"] = "pocketsphinx-en-us"
    st.session_state[WANTED] = True
