"""The plugins that are installed, a line each."""

import streamlit as st

from playground.plugins.registry import Plugin
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.plugins.session import open_plugin
from playground.ui.plugins.words import KINDS, STATES, figures, kind_of

LOOK = 2.0
"""Seconds between two looks at how they are doing."""


@st.fragment(run_every=LOOK)
def listing() -> None:
    """Draw them, and look again every few seconds."""
    for place, plugin in enumerate(core().plugins.all(NAMESPACE)):
        _line(plugin, f"plugins_row_{place}")


def _line(plugin: Plugin, key: str) -> None:
    manifest, health = plugin.manifest, core().plugins.health(plugin.id, NAMESPACE)
    state = "refused" if plugin.refusal else health.state
    icon, _ = KINDS[manifest.inference_type]
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small", key=key):
        st.markdown(
            f":material/{icon}: **{manifest.name}** {manifest.version} {STATES[state]}  \n"
            + (quiet(f"{manifest.description}  \n") if manifest.description else "")
            + quiet(_said(plugin, f"{kind_of(plugin)} · {figures(health)}")),
            width="stretch",
        )
        if st.button("Open", key=f"{key}_open", icon=":material/chevron_right:"):
            open_plugin(plugin.id)
            st.rerun()


def _said(plugin: Plugin, otherwise: str) -> str:
    return sentence(plugin.refusal) if plugin.refusal else otherwise
