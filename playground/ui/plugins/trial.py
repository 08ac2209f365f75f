"""Try it: inputs made from the plugin's schema, one call, its answer."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.errors import PlaygroundError
from playground.plugins.fields import example, inputs_schema
from playground.plugins.manifest import Manifest
from playground.plugins.registry import Plugin
from playground.record import RunRecord
from playground.run import Run
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import fault, sentence
from playground.ui.look import quiet
from playground.ui.plugins import session
from playground.ui.plugins.form import Given, ask, widgets
from playground.ui.plugins.response import draw_response
from playground.ui.plugins.underway import live, underway
from playground.ui.watch import find


def trial(plugin: Plugin, manifest: Manifest) -> None:
    """Draw the form and what came of the last call."""
    shown = session.runs("run")
    left, right = st.columns([4, 5], gap="large")
    with left:
        inputs, parameters = _ask(plugin, manifest)
        problem = plugin.refusal or inputs.problem or parameters.problem
        if st.button(
            "Ask it",
            key="plugins_ask",
            type="primary",
            icon=":material/play_arrow:",
            disabled=bool(problem) or live(shown),
        ):
            start(plugin.id, inputs.values, parameters.values)
            st.rerun()
        if problem:
            st.markdown(quiet(sentence(problem)))
    with right:
        if shown:
            _draw(shown[0], plugin)
        else:
            st.markdown(quiet("Its answer will stand here: type, keys, shapes, vectors, and what it took."))


def start(id_: str, inputs: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
    """Ask a plugin and show the call."""
    request = RawInferenceRequest(inference_name=id_, inputs=dict(inputs), parameters=dict(parameters) or None)
    session.put("run", [core().start(request, namespace=NAMESPACE, door="page").id])


def ask_example(id_: str) -> None:
    """Ask a plugin what its schema has as an example."""
    manifest = core().plugins.find(id_, NAMESPACE).manifest
    start(id_, example(inputs_schema(manifest)), {})


def _ask(plugin: Plugin, manifest: Manifest) -> tuple[Given, Given]:
    key = f"plugins_{plugin.id}"
    inputs, parameters = ask(inputs_schema(manifest), f"{key}_in"), Given()
    if manifest.parameter_schema and (manifest.parameter_schema.get("properties") or {}):
        with st.expander("Parameters", icon=":material/tune:", key=f"{key}_parameters"):
            parameters = widgets(manifest.parameter_schema, f"{key}_parameter")
    if parameters.problem.startswith("there is nothing"):
        parameters.problem = ""
    return inputs, parameters


def _draw(id_: str, plugin: Plugin) -> None:
    match find(id_):
        case Run():
            underway([id_], "asking the plugin", "plugins_run", plugin.id)
        case RunRecord() as run:
            draw_response(run, plugin.id)
        case PlaygroundError() as error:
            fault(error, key="plugins_lost")
