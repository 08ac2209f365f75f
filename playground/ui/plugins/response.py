"""What came of a call: the answer taken apart, its vectors, what it took; or why there is none, with the plugin's own
words, which are shown here and nowhere else.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from playground.errors import PlaygroundError
from playground.plugins.health import Failure
from playground.plugins.parts import Part, parts
from playground.record import RunRecord
from playground.ui.brief import brief
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import fault
from playground.ui.look import quiet
from playground.ui.plugins.words import size
from playground.ui.request import exact_request
from playground.units import seconds

OWN_WORDS = "The plugin's own traceback and output"
_FEW = 8
"""Numbers of a vector that are written out."""


def draw_response(run: RunRecord, id_: str) -> None:
    """Draw an ended call of plugin `id_`."""
    if run.status == "done":
        _draw_answer(run, id_)
    elif run.status == "cancelled":
        st.markdown(":orange[:material/stop_circle:] You stopped this call; the plugin's process was ended with it.")
    elif run.error:
        fault(run.error, key="plugins_run")
        _draw_own_words(run, id_)
    with st.expander(
        "This request" if run.status == "done" else "Copy the failing request",
        icon=":material/content_copy:",
        key="plugins_request",
    ):
        exact_request(run.request, run)


def own_words(failure: Failure) -> None:
    """Draw a plugin's own traceback and the end of what it printed."""
    if failure.traceback:
        st.code(failure.traceback, language="python")
    if failure.output.strip():
        st.markdown(quiet("What it printed last"))
        st.code(failure.output, language=None, wrap_lines=True)
    if not failure.traceback and not failure.output.strip():
        st.markdown(quiet("It left no traceback and printed nothing."))


def _draw_own_words(run: RunRecord, id_: str) -> None:
    try:
        health = core().plugins.health(id_, NAMESPACE)
    except PlaygroundError:
        return
    failure = health.failure
    if failure is not None and failure.at >= run.created_at:
        with st.expander(OWN_WORDS, icon=":material/bug_report:", expanded=True, key="plugins_trace"):
            own_words(failure if failure.output else replace(failure, output=health.output))


def _draw_answer(run: RunRecord, id_: str) -> None:
    answer: Mapping[str, Any] = (run.response or {}).get("data") or {}
    found = parts(answer)
    st.markdown(f":green[:material/check_circle:] **Answered** {quiet(' · '.join(_took(run, id_, answer)))}")
    st.dataframe(
        {
            "Key": [each.key for each in found],
            "Type": [each.type for each in found],
            "Shape": [" × ".join(map(str, each.shape)) for each in found],
            "Of": [each.dtype for each in found],
            "Holds": [_preview(each) for each in found],
        },
        hide_index=True,
        height="content",
        key="plugins_parts",
        alt="; ".join(f"{each.key}: {each.type} {each.shape or ''}" for each in found),
    )
    for each in found:
        if each.norm is not None:
            _draw_vector(each)
    plain = all(each.norm is None for each in found)
    with st.expander("The answer as JSON", expanded=plain, icon=":material/data_object:", key="plugins_answer"):
        st.code(json.dumps(brief(answer), indent=2, ensure_ascii=False), language="json", wrap_lines=True)


def _took(run: RunRecord, id_: str, answer: Mapping[str, Any]) -> list[str]:
    try:
        memory = size(core().plugins.health(id_, NAMESPACE).memory)
    except PlaygroundError:
        memory = ""
    keys = f"dict of {len(answer)} key{'s' * (len(answer) != 1)}"
    return [part for part in (keys, seconds(run.timings.total), memory and f"{memory} now") if part]


def _preview(part: Part) -> str:
    if part.norm is None:
        return json.dumps(brief(part.value), ensure_ascii=False)[:160]
    numbers = ", ".join(f"{value:.4g}" for value in part.vector[:_FEW])
    return f"[{numbers}{', …' if len(part.vector) > _FEW else ''}]"


def _draw_vector(part: Part) -> None:
    which = f"`{part.key}`" if len(part.shape) == 1 else f"the first of `{part.key}`"
    unit = " · length 1, as cosine wants it" if part.norm is not None and abs(part.norm - 1) < 1e-3 else ""
    st.markdown(f"{which[:1].upper()}{which[1:]} {quiet(f'{len(part.vector):,} numbers · norm {part.norm:.4f}{unit}')}")
    st.bar_chart({"value": part.vector}, height=140, alt=f"The numbers of {part.key}")
