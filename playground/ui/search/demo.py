"""Demo namespaces: one click makes and fills one, with models of this machine; no key is needed."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from playground import samples
from playground.errors import PlaygroundError
from playground.samples import SAMPLES, Sample
from playground.shapes import shapes
from playground.ui.card import card
from playground.ui.core import core
from playground.ui.fault import sentence
from playground.ui.search.creation import make
from playground.ui.search.filling import Entry, fill
from playground.ui.search.heading import open_space
from playground.ui.search.pictures import kept
from playground.ui.search.spaces import DEMO, space
from playground.vectors.rows import Row, guessed, rows

MODEL = "local/all-minilm-l6-v2"


@dataclass(frozen=True, slots=True)
class Demo:
    """A card: what it makes a namespace of, and questions to ask of it."""

    name: str
    icon: str
    title: str
    line: str
    questions: Sequence[str] = ()


DEMOS: Sequence[Demo] = (
    Demo(
        "demo-topics",
        "category",
        "Eight topics",
        "96 sentences, from space to cooking",
        ("How can I save money?", "planets and their moons", "my back hurts", "the code does not work"),
    ),
    Demo(
        "demo-meanings",
        "join_inner",
        "Same meaning, other words",
        "24 sentences: finds what shares no word",
        ("the train was late", "I forgot my password", "the parcel is broken"),
    ),
    Demo(
        "demo-twists",
        "swap_horiz",
        "Same words, other meaning",
        "24 sentences: where vectors are fooled",
        ("The film was not good.", "I recommend it", "The dog bit the man."),
    ),
    Demo("demo-shapes", "shapes", "Shapes and colours", "24 generated images: find some like one"),
)
_SAMPLES: Mapping[str, Sample] = {f"demo-{sample.file.partition('.')[0]}": sample for sample in SAMPLES}


def welcome() -> None:
    """Draw the page of who has no namespace yet."""
    with st.container(key="search_empty", gap="small"):
        st.markdown("# Search by meaning", anchors=False)
        st.markdown(
            "A namespace holds documents and their vectors. A question becomes a vector too, and what lies nearest is "
            "found, with its reasons. These demos are made on this machine; no key is needed."
        )
        cards()


def cards() -> None:
    """Draw a card for each demo."""
    with st.grid(4, gap="small"):
        for demo in DEMOS:
            card(f"search_example_{demo.name.partition('-')[2]}", demo.icon, demo.title, demo.line, _make, demo)


def questions(demo: str) -> Sequence[str]:
    """What can be asked of the demo of this name."""
    return next((each.questions for each in DEMOS if each.name == demo), ())


def _make(demo: Demo) -> None:
    """Make and fill it; what is there already is only opened."""
    try:
        if space(demo.name) is None:
            sample = _SAMPLES.get(demo.name)
            make(demo.name, [MODEL if sample else _sees()], "cosine", {DEMO: demo.name})
            made = space(demo.name)
            if made is not None:
                fill(made, _texts(sample) if sample else _images())
    except PlaygroundError as error:
        st.toast(sentence(error.message), icon=":material/error:")
    else:
        open_space(demo.name)


def _texts(sample: Sample) -> list[Entry]:
    table = samples.texts(sample)
    return [Entry(row) for row in rows(table, guessed(table))]


def _images() -> list[Entry]:
    entries = []
    for number, shape in enumerate(shapes(), 1):
        payload = {"name": shape.name, "image": kept(shape.data, "image/png"), **shape.labels}
        uri = f"data:image/png;base64,{b64encode(shape.data).decode()}"
        entries.append(Entry(Row(number, f"{shape.colour}-{shape.shape}", payload=payload), uri))
    return entries


def _sees() -> str:
    """The first model of this machine that embeds images and is here already."""
    known = core().providers["local"].models()
    return next((f"local/{each.id}" for each in known if "embedding" in each.tasks and "image" in each.inputs), "")
