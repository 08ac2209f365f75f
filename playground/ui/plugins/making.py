"""A new plugin: its name, version and kind, written as working code into the plugins folder."""

import streamlit as st

from playground.errors import PlaygroundError
from playground.plugins.names import RULE, plugin_id
from playground.plugins.template import KINDS, Kind, write
from playground.ui.core import core
from playground.ui.fault import sentence
from playground.ui.plugins.session import open_plugin

MADE = "plugins_made"
"""Where the session says which plugin has just been made."""
_LABELS: dict[Kind, str] = {
    "embedding": "Embedding",
    "classify": "Classifier",
    "generate": "Generator",
    "function": "One function",
}


def new_button() -> None:
    """Draw the button that opens the dialog."""
    if st.button("New plugin", key="plugins_new", icon=":material/add:"):
        _dialog()


@st.dialog("New plugin")
def _dialog() -> None:
    st.markdown("A working plugin of the kind you choose, for you to change. It is there as soon as it is written.")
    with st.container(horizontal=True):
        name = st.text_input("Name", value="my_plugin", key="plugins_new_name", help=f"{RULE[:1].upper()}{RULE[1:]}.")
        version = st.text_input("Version", value="1.0.0", key="plugins_new_version", width=120)
    kind = st.radio(
        "Kind",
        list(KINDS),
        format_func=_LABELS.__getitem__,
        captions=list(KINDS.values()),
        key="plugins_new_kind",
    )
    st.caption(f"It goes into `{core().plugins.folder}`.")
    if st.button("Write it", key="plugins_new_write", type="primary", icon=":material/edit_document:"):
        try:
            make(kind, name.strip(), version.strip())
        except PlaygroundError as error:
            st.markdown(f":red[:material/error:] {sentence(error.message)}")
        else:
            st.rerun()


def make(kind: Kind, name: str, version: str) -> str:
    """Write a plugin and look at it; returns its id. Raises what writing raises."""
    path = write(core().plugins.folder, kind, name, version)
    id_ = plugin_id(name, version)
    open_plugin(id_)
    st.session_state[MADE] = (id_, str(path))
    return id_
