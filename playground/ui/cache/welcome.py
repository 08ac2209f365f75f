"""The page of an empty cache: how it works, and a demo to try it at once; the demo's banner while it is loaded."""

import streamlit as st

from playground.cache.demo import SAMPLES
from playground.errors import PlaygroundError
from playground.ui import conversation
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import sentence

_ASK = "cache_asking"
_STEPS = (
    ("equal", "Exact repeats, at once", "The same question in the same setting is answered again without a model."),
    ("school", "It learns from verdicts", "Fresh answers beside stored ones teach it when two prompts mean the same."),
    (
        "verified_user",
        "It keeps to your limit",
        "A similar question is answered only while errors stay under the limit.",
    ),
)

_EXPECTED = {
    "exact": "Stored as it stands: an exact repeat",
    "hit": "Asked in other words: a hit",
    "guarded": "Near, but not surely the same: guarded",
    "miss": "Looks alike, means something else: a miss",
}
"""What the demo's samples get, by status."""


def welcome() -> None:
    """Draw what the cache does, and the two ways to begin."""
    with st.container(key="cache_empty", gap="small"):
        st.markdown("# Answers reused, with their risk shown", anchors=False)
        st.markdown("The cache answers a question again that was answered before, and says how sure it is.")
        with st.grid(3, min_column_width=200, gap="small"):
            for icon, title, line in _STEPS:
                with st.container(border=True, height="stretch"):
                    st.markdown(f":primary[:material/{icon}:] **{title}**  \n{line}")
        with st.grid(2, min_column_width=260, gap="small"):
            st.button(
                "**Load the demo cache**  \nA warm cache, ready to try. No key needed.",
                key="cache_example_demo",
                icon=":material/science:",
                on_click=load_demo,
                width="stretch",
                wrap=True,
            )
            st.button(
                "**Start with an empty one**  \nSwitches the cache on in Chat; every answer fills it.",
                key="cache_example_own",
                icon=":material/bolt:",
                on_click=_begin,
                width="stretch",
                wrap=True,
            )


def demo_banner() -> None:
    """Draw what the demo is, prompts to try, and the way to be rid of it."""
    with st.container(border=True, key="cache_demo"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="cache_demo_head"):
            st.markdown(
                ":gray-badge[:material/science: Demo] Its entries came with the playground; they are not your traffic.",
                width="stretch",
            )
            st.button(
                "Remove the demo", key="cache_demo_clear", icon=":material/close:", type="tertiary", on_click=_clear
            )
        with st.grid(3, min_column_width=220, gap="small"):
            for place, (prompt, status) in enumerate(SAMPLES):
                st.button(
                    f"**{prompt}**  \n{_EXPECTED.get(status, status)}",
                    key=f"cache_example_{place}",
                    icon=":material/forum:",
                    on_click=_ask,
                    args=(prompt,),
                    width="stretch",
                    wrap=True,
                )


def follow() -> None:
    """Go to Chat when a sample was clicked."""
    if st.session_state.pop(_ASK, False):
        st.switch_page("chat.py")


def load_demo() -> None:
    """Put the demo's entries beside the visitor's own."""
    try:
        core().cache.load_demo(NAMESPACE)
    except PlaygroundError as error:
        st.toast(sentence(error.message), icon=":material/error:")


def _clear() -> None:
    core().cache.clear_demo(NAMESPACE)


def _ask(prompt: str) -> None:
    """A conversation of its own: earlier messages would be part of the question."""
    _begin()
    st.session_state["chat_provider"] = "local"
    st.session_state["chat_model"] = "handbook"
    st.session_state["chat_send"] = prompt


def _begin() -> None:
    conversation.start_over()
    st.session_state["chat_cache"] = True
    st.session_state[_ASK] = True
