"""How a plugin is doing: its processes, its times, its last failure in its own words."""

from datetime import UTC, datetime
from typing import Any

import streamlit as st

from playground.errors import NotFoundError
from playground.plugins.health import Health
from playground.plugins.registry import Plugin
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.plugins.described import beside
from playground.ui.plugins.response import OWN_WORDS, own_words
from playground.ui.plugins.words import size
from playground.units import seconds

_DOING = {"starting": "loading", "ready": "waiting", "busy": "answering"}
LOOK = 1.0
"""Seconds between two looks."""


def condition(plugin: Plugin) -> None:
    """Draw it, and look again every second."""
    with st.container(key="plugins_condition"):
        st.fragment(run_every=LOOK)(_draw)(plugin)


def _draw(plugin: Plugin) -> None:
    try:
        health = core().plugins.health(plugin.id, NAMESPACE)
    except NotFoundError as error:  # it was taken away meanwhile
        st.markdown(quiet(sentence(error.message)))
        return
    with st.grid(5, min_column_width=120, gap="small"):
        for name, value in _figures(health).items():
            st.metric(name, value, border=True)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="plugins_processes_bar"):
        st.markdown("### Processes", width="stretch")
        st.button(
            "Start now",
            key="plugins_warm",
            icon=":material/bolt:",
            on_click=_warm,
            args=(plugin.id,),
            disabled=bool(plugin.refusal or health.processes),
            help="Starts its process, so that the first call need not wait for it.",
        )
        st.button(
            "End processes",
            key="plugins_rest",
            icon=":material/power_settings_new:",
            on_click=core().plugins.rest,
            args=(plugin.id, NAMESPACE),
            disabled=not health.processes,
            help="Ends them after the call they are at; the next call starts a fresh one.",
        )
    if health.processes:
        st.dataframe(_processes(health), hide_index=True, height="content", key="plugins_processes", alt="Processes")
    else:
        st.markdown(quiet("No process lives. The next call starts one."))
    _draw_failure(health)
    if health.output.strip():
        with st.expander("What it prints", icon=":material/terminal:", key="plugins_output"):
            st.code(health.output, language=None, wrap_lines=True)


def _warm(id_: str) -> None:
    beside().submit(core().plugins.warm, id_, NAMESPACE)  # how it went is among its failures


def _figures(health: Health) -> dict[str, str]:
    times = {"Median": health.p50_ms, "p95": health.p95_ms, "Start": health.start_ms}
    shown = {name: "–" if value is None else seconds(value) for name, value in times.items()}
    return {"Calls": f"{health.calls:,}", "Failed": f"{health.failures:,}", **shown}


def _processes(health: Health) -> dict[str, list[Any]]:
    return {
        "Process": [str(each.pid) for each in health.processes],
        "Doing": [_DOING[each.state] for each in health.processes],
        "Since": [_clock(each.started) for each in health.processes],
        "Calls": [each.calls for each in health.processes],
        "Memory": [size(each.memory) for each in health.processes],
    }


def _draw_failure(health: Health) -> None:
    failure = health.failure
    if failure is None:
        return
    st.markdown(f"### Last failure {quiet(_clock(failure.at))}")
    st.markdown(f":red[:material/error:] {sentence(failure.message)}")
    with st.expander(OWN_WORDS, icon=":material/bug_report:", key="plugins_failure"):
        own_words(failure)


def _clock(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%H:%M:%S UTC")
