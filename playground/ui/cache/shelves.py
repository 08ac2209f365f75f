"""Everything at once: export, import, clear with a confirmation."""

import streamlit as st

from playground.errors import PlaygroundError
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import sentence
from playground.units import counted

_SAID = "cache_carried"


def carry() -> None:
    """Draw the three in one line; what came of the last one below it."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="cache_carry"):
        st.download_button(
            "Export",
            lambda: b"".join(core().cache.export(NAMESPACE)),
            "cache.jsonl",
            "application/jsonl",
            key="cache_export",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
        with st.popover("Import", icon=":material/upload:", type="tertiary", key="cache_import"):
            st.file_uploader("A file that Export wrote", type=["jsonl"], key="cache_file", on_change=_load)
        with st.popover("Clear", icon=":material/delete_sweep:", type="tertiary", key="cache_clear"):
            st.markdown("Forgets every entry of this namespace, the demo too. What was learned from them goes as well.")
            sure = st.checkbox("Yes, forget all of it", key="cache_sure")
            st.button("Clear the cache", key="cache_clear_all", type="primary", disabled=not sure, on_click=_clear)
    if _SAID in st.session_state:
        st.markdown(f":small[{st.session_state[_SAID]}]")


def _load() -> None:
    file = st.session_state["cache_file"]
    if file is None:
        return
    try:
        count = core().cache.load(NAMESPACE, file)
    except PlaygroundError as error:
        st.session_state[_SAID] = f":red[:material/error:] {sentence(error.message)}"
    else:
        st.session_state[_SAID] = (
            f":green[:material/check:] {counted(count, 'entry', 'entries')} came in from `{file.name}`."
        )


def _clear() -> None:
    count = core().cache.clear(NAMESPACE)
    st.session_state["cache_sure"] = False
    st.session_state[_SAID] = (
        f":green[:material/check:] The cache is empty: {counted(count, 'entry', 'entries')} forgotten."
    )
