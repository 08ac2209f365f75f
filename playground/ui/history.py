"""The runs that ended as a table with pages, newest first; a click on a question opens its run."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.store.filters import Filters
from playground.store.row import Glance
from playground.ui.card import card
from playground.ui.core import NAMESPACE, core
from playground.ui.filters import STATES, clear
from playground.ui.look import quiet
from playground.ui.report import report_button
from playground.ui.slides.adding import add_button
from playground.ui.underway import open_run
from playground.units import dollars

PAGE = 25
"""Runs on a page of the table."""
EXAMPLE = RawInferenceRequest(provider="local", model="handbook", inputs={"prompts": ["What does the Runs page show?"]})
"""What the empty history offers to ask."""
_TURNED = "runs_turned"
"""Where the session keeps the last run of each page before this one, and the filters that they belong to."""


def table(filters: Filters) -> None:
    """Draw the page of the table that the session has turned to, and the buttons that turn it."""
    history, before = core().history, _before(filters)
    total = history.count(NAMESPACE, **filters)
    if not total:
        _nothing(filtered=any(filters.values()))
        return
    found = history.glance(NAMESPACE, before=before[-1] if before else None, limit=PAGE + 1, **filters)
    lines = found[:PAGE]
    st.session_state["runs_shown"] = [line.id for line in lines]
    place = st.container(horizontal=True, vertical_alignment="center", gap="small", key="runs_together")
    st.dataframe(
        _cells(lines),
        column_config=_columns(),
        hide_index=True,
        height="content",
        placeholder="–",
        key="runs_table",
        on_select="rerun",
        selection_mode="multi-row",
        alt="Runs, newest first; a click on a question opens its run",
    )
    with place:
        _together([lines[row].id for row in _ticked() if row < len(lines)])
    _turn(total, before, lines, more=len(found) > PAGE)


def empty_state() -> None:
    """Draw the welcome of a history without any run; a click makes the first one."""
    with st.container(key="runs_empty", gap="small"):
        st.markdown("# No runs yet")
        st.markdown(
            "Every request ends here, from these pages, the HTTP API and Python: what was asked, what came back, "
            "how long it took and what it cost."
        )
        with st.grid(2, gap="small"):
            line = "Ask the local handbook what this page shows. No key needed."
            card("runs_example_first", "play_arrow", "Make the first run", line, _example)


def _example() -> None:
    open_run(core().start(EXAMPLE, namespace=NAMESPACE, door="page").id)


def _ticked() -> list[int]:
    """The rows of the page that are ticked."""
    rows: list[int] = st.session_state["runs_table"].selection.rows
    return rows


def _together(ids: Sequence[str]) -> None:
    """What can be done with the ticked runs."""
    if not ids:
        st.markdown(quiet("Tick runs to take them along: as a report, or as slides."))
        st.page_link("slides.py", label="Slides", icon=":material/slideshow:")
        return
    st.markdown(quiet(f"**{len(ids):,}** ticked"))
    report_button(ids, "runs_together")
    add_button(ids, "runs_together")


def _cells(lines: Sequence[Glance]) -> dict[str, list[Any]]:
    from pandas import Timestamp

    return {
        "Question": [line.question or f"({line.task or 'no question'})" for line in lines],
        "Status": [["cached" if line.cached else STATES[line.status]] for line in lines],
        "Model": [line.model for line in lines],
        "Asked": [Timestamp(line.created_at, unit="s", tz="UTC") for line in lines],
        "Total": [line.total_ms / 1000 for line in lines],
        "TTFT": [None if line.ttft_ms is None else line.ttft_ms / 1000 for line in lines],
        "Tokens": [_sum(line.prompt_tokens, line.completion_tokens) for line in lines],
        "Cost": [None if line.cost is None else dollars(line.cost) for line in lines],
        "Provider": [line.provider for line in lines],
        "Answer": [line.answer for line in lines],
    }


def _columns() -> dict[str, Any]:
    column = st.column_config
    time_zone = st.context.timezone or "UTC"
    return {
        "Question": column.ButtonColumn(
            width=204, pinned=True, key="runs_open", type="tertiary", alignment="left", on_click=_open
        ),
        "Status": column.MultiselectColumn(
            options=[*STATES.values(), "cached"], color=["green", "red", "orange", "blue"], width=78
        ),
        "Model": column.TextColumn(width=130),
        "Asked": column.DatetimeColumn(format="D MMM HH:mm", timezone=time_zone, width=98),
        "Total": column.NumberColumn(format="%.3f s", width=72),
        "TTFT": column.NumberColumn(format="%.3f s", width=72, help="Time to first token"),
        "Tokens": column.NumberColumn(format="localized", width=66, help="Of the request and the answer together"),
        "Cost": column.TextColumn(width=86, alignment="right", help="US dollars; – where the price is not known"),
        "Provider": column.TextColumn(width=90),
        "Answer": column.TextColumn(width=420),
    }


def _sum(*counts: int | None) -> int | None:
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def _open() -> None:
    open_run(st.session_state["runs_shown"][st.session_state["runs_open"]["row"]])


def _before(filters: Filters) -> list[str]:
    """The last run of each page before this one; none when the filters have changed."""
    fixed = {name: value for name, value in filters.items() if name != "since"}
    if st.session_state.get(_TURNED, {}).get("filters") != fixed:
        st.session_state[_TURNED] = {"filters": fixed, "before": []}
    found: list[str] = st.session_state[_TURNED]["before"]
    return found


def _turn(total: int, before: list[str], lines: Sequence[Glance], *, more: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="runs_turn"):
        page = f", page {len(before) + 1:,}" if before or more else ""
        st.markdown(
            f":small[{total:,} {'run' if total == 1 else 'runs'}{page}. A click on a question opens its run.]",
            width="stretch",
        )
        if page:
            icon, disabled = ":material/chevron_left:", not before
            st.button("Newer", key="runs_newer", icon=icon, on_click=_newer, args=(before,), disabled=disabled)
            icon, disabled = ":material/chevron_right:", not more
            st.button(
                "Older",
                key="runs_older",
                icon=icon,
                icon_position="right",
                on_click=before.append,
                args=(lines[-1].id,),
                disabled=disabled,
            )


def _newer(before: list[str]) -> None:
    before.pop()


def _nothing(*, filtered: bool) -> None:
    with st.container(border=True, key="runs_nothing"):
        if not filtered:
            st.markdown("The first run stands here as soon as it has ended.")
            return
        st.markdown("**No run matches**")
        st.caption("Every word of the search has to stand in the question, the answer, the error or the id.")
        st.button("Clear the filters", key="runs_clear", icon=":material/filter_alt_off:", on_click=clear)
