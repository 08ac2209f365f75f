"""Hourly totals beside the runs, kept in the transaction that writes a run: what the charts are drawn from.

One row per namespace, hour (UTC), provider, model and task. Latency and time to first token are histograms
(`histogram.py`, at most 2.5 % off) of runs that were done and not served from the cache: a cached answer says nothing
about the model's speed, nor does a refusal or a run that somebody stopped. Tokens and cost are of all runs as far as
they are known; `unpriced` counts the runs that were not refused and whose price is not known.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from math import ceil, floor
from typing import Any

from playground.record import RunRecord
from playground.store.histogram import Counts, add, bin_of, pack, percentile, unpack
from playground.store.place import Connection
from playground.store.row import bound, unbound

HOUR = 3600
NAME = 200
"""Letters of a provider or model that are told apart: requests name anything, and the key of an index has limits."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which time is asked for and how it is cut. `since` and `until` are Unix seconds; whole hours that overlap count.

    `step` is the length of a period in hours, None for everything in one. Periods are counted from midnight of a clock
    `offset` hours ahead of UTC (half hours do not exist in an hourly roll-up).
    """

    since: float
    until: float
    step: int | None = None
    offset: int = 0

    @property
    def hours(self) -> tuple[int, int]:
        """The first hour since 1970, and the one after the last."""
        return floor(self.since / HOUR), ceil(self.until / HOUR)

    def start(self, hour: int) -> int:
        """The beginning of the period that an hour belongs to, Unix seconds."""
        if self.step is None:
            return self.hours[0] * HOUR
        return (hour - (hour + self.offset) % self.step) * HOUR


@dataclass(frozen=True, slots=True)
class Period:
    """One model in one period. `start` is Unix seconds, durations are milliseconds, None where nothing was timed.

    `cached`, `failed` and `cancelled` are among `runs`; `cost` is US dollars without the `unpriced` runs.
    """

    start: int
    provider: str
    model: str
    runs: int
    failed: int
    cancelled: int
    cached: int
    prompt_tokens: int
    completion_tokens: int
    cost: float
    unpriced: int
    latency_p50: float | None
    latency_p95: float | None
    ttft_p50: float | None
    ttft_p95: float | None


_KEY = "namespace = ? AND hour = ? AND provider = ? AND model = ? AND task = ?"
_SUMS = ("runs", "failed", "cancelled", "cached", "prompt_tokens", "completion_tokens", "cost", "unpriced")
_SELECT = f"SELECT latency, ttft FROM rollup WHERE {_KEY}"
_INSERT = f"INSERT INTO rollup VALUES ({', '.join('?' * (7 + len(_SUMS)))})"
_UPDATE = f"UPDATE rollup SET latency = ?, ttft = ?, {', '.join(f'{n} = {n} + ?' for n in _SUMS)} WHERE {_KEY}"
_CHARTS = (
    f"SELECT hour, provider, model, {', '.join(_SUMS)}, latency, ttft FROM rollup "
    "WHERE namespace = ? AND hour >= ? AND hour < ?"
)


def count(connection: Connection, run: RunRecord) -> None:
    """Add one run to its hour. Call it in the transaction that inserts the run."""
    hour = floor(run.created_at / HOUR)
    names = (bound(name[:NAME]) for name in (run.provider, run.model))
    key = (bound(run.namespace), hour, *names, run.task or "")
    sums = (
        1,
        run.status == "failed",
        run.status == "cancelled",
        run.cached,
        run.prompt_tokens or 0,
        run.completion_tokens or 0,
        run.cost or 0.0,
        run.cost is None and run.status != "failed",
    )
    timed = run.status == "done" and not run.cached
    known = connection.execute(_SELECT, key).fetchone()
    latency = _counted(known[0] if known else b"", run.timings.total if timed else None)
    ttft = _counted(known[1] if known else b"", run.timings.ttft if timed else None)
    if known:
        connection.execute(_UPDATE, (latency, ttft, *sums, *key))
    else:
        connection.execute(_INSERT, (*key, *sums, latency, ttft))


def _counted(packed: bytes, milliseconds: float | None) -> bytes:
    if milliseconds is None:
        return packed
    counts: Counts = dict(unpack(packed))
    add(counts, [(bin_of(milliseconds), 1)])
    return pack(counts)


def charts(connection: Connection, namespace: str, span: Span, only: Mapping[str, str | None]) -> list[Period]:
    """The periods that have runs, by time, provider and model; `only` holds a `provider`, `model` or `task`."""
    query, values = _CHARTS, [bound(namespace), *span.hours]
    for name in ("provider", "model", "task"):
        if only.get(name) is not None:
            query += f" AND {name} = ?"
            values.append(bound(only[name]))
    rows = connection.execute(query, values).fetchall()

    def period(row: tuple[Any, ...]) -> tuple[int, str, str]:
        return span.start(row[0]), unbound(row[1]), unbound(row[2])

    return [_period(key, group) for key, group in groupby(sorted(rows, key=period), period)]


def _period(key: tuple[int, str, str], rows: Iterable[tuple[Any, ...]]) -> Period:
    sums: list[Any] = [0] * len(_SUMS)
    latency: Counts = {}
    ttft: Counts = {}
    for _, _, _, *values, packed_latency, packed_ttft in rows:
        sums = [total + value for total, value in zip(sums, values, strict=True)]
        add(latency, unpack(packed_latency))
        add(ttft, unpack(packed_ttft))
    shares = (percentile(counts, share) for counts in (latency, ttft) for share in (0.5, 0.95))
    return Period(*key, *sums, *shares)
