"""One run on its own page: what was asked and answered, how long it took, what it cost, what went over the wire."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from playground.metrics import tokens_per_second
from playground.record import RunRecord
from playground.ui.brief import brief
from playground.ui.cache.evidence import run_receipts
from playground.ui.content import show_answer, show_request
from playground.ui.core import core
from playground.ui.fault import fault
from playground.ui.permalink.share import copy_link
from playground.ui.replay import replayable
from playground.ui.report import report_button
from playground.ui.request import exact_request
from playground.ui.slides.adding import add_button
from playground.ui.timeline import timeline
from playground.units import dollars, seconds

_STATUS = {
    "done": ":green-badge[:material/check: done]",
    "failed": ":red-badge[:material/error: failed]",
    "cancelled": ":orange-badge[:material/stop_circle: stopped]",
}
_DOORS = {"page": "a page", "api": "the HTTP API", "python": "Python", "cache": "the cache, as a judge"}


def headline(id_: str, task: str | None) -> None:
    """The way back, the link to this run, and the page where it goes on."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="runs_head"):
        st.button("All runs", key="runs_back", icon=":material/arrow_back:", type="tertiary", on_click=leave)
        st.page_link("receipt.py", label="Receipt", icon=":material/receipt:", query_params={"run": id_})
        copy_link(id_, "runs")
        if task == "chat":
            st.page_link("chat.py", label="Go on in Chat", icon=":material/forum:", query_params={"run": id_})


def nothing(id_: str) -> None:
    """Say that there is no such run, and where else it may be."""
    with st.container(border=True, key="runs_unknown"):
        st.markdown(f"**There is no run `{id_[:80]}` here**")
        st.caption("The link may be cut off, or the run belongs to another data folder or another namespace.")
        st.button("All runs", key="runs_back", icon=":material/arrow_back:", on_click=leave)


def leave() -> None:
    """Back to the table."""
    st.query_params.pop("run", None)


def show_run(run: RunRecord) -> None:
    """Draw an ended run."""
    masthead(run)
    figures(run)
    said, beside = st.columns([5, 3], gap="large")
    with said:
        show_request(run)
        if run.status == "failed" and run.error:
            fault(run.error, key="runs")
        if run.response or any(run.partial) or run.status != "failed":
            replayable(run, show_answer, "runs")
        run_receipts(run, "runs")
    with beside:
        timeline(run)
        st.table(facts(run), border="horizontal", alt="Times, tokens and ids of this run")
    st.markdown("### This exact request")
    exact_request(run.request, replace(run, response=brief(run.response)))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="runs_taking"):
        st.download_button(
            "Download this run as JSON",
            lambda: _file(run),
            file_name=f"{run.id}.json",
            mime="application/json",
            key="runs_download",
            icon=":material/download:",
            on_click="ignore",
        )
        report_button([run.id], "runs", label="Download a report")
        add_button([run.id], "runs")


def masthead(run: RunRecord) -> None:
    """Draw who answered, how it ended, when and by which door."""
    st.markdown(f"## {run.provider} / {run.model}" if run.model else "## Run")
    st.markdown(
        " ".join([_STATUS[run.status], *_badges(run), f":small[{moment(run.created_at)}, by {_DOORS[run.door]}]"])
    )


def _badges(run: RunRecord) -> list[str]:
    badges = [f":gray-badge[{run.task}]"] if run.task else []
    return [*badges, ":blue-badge[:material/bolt: from the cache]"] if run.cached else badges


def figures(run: RunRecord) -> None:
    """The four numbers people look for first; one that is not known says so."""
    counts = {"in": run.prompt_tokens, "out": run.completion_tokens}
    known = {name: count for name, count in counts.items() if count is not None}
    shown = (
        ("Total", seconds(run.timings.total), ""),
        _second_figure(run),
        (
            "Tokens",
            f"{sum(known.values()):,}" if known else "unknown",
            " · ".join(f"{count:,} {name}" for name, count in known.items()),
        ),
        ("Cost", "unknown" if run.cost is None else dollars(run.cost), ""),
    )
    with st.grid(4, min_column_width=150, key="runs_run_figures"):
        for label, value, below in shown:
            st.metric(label, value, below or None, delta_color="off", delta_arrow="off", border=True, height="stretch")


def _second_figure(run: RunRecord) -> tuple[str, str, str]:
    """What matters most beside the whole time: the first token of a text, the size of anything else."""
    data: Any = (run.response or {}).get("data")
    first, speed = run.timings.ttft, tokens_per_second(run)
    match data:
        case {"duration": float() | int() as duration} if duration > 0:
            return "Sound", seconds(duration * 1000), f"{duration * 1000 / run.timings.total:,.1f} × real time"
        case {"dimensions": int() as dimensions}:
            return "Vectors", f"{len(data.get('embeddings', [0])):,} × {dimensions:,}", ""
        case {"documents": list(documents)} if run.task == "search":
            return "Documents", f"{len(documents):,}", ""
        case _:
            shown = "none" if first is None else seconds(first)
            return "First token", shown, f"{speed:,.0f} tokens/s" if speed else ""


def facts(run: RunRecord) -> dict[str, str]:
    """Times, tokens and ids by name; what is not known is left out."""
    times = run.timings
    counts = {"in": run.prompt_tokens, "out": run.completion_tokens, "reasoning": run.reasoning_tokens}
    shown = [f"{count:,} {name}" for name, count in counts.items() if count is not None]
    found = {
        "Queued": seconds(times.started),
        "First token": "" if times.first_token is None else f"after {seconds(times.first_token)}",
        "Last token": "" if times.last_token is None else f"after {seconds(times.last_token)}",
        "Total": seconds(times.total),
        "Tokens": ", ".join(shown) or "not counted by the provider",
        "Provider's id": f"`{run.provider_request_id}`" if run.provider_request_id else "",
        "Run": f"`{run.id}`",
    }
    return {name: value for name, value in found.items() if value}


def moment(created_at: float) -> str:
    """When something was asked for (Unix seconds), on the visitor's clock."""
    zone = ZoneInfo(st.context.timezone) if st.context.timezone else UTC
    return f"{datetime.fromtimestamp(created_at, zone):%A, %d %B %Y, %H:%M:%S %Z}"


def _file(run: RunRecord) -> bytes:
    return core().settings.masked(json.dumps(asdict(run), indent=2, default=str)).encode()
