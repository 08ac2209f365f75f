"""Chart: totals by period and model as an ECharts option, and the same as the rows of a table."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from math import ceil
from typing import Any

from playground.store.rollup import Period, Span

LINES = 8
"""Models in a chart, the most used ones: as many as the theme has colours. The tables have all of them."""
_SPARSE = 3
"""Up to this many points a line shows them: a lone point has no line."""
_ROW = 44
"""Letters of names in one row of a legend, each with its mark; a guess for half the width of a page."""

Names = Mapping[tuple[str, str], str]
"""What each (provider, model) is called; the first ones are drawn."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One chart: fields of a Period by what they are called. `scale` turns them into `unit`.

    Bars are the sum of the fields, stacked by model; lines are one per field and model, the second one dashed.
    """

    key: str
    title: str
    note: str
    fields: Mapping[str, str]
    unit: str
    format: str
    scale: float = 1.0
    bars: bool = False


CHARTS = (
    Chart(
        "latency",
        "Latency",
        "Solid: median, dashed: 95th percentile, ± 2.5 %. Runs that were done and not served from the cache.",
        {"p50": "latency_p50", "p95": "latency_p95"},
        "seconds",
        "%.3f s",
        1e-3,
    ),
    Chart(
        "ttft",
        "Time to first token",
        "Solid: median, dashed: 95th percentile, ± 2.5 %. Queueing included.",
        {"p50": "ttft_p50", "p95": "ttft_p95"},
        "seconds",
        "%.3f s",
        1e-3,
    ),
    Chart("runs", "Runs", "However they ended.", {"Runs": "runs"}, "runs", "%d", bars=True),
    Chart(
        "errors",
        "Errors",
        "Runs that failed; one that was stopped is none.",
        {"Failed": "failed"},
        "runs",
        "%d",
        bars=True,
    ),
    Chart(
        "tokens",
        "Tokens",
        "Of requests and answers together, as the providers counted them.",
        {"In": "prompt_tokens", "Out": "completion_tokens"},
        "tokens",
        "localized",
        bars=True,
    ),
    Chart(
        "cost", "Cost", "Runs without a known price are not in it.", {"Cost": "cost"}, "US dollars", "$%.4f", bars=True
    ),
)


def figure(chart: Chart, periods: Sequence[Period], span: Span, names: Names) -> dict[str, Any]:
    """The ECharts option over every period of the span, those without runs too."""
    from pandas import DataFrame

    starts = list(_starts(span))
    found = {(each.start, each.provider, each.model): each for each in periods}
    columns: dict[str, list[Any]] = {"time": [label(start, span) for start in starts]}
    series, shown = [], dict[str, None]()
    for model, name in list(names.items())[:LINES]:
        cells = [found.get((start, *model)) for start in starts]
        for place, (column, values) in enumerate(_columns(chart, name, cells)):
            columns[column] = values  # empty ones too: a model has its colour by its place
            shown |= {name: None} if any(values) else {}
            series.append(_series(chart, name, column, place, sparse=len(values) - values.count(None) <= _SPARSE))
    return {
        "tooltip": {"trigger": "axis", "valueFormatter": chart.format, "confine": True},
        "legend": {"data": list(shown), "bottom": 0, "icon": "roundRect", "itemWidth": 10, "itemHeight": 10},
        "grid": {"left": 14, "right": 30, "top": 34, "bottom": 14 + 20 * _legend_rows(shown), "containLabel": True},
        "dataset": {"source": DataFrame(columns)},
        "xAxis": {"type": "category"},
        "yAxis": {
            "type": "value" if chart.bars else "log",
            "name": chart.unit if chart.bars else f"{chart.unit}, log scale",
            "nameTextStyle": {"align": "left"},
            **({"minInterval": 1} if chart.unit == "runs" else {}),
        },
        "series": series,
    }


def rows(chart: Chart, periods: Sequence[Period], span: Span, names: Names) -> dict[str, list[Any]]:
    """The table's columns, newest first: the same numbers, of all models."""
    shown = [each for each in reversed(periods) if any(getattr(each, field) for field in chart.fields.values())]
    return {
        "Time": [label(each.start, span) for each in shown],
        "Model": [names[each.provider, each.model] for each in shown],
        **{name: [_value(each, field, chart) for each in shown] for name, field in chart.fields.items()},
    }


def named(totals: Sequence[Period]) -> dict[tuple[str, str], str]:
    """Models by their id, with the provider where two have the same, in the order of the totals."""
    ids = [total.model for total in totals]
    return {
        (total.provider, total.model): total.model if ids.count(total.model) == 1 else f"{total.provider}/{total.model}"
        for total in totals
    }


def label(start: int, span: Span) -> str:
    """A period's beginning on the asker's clock."""
    moment = datetime.fromtimestamp(start, timezone(timedelta(hours=span.offset)))
    return f"{moment.day} {moment:%b}" if span.step == 24 else f"{moment.day} {moment:%b %H:%M}"


def _starts(span: Span) -> Iterator[int]:
    first, end = span.hours
    return iter(dict.fromkeys(span.start(hour) for hour in range(first, end)))


def _columns(chart: Chart, name: str, cells: Sequence[Period | None]) -> list[tuple[str, list[Any]]]:
    values = {key: [_value(cell, field, chart) for cell in cells] for key, field in chart.fields.items()}
    if chart.bars:
        return [(name, [sum(each or 0 for each in parts) for parts in zip(*values.values(), strict=True)])]
    return [(f"{name} {key}", column) for key, column in values.items()]


def _legend_rows(names: Iterable[str]) -> int:
    return ceil(sum(len(name) + 5 for name in names) / _ROW) or 1


def _value(period: Period | None, field: str, chart: Chart) -> Any:
    value = None if period is None else getattr(period, field)
    return value if value is None or chart.scale == 1.0 else value * chart.scale


def _series(chart: Chart, name: str, column: str, place: int, *, sparse: bool) -> dict[str, Any]:
    """Series of one name share colour and legend."""
    common = {"name": name, "encode": {"x": "time", "y": column, "tooltip": column}}
    if chart.bars:
        return {**common, "type": "bar", "stack": "all", "barMaxWidth": 28}
    line = {"width": 2, "type": "solid"} if place == 0 else {"width": 1.2, "type": "dashed"}
    return {**common, "type": "line", "lineStyle": line, "connectNulls": True, "showSymbol": sparse, "symbolSize": 5}
