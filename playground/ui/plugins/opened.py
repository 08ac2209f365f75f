"""One plugin on the page: who it is, whether it can be asked, and the views of it."""

from collections.abc import Callable, Mapping

import streamlit as st

from playground.errors import NotFoundError
from playground.plugins.manifest import Manifest
from playground.plugins.registry import Plugin
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.plugins import session
from playground.ui.plugins.about import about
from playground.ui.plugins.checking import checking
from playground.ui.plugins.comparing import comparing
from playground.ui.plugins.condition import condition
from playground.ui.plugins.described import described
from playground.ui.plugins.listing import LOOK
from playground.ui.plugins.making import MADE
from playground.ui.plugins.trial import trial
from playground.ui.plugins.words import STATES, kind_of

VIEWS: Mapping[str, Callable[[Plugin, Manifest], None]] = {
    "Try it": trial,
    "Checks": checking,
    "Compare": comparing,
    "Manifest": about,
    "Health": lambda plugin, manifest: condition(plugin),  # noqa: ARG005 - the others'
}


def draw_plugin(id_: str) -> None:
    """Draw a plugin by its id, or say that there is none."""
    st.button("All plugins", key="plugins_back", icon=":material/arrow_back:", type="tertiary", on_click=session.leave)
    try:
        plugin = core().plugins.find(id_, NAMESPACE)
    except NotFoundError as error:
        with st.container(border=True, key="plugins_unknown"):
            st.markdown(f"**There is no plugin `{id_[:80]}` here**")
            st.markdown(quiet(sentence(error.message)))
        return
    _draw_head(plugin)
    view = _view(plugin)
    manifest = described(plugin)
    if manifest is not None:
        VIEWS[view](plugin, manifest)


def _view(plugin: Plugin) -> str:
    """The choice of a view: each plugin's is remembered, and stands in the URL."""
    key, linked = f"plugins_{plugin.id}_view", st.query_params.get("view")
    if key not in st.session_state:
        st.session_state[key] = linked if linked in VIEWS else "Manifest" if plugin.refusal else "Try it"
    view = st.segmented_control(
        "View", list(VIEWS), required=True, key=key, label_visibility="collapsed", persist_state="session"
    )
    st.query_params["view"] = view or "Try it"
    return view or "Try it"


def _draw_head(plugin: Plugin) -> None:
    manifest = plugin.manifest
    st.markdown(f"# {manifest.name} {manifest.version}", anchors=False)
    with st.container(key="plugins_state"):
        st.fragment(run_every=LOOK)(_draw_state)(plugin)
    made = st.session_state.get(MADE)
    if made and made[0] == plugin.id:
        where = f"Written into `{made[1]}`. Change it there and ask again."
        st.markdown(f":green[:material/check_circle:] {quiet(where)}")
    if plugin.refusal:
        with st.container(border=True, key="plugins_refusal"):
            st.markdown(":red[:material/block:] **It cannot be asked as it stands**")
            st.markdown(sentence(plugin.refusal))


def _draw_state(plugin: Plugin) -> None:
    """How it is now, what it is, and the names it answers to."""
    manifest = plugin.manifest
    try:
        state = core().plugins.health(plugin.id, NAMESPACE).state
    except NotFoundError:  # it was taken away meanwhile
        return
    st.markdown(
        (f"{manifest.description}  \n" if manifest.description else "")
        + f"{STATES['refused' if plugin.refusal else state]} :gray-badge[{kind_of(plugin)}] "
        + f"`{manifest.id}` `{manifest.feature_uri}`"
    )
