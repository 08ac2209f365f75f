"""Contract checks on the page: the calls as runs, then a verdict and a sentence for each check."""

from collections.abc import Mapping

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.plugins.checks import Check, Reply, Verdict, calls, judge
from playground.plugins.manifest import Manifest
from playground.plugins.registry import Plugin
from playground.record import RunRecord
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.plugins import session
from playground.ui.plugins.underway import live, underway
from playground.ui.request import exact_request
from playground.ui.watch import find

_SIGNS: Mapping[Verdict, str] = {
    "pass": ":green-badge[:material/check: pass]",
    "fail": ":red-badge[:material/close: fail]",
    "not applicable": ":gray-badge[:material/remove: not applicable]",
}


def checking(plugin: Plugin, manifest: Manifest) -> None:
    """Draw the checks of a plugin, or the way to run them."""
    shown = session.runs("checks")
    planned = calls(manifest)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="plugins_check_bar"):
        st.markdown(
            quiet(f"{len(planned)} calls with made-up texts show whether callers can rely on its answers."),
            width="stretch",
        )
        wanted = st.button(
            "Run the checks again" if shown else "Run the checks",
            key="plugins_check",
            type="secondary" if shown else "primary",
            icon=":material/fact_check:",
            disabled=bool(plugin.refusal) or live(shown),
        )
    if wanted:
        session.put("checks", [_start(plugin.id, inputs) for inputs in planned.values()])
        st.rerun()
    if plugin.refusal:
        st.markdown(quiet(sentence(plugin.refusal)))
    elif live(shown):
        underway(shown, "asking the plugin", "plugins_check", plugin.id)
    elif shown:
        _draw(manifest, dict(zip(planned, shown, strict=False)))


def _start(id_: str, inputs: Mapping[str, object]) -> str:
    request = RawInferenceRequest(inference_name=id_, inputs=dict(inputs))
    return core().start(request, namespace=NAMESPACE, door="page").id


def _draw(manifest: Manifest, ids: Mapping[str, str]) -> None:
    runs = {name: run for name, id_ in ids.items() if isinstance(run := find(id_), RunRecord)}
    replies = {name: _reply(run) for name, run in runs.items() if run.status != "cancelled"}
    if not replies:
        st.markdown(quiet("These calls were stopped or are no longer kept. Run the checks again."))
        return
    found = judge(manifest, replies)
    failed = [each for each in found if each.verdict == "fail"]
    passed = sum(each.verdict == "pass" for each in found)
    st.markdown(
        f"**{len(failed)} of {len(found)} checks failed**" if failed else f"**All {passed} checks that apply passed**"
    )
    with st.container(border=True, gap="small", key="plugins_verdicts"):
        for place, each in enumerate(found):
            _line(each, f"plugins_verdict_{place}")
    for name in dict.fromkeys(each.call for each in failed if each.call in runs):
        with st.expander(
            f"Copy the failing request: {name}", icon=":material/content_copy:", key=f"plugins_check_{name}"
        ):
            exact_request(runs[name].request, runs[name])


def _line(check: Check, key: str) -> None:
    with st.container(horizontal=True, gap="small", key=key):
        st.markdown(_SIGNS[check.verdict], width=124)
        st.markdown(f"**{check.name}**  \n{quiet(sentence(check.sentence))}", width="stretch")


def _reply(run: RunRecord) -> Reply:
    if run.response is not None:
        return Reply(run.response.get("data"))
    return Reply(error=(run.error or {}).get("error") or {"message": "the call left no answer"})
