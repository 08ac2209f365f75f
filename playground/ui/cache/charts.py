"""The Cache page's charts over time: the error against its limit, decisions, savings; each with its table."""

import time
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.cache.cache import Hour
from playground.cache.receipt import Saved
from playground.store.rollup import HOUR, Span
from playground.ui.cache import figures
from playground.ui.cache.receipt import saved
from playground.ui.cache.words import CHIPS, percent
from playground.ui.chart import label
from playground.ui.core import NAMESPACE, core
from playground.ui.filters import DEFAULT, PERIODS
from playground.ui.look import note

_HEIGHT = 270
_ERROR = {"Lowest": "lower", "Estimate": "estimate", "Highest": "upper", "Limit": "allowed"}
_SAVED = {"Tokens": ("tokens", 1.0, "localized"), "Money": ("cost", 1.0, "$%.4f"), "Time": ("ms", 1e-3, "%.2f s")}
"""What is saved: its field in an hour, how it is scaled for the chart, how a table shows it."""


def charts() -> None:
    """Draw the choice of the time and the charts."""
    with st.container(horizontal=True, vertical_alignment="center", key="cache_over_time"):
        st.markdown("### Over time", width="stretch")
        period = st.segmented_control(
            "Period",
            list(PERIODS),
            default=DEFAULT,
            required=True,
            key="cache_period",
            persist_state="session",
            label_visibility="collapsed",
        )
    days, step = PERIODS[period]
    now, ahead = time.time(), -round((st.context.timezone_offset or 0) / 60)
    found = core().cache.history(NAMESPACE, now - days * 24 * HOUR, now, step=step)
    if not found:
        st.markdown(note(f"Nothing asked for the cache in the last {period}."))
        return
    hours = _without_gaps(found, step * HOUR)
    span = Span(now - days * 24 * HOUR, now, step, ahead)
    times = [label(hour.start, span) for hour in hours]
    with st.grid(2, min_column_width=380, gap="medium"):
        _error_chart(hours, times)
        _decision_chart(hours, times)
    _savings_chart(hours, times)


def _without_gaps(found: Sequence[Hour], step: int) -> list[Hour]:
    """The pieces of the past with empty ones between them, so that time runs evenly along the chart."""
    known = {hour.start: hour for hour in found}
    return [known.get(start) or Hour(start, {}, Saved()) for start in range(min(known), max(known) + 1, step)]


def _error_chart(hours: Sequence[Hour], times: Sequence[str]) -> None:
    served = {book for hour in hours for book, watch in hour.watch.items() if watch.get("served")}
    book = "demo" if served == {"demo"} else "own"
    columns = {name: [hour.watch.get(book, {}).get(field) for hour in hours] for name, field in _ERROR.items()}
    known = [place for place, estimate in enumerate(columns["Estimate"]) if estimate is not None]
    with st.container(border=True, height="stretch", key="cache_chart_error"):
        drawn, listed = st.tabs(["Error" if book == "own" else "Error of the demo", "Table"], key="cache_tabs_error")
        with drawn:
            if known:
                low, now, high, limit = (percent(each[known[-1]] or 0) for each in columns.values())
                said = f"{now} now, surely between {low} and {high}; the limit is {limit}"
                option = figures.band(times, *columns.values())
                st.echarts_chart(option, height=_HEIGHT, key="cache_figure_error", alt=f"Estimated error: {said}")
                st.caption(f"Requests answered wrongly, exact repeats not counted: {said}.")
            else:
                st.caption("No estimate yet: it begins when a similar prompt was answered from the cache.")
        _table(listed, {"Time": times, **columns}, "error", dict.fromkeys(columns, "percent"))


def _decision_chart(hours: Sequence[Hour], times: Sequence[str]) -> None:
    counts = {status: [hour.counts.get(status, 0) for hour in hours] for status in CHIPS}
    there = {CHIPS[status].word: column for status, column in counts.items() if any(column)}
    with st.container(border=True, height="stretch", key="cache_chart_decisions"):
        drawn, listed = st.tabs(["Decisions", "Table"], key="cache_tabs_decisions")
        with drawn:
            said = ", ".join(f"{word.lower()} {sum(column):,}" for word, column in there.items())
            option = figures.decisions(times, counts)
            st.echarts_chart(option, height=_HEIGHT, key="cache_figure_decisions", alt=f"Requests by decision: {said}")
            st.caption("What became of each request that asked for the cache.")
        _table(listed, {"Time": times, **there}, "decisions", dict.fromkeys(there, "localized"))


def _savings_chart(hours: Sequence[Hour], times: Sequence[str]) -> None:
    columns = {
        name: list(accumulate((getattr(hour.saved, field) or 0) * scale for hour in hours))
        for name, (field, scale, _) in _SAVED.items()
    }
    with st.container(border=True, key="cache_chart_savings"):
        *drawn, listed = st.tabs([*(f"{name} saved" for name in columns), "Table"], key="cache_tabs_savings")
        for tab, (name, column) in zip(drawn, columns.items(), strict=True):
            with tab:
                _saving(name, times, column)
        formats = {name: shown for name, (_, _, shown) in _SAVED.items()}
        _table(listed, {"Time": times, **columns}, "savings", formats)


def _saving(name: str, times: Sequence[str], column: Sequence[float]) -> None:
    if not column[-1]:
        st.caption("Nothing in this time." + (" Answers of local models are free." if name == "Money" else ""))
        return
    field, scale, _ = _SAVED[name]
    words = saved({field: column[-1] / scale})
    option = figures.total(times, column, name)
    st.echarts_chart(option, height=_HEIGHT, key=f"cache_figure_{field}", alt=f"{name} saved: {words}")
    st.caption(f"Added up over the time shown: {words}.")


def _table(tab: DeltaGenerator, columns: Mapping[str, Sequence[Any]], name: str, formats: Mapping[str, str]) -> None:
    """The table twin of a chart, newest first, without the times in which nothing was."""
    number = st.column_config.NumberColumn
    rows = [row for row in zip(*columns.values(), strict=True) if any(row[1:])]
    with tab:
        st.dataframe(
            {each: [row[place] for row in reversed(rows)] for place, each in enumerate(columns)},
            column_config={each: number(format=shown) for each, shown in formats.items()},
            hide_index=True,
            height=_HEIGHT,
            placeholder="–",
            key=f"cache_table_{name}",
            alt=f"The numbers of the chart of {name}, newest first",
        )
