"""A run as a document: asked, answered, what it took, what the cache did, versions and the seal over it."""

from dataclasses import replace

import streamlit as st

from playground.record import RunRecord
from playground.seal import seal
from playground.ui.brief import brief
from playground.ui.cache.evidence import run_receipts
from playground.ui.content import show_answer, show_request
from playground.ui.detail import facts, figures, masthead
from playground.ui.fault import fault
from playground.ui.look import quiet
from playground.ui.permalink.changes import again_button, draw_changes
from playground.ui.permalink.share import copy_link, print_button
from playground.ui.replay import replayable
from playground.ui.report import report_button
from playground.ui.request import exact_request
from playground.ui.slides.adding import add_button
from playground.ui.timeline import timeline

_GO_ON = {
    "chat": ("chat.py", "Open in Chat", ":material/forum:"),
    "embedding": ("embeddings.py", "Open in Embeddings", ":material/scatter_plot:"),
    "transcription": ("transcribe.py", "Open in Transcribe", ":material/graphic_eq:"),
}


def draw_sheet(run: RunRecord) -> None:
    """Draw the receipt of an ended run."""
    masthead(run)
    _actions(run)
    draw_changes(run)
    figures(run)
    show_request(run)
    if run.status == "failed" and run.error:
        fault(run.error, key="receipt")
    if run.response or any(run.partial) or run.status != "failed":
        replayable(run, show_answer, "receipt")
    run_receipts(run, "receipt")
    st.markdown("### What it took", anchors=False)
    timeline(run)
    st.table(facts(run), border="horizontal", alt="Times, tokens and ids of this run")
    _sealed(run)
    with st.expander("This exact request", icon=":material/code:", key="receipt_request"):
        exact_request(run.request, replace(run, response=brief(run.response)))


def _actions(run: RunRecord) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="receipt_doing"):
        again_button(run)
        copy_link(run.id, "receipt")
        print_button("receipt")
        report_button([run.id], "receipt")
        add_button([run.id], "receipt")
        if run.task in _GO_ON and run.status == "done":
            page, label, icon = _GO_ON[run.task]
            st.page_link(page, label=label, icon=icon, query_params={"run": run.id})
        st.page_link("runs.py", label="In Runs", icon=":material/receipt_long:", query_params={"run": run.id})


def _sealed(run: RunRecord) -> None:
    st.markdown("### Versions and seal", anchors=False)
    st.table(_versions(run), border="horizontal", alt="The versions that this run was made with")
    st.code(seal(run), language=None, wrap_lines=True)
    st.markdown(
        quiet(
            "SHA-256 over request, response, error, partial answer and versions, files by the SHA-256 of their own. "
            "Two people who see the same seal see the same run. It is `seal` in `GET /v1/runs/{id}`, and in Python "
            "`playground.seal.seal(run)` makes it of a run's JSON."
        )
    )


def _versions(run: RunRecord) -> dict[str, str]:
    found = run.versions
    return {
        "Playground": found.get("playground", "not recorded"),
        "Contract": found.get("contract", "not recorded"),
        "Model asked for": f"`{run.model}`" if run.model else "none",
        "Model that answered": f"`{found['model']}`, says the provider" if found.get("model") else "not said",
    }
