"""The manifest with schemas that only the plugin's process can tell, asked for beside the page, which does not wait."""

from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

import streamlit as st

from playground.errors import PlaygroundError
from playground.plugins.manifest import Manifest
from playground.plugins.registry import Plugin
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import sentence
from playground.ui.look import quiet


@cache
def beside() -> ThreadPoolExecutor:
    """Threads for what a plugin takes its time with."""
    return ThreadPoolExecutor(4, thread_name_prefix="plugins-page")


def described(plugin: Plugin) -> Manifest | None:
    """The whole manifest; None while its process is being asked, and then a line that says so is drawn."""
    if not plugin.manifest.coded or plugin.refusal:
        return plugin.manifest
    found = _asked(str(core().plugins.folder), plugin.key, plugin.fingerprint)
    if not found.done():
        with st.container(key="plugins_describing"):
            st.fragment(run_every=0.3)(_wait)(found)
        return None
    try:
        return found.result()
    except PlaygroundError as error:
        st.markdown(f":orange[:material/info:] {quiet(sentence(f'its schemas are not known: {error.message}'))}")
        return plugin.manifest


def _wait(found: "Future[Manifest]") -> None:
    st.markdown(quiet(":shimmer[Starting the plugin to read its schemas]"))
    if found.done():
        st.rerun()


@st.cache_resource(max_entries=64, show_spinner=False)
def _asked(folder: str, key: object, fingerprint: object) -> "Future[Manifest]":  # noqa: ARG001 - what tells them apart
    name = key[1] if isinstance(key, tuple) else ""
    return beside().submit(core().plugins.described, str(name), NAMESPACE)
