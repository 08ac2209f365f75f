"""Latency, first token, tokens, cost and errors, by model and over time; each chart has its table beside it."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from playground.store.filters import Filters
from playground.store.rollup import HOUR, Period, Span
from playground.ui.chart import CHARTS, LINES, Chart, Names, figure, named, rows
from playground.ui.core import NAMESPACE, core
from playground.ui.filters import DEFAULT, PERIODS
from playground.ui.look import note
from playground.units import counted, dollars, seconds

_TIMED = {"p50": "latency_p50", "p95": "latency_p95", "TTFT p50": "ttft_p50", "TTFT p95": "ttft_p95"}
_HELP = {
    "p50": "Latency: median from asking to the end",
    "p95": "Latency: 95 of 100 runs were faster",
    "TTFT": "Time to first token, queueing included",
}


def trends(filters: Filters) -> None:
    """Draw the figures, the models and the charts of the runs that the filters leave."""
    period, now = st.session_state.get("runs_period") or DEFAULT, time.time()
    only = {key: filters.get(key) for key in ("provider", "model", "task")}
    days, step = PERIODS[period]
    begin = now - days * 24 * HOUR
    totals = _charted(Span(begin, now), only)
    if not totals:
        st.markdown(note(f"No runs in the last {period} with these filters."))
        return
    totals.sort(key=lambda total: -total.runs)
    names, ahead = named(totals), -round((st.context.timezone_offset or 0) / 60)
    span = Span(begin, now, step, ahead)
    periods = _charted(span, only)
    _figures(totals)
    _models(totals, period)
    with st.grid(2, min_column_width=380, gap="medium"):
        for chart in CHARTS:
            with st.container(border=True, height="stretch", key=f"runs_chart_{chart.key}"):
                _draw(chart, periods, span, names, _summary(chart, totals, names, period))
    if len(names) > LINES:
        st.caption(f"The charts show the {LINES} models with most runs, the tables all {len(names)}.")


def _charted(span: Span, only: Mapping[str, Any]) -> list[Period]:
    return core().history.charts(NAMESPACE, span, **only)


def _figures(totals: Sequence[Period]) -> None:
    runs, failed = sum(each.runs for each in totals), sum(each.failed for each in totals)
    tokens = sum(each.prompt_tokens + each.completion_tokens for each in totals)
    unpriced = sum(each.unpriced for each in totals)
    without = f"Without {counted(unpriced, 'run')} of unknown price." if unpriced else None
    with st.grid(4, min_column_width=150, key="runs_figures"):
        st.metric("Runs", runs, format="localized", border=True, height="stretch")
        st.metric("Failed", failed / runs, format="percent", border=True, height="stretch")
        st.metric("Tokens", tokens, format="compact", border=True, height="stretch")
        cost = sum(each.cost for each in totals)
        st.metric("Cost", dollars(cost), border=True, height="stretch", help=without)


def _models(totals: Sequence[Period], period: str) -> None:
    """One row per model over the whole time."""
    column = st.column_config
    st.dataframe(
        {
            "Model": [total.model for total in totals],
            "Provider": [total.provider for total in totals],
            "Runs": [total.runs for total in totals],
            "Failed": [total.failed / total.runs for total in totals],
            **{name: [_seconds(getattr(total, field)) for total in totals] for name, field in _TIMED.items()},
            "In": [total.prompt_tokens for total in totals],
            "Out": [total.completion_tokens for total in totals],
            "Cost": [total.cost if total.unpriced < total.runs - total.failed else None for total in totals],
        },
        column_config={
            "Model": column.TextColumn(pinned=True),
            "Failed": column.NumberColumn(format="percent"),
            **{name: column.NumberColumn(format="%.3f s", help=_HELP[name[:4]]) for name in _TIMED},
            "In": column.NumberColumn(format="localized", help="Tokens of the requests"),
            "Out": column.NumberColumn(format="localized", help="Tokens of the answers"),
            "Cost": column.NumberColumn(format="$%.4f", help="– where no price is known"),
        },
        hide_index=True,
        placeholder="–",
        key="runs_models",
        alt=f"Models over the last {period}: runs, failures, latency, first token, tokens and cost",
    )


def _draw(chart: Chart, periods: Sequence[Period], span: Span, names: Names, summary: str) -> None:
    drawn, listed = st.tabs([chart.title, "Table"], key=f"runs_tabs_{chart.key}")
    with drawn:
        option = figure(chart, periods, span, names)
        if option["legend"]["data"]:
            st.echarts_chart(option, height=290, key=f"runs_figure_{chart.key}", alt=summary)
            st.caption(chart.note)
        else:
            st.caption("Nothing in this time.")
    with listed:
        st.dataframe(
            rows(chart, periods, span, names),
            column_config={name: st.column_config.NumberColumn(format=chart.format) for name in chart.fields},
            hide_index=True,
            height=290,
            placeholder="–",
            key=f"runs_table_{chart.key}",
            alt=f"{chart.title} in {chart.unit} by time and model, newest first",
        )


def _summary(chart: Chart, totals: Sequence[Period], names: Names, period: str) -> str:
    """The chart's message in words, for those who cannot see it."""
    words = []
    for total in totals:
        values = [getattr(total, field) for field in chart.fields.values()]
        if any(values):
            shown = f"{sum(values):,.6g}" if chart.bars else f"median {seconds(values[0])}"
            words.append(f"{names[total.provider, total.model]} {shown}")
    return f"{chart.title} over the last {period}, in {chart.unit}: {', '.join(words) or 'nothing'}"


def _seconds(milliseconds: float | None) -> float | None:
    return None if milliseconds is None else milliseconds / 1000
