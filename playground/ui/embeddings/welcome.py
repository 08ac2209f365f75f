"""The page without a run: what can be done here, one click each, no key needed."""

import streamlit as st

from playground.samples import SAMPLES, Sample

WANTED = "embeddings_sample"
_ICONS = {"topics.csv": "category", "meanings.csv": "join_inner", "twists.csv": "swap_horiz"}


def welcome() -> None:
    """Draw the welcome and the cards; a click embeds."""
    st.markdown("# Map texts by meaning")
    st.markdown("A model turns each text into a vector; texts that mean similar things lie close together.")
    with st.grid(3, gap="small"):
        for sample in SAMPLES:
            st.button(
                f"**{sample.title}**  \n{sample.line}",
                key=f"embeddings_example_{sample.file.partition('.')[0]}",
                icon=f":material/{_ICONS[sample.file]}:",
                on_click=_want,
                args=(sample,),
                width="stretch",
                wrap=True,
            )


def wanted() -> Sample | None:
    """The sample that was just clicked."""
    found: Sample | None = st.session_state.pop(WANTED, None)
    return found


def _want(sample: Sample) -> None:
    st.session_state["embeddings_provider"] = "local"
    st.session_state["embeddings_model"] = "all-minilm-l6-v2"
    st.session_state[WANTED] = sample
