"""The page without a run: what can be done here, one click each, no key needed."""

import streamlit as st

from playground.samples import SAMPLES, Sample
from playground.shapes import shapes
from playground.ui.attachments.attachment import Attachment, opened
from playground.ui.card import card
from playground.ui.core import core
from playground.ui.embeddings.shelf import Rows, of_sample, of_shapes

WANTED, SHAPES = "embeddings_sample", "shapes"
_ICONS = {"topics.csv": "category", "meanings.csv": "join_inner", "twists.csv": "swap_horiz"}


def welcome() -> None:
    """Draw the welcome and the cards; a click embeds."""
    st.markdown("# Map texts and images")
    st.markdown("A model turns each of them into a vector; what is alike lies close together.")
    with st.grid(4, gap="small"):
        for sample in SAMPLES:
            key = f"embeddings_example_{sample.file.partition('.')[0]}"
            card(key, _ICONS[sample.file], sample.title, sample.line, _want, sample, "all-minilm-l6-v2")
        model = _sees()
        if model:
            line = "24 generated images: by colour or by form?"
            card("embeddings_example_shapes", "shapes", "Shapes and colours", line, _want, SHAPES, model)


def wanted() -> tuple[Rows, list[Attachment]] | None:
    """What the card that was just clicked embeds."""
    found: Sample | str | None = st.session_state.pop(WANTED, None)
    if found == SHAPES:
        files = [opened(shape.name, shape.data) for shape in shapes()]
        return of_shapes([shape.labels for shape in shapes()], files), files
    return (of_sample(found), []) if isinstance(found, Sample) else None


def _sees() -> str:
    """The first model of this machine that embeds images and is here already."""
    known = core().providers["local"].models()
    return next((model.id for model in known if "embedding" in model.tasks and "image" in model.inputs), "")


def _want(sample: Sample | str, model: str) -> None:
    st.session_state["embeddings_provider"] = "local"
    st.session_state["embeddings_model"] = model
    st.session_state[WANTED] = sample
