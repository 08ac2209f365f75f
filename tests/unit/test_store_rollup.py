"""The roll-up tells what the runs themselves tell: sums exactly, percentiles within the stated error."""

import math
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from playground.call import Task
from playground.record import RunRecord, Timings
from playground.store.histogram import FLOOR, STEP, add, bin_of, middle, pack, percentile, unpack
from playground.store.history import History
from playground.store.place import Where
from playground.store.rollup import Period, Span
from tests.runs import synthetic

DAY = 86400
MIDNIGHT = 20_000 * DAY
ERROR = math.sqrt(STEP) - 1 + 1e-9

durations = st.floats(0, 1e8) | st.sampled_from([0.0, FLOOR, FLOOR * STEP, FLOOR * STEP**100])
counts = st.none() | st.integers(0, 10**9)


@st.composite
def runs(draw: st.DrawFn) -> RunRecord:
    total = draw(durations)
    return RunRecord(
        id=f"run_{draw(st.uuids())}",
        created_at=MIDNIGHT + draw(st.floats(-2 * DAY, 2 * DAY)),
        namespace=draw(st.sampled_from(["default", "other"])),
        door="api",
        task=draw(st.sampled_from(["chat", "embedding", None])),
        provider=draw(st.sampled_from(["a", "b"])),
        model=draw(st.sampled_from(["m", "n"])),
        status=draw(st.sampled_from(["done", "failed", "cancelled"])),
        request={},
        timings=Timings(0, draw(st.none() | durations), None, total),
        prompt_tokens=draw(counts),
        completion_tokens=draw(counts),
        cost=draw(st.none() | st.floats(0, 100)),
        cached=draw(st.booleans()),
    )


def start(run: RunRecord, span: Span) -> int:
    if span.step is None:
        return math.floor(span.since / 3600) * 3600
    length, ahead = span.step * 3600, span.offset * 3600
    return math.floor((run.created_at + ahead) / length) * length - ahead


def nearest_rank(values: list[float], share: float) -> float | None:
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)] if values else None


def recomputed(group: list[RunRecord]) -> tuple[dict[str, float], dict[str, float | None]]:
    timed = [run for run in group if run.status == "done" and not run.cached]
    sums = {
        "runs": len(group),
        "failed": sum(run.status == "failed" for run in group),
        "cancelled": sum(run.status == "cancelled" for run in group),
        "cached": sum(run.cached for run in group),
        "prompt_tokens": sum(run.prompt_tokens or 0 for run in group),
        "completion_tokens": sum(run.completion_tokens or 0 for run in group),
        "cost": pytest.approx(sum(run.cost or 0 for run in group)),
        "unpriced": sum(run.cost is None and run.status != "failed" for run in group),
    }
    latencies = [run.timings.total for run in timed]
    ttfts = [run.timings.ttft for run in timed if run.timings.ttft is not None]
    shares = {"p50": 0.5, "p95": 0.95}
    percentiles = {f"latency_{name}": nearest_rank(latencies, share) for name, share in shares.items()}
    return sums, percentiles | {f"ttft_{name}": nearest_rank(ttfts, share) for name, share in shares.items()}


def check(periods: list[Period], expected: dict[tuple[int, str, str], list[RunRecord]]) -> None:
    assert [(each.start, each.provider, each.model) for each in periods] == sorted(expected)
    for period in periods:
        sums, percentiles = recomputed(expected[period.start, period.provider, period.model])
        assert {name: getattr(period, name) for name in sums} == sums
        for name, value in percentiles.items():
            shown = getattr(period, name)
            assert shown == (None if value is None else pytest.approx(max(value, FLOOR), rel=ERROR)), name


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    records=st.lists(runs(), max_size=25),
    step=st.sampled_from([None, 1, 6, 24]),
    offset=st.integers(-12, 14),
    task=st.sampled_from(["chat", "embedding", None]),
)
def test_the_roll_up_equals_recomputation_from_the_runs(
    tmp_path_factory, records: list[RunRecord], step: int | None, offset: int, task: Task | None
):
    history = History(tmp_path_factory.mktemp("history") / "playground.db")
    since, until = MIDNIGHT - DAY, MIDNIGHT + DAY
    span = Span(since, until, step, offset)
    for run in records:
        history.record(run)
    expected: dict[tuple[int, str, str], list[RunRecord]] = defaultdict(list)
    for run in history.search("default", since=since, until=until, task=task, limit=1000):
        expected[start(run, span), run.provider, run.model].append(run)
    check(history.charts("default", span, task=task), expected)
    history.close()


@pytest.fixture
def history(place: Where) -> Iterator[History]:
    history = History(place)
    yield history
    history.close()


def test_many_runs_of_one_hour_agree_with_their_percentiles(history: History):
    records = list(synthetic(600, start=MIDNIGHT, span=3599))
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(history.record, records))
    expected = defaultdict(list)
    for run in records:
        expected[MIDNIGHT, run.provider, run.model].append(run)
    check(history.charts("default", Span(MIDNIGHT, MIDNIGHT + 1, 1)), expected)


def test_cached_answers_are_counted_and_do_not_flatter_the_latency(history: History):
    for number in range(10):
        cached = number % 2 == 1
        history.record(run(number, total=2.0 if cached else 1000.0, cached=cached))
    (period,) = history.charts("default", Span(MIDNIGHT, MIDNIGHT + 1, 1))
    assert (period.runs, period.cached) == (10, 5)
    assert period.latency_p50 == pytest.approx(1000, rel=ERROR)


def test_charts_of_one_provider_or_model(history: History):
    for number, (provider, model) in enumerate([("a", "m"), ("a", "n"), ("b", "m")]):
        history.record(run(number, provider=provider, model=model))
    pairs = [("a", "m"), ("a", "n"), ("b", "m")]
    for filters, expected in [({}, pairs), ({"provider": "a"}, pairs[:2]), ({"model": "m"}, pairs[::2])]:
        found = history.charts("default", Span(MIDNIGHT, MIDNIGHT + 1), **filters)
        assert [(period.provider, period.model) for period in found] == expected


def run(number: int, total: float = 10.0, **fields) -> RunRecord:
    values = {"provider": "a", "model": "m", "namespace": "default", "created_at": MIDNIGHT}
    return RunRecord(
        **(values | fields),
        id=f"run_{number}",
        door="api",
        task="chat",
        status="done",
        request={},
        timings=Timings(0, total / 2, total, total),
    )


@given(durations)
def test_a_bin_is_within_its_error(value: float):
    bin_ = bin_of(value)
    assert middle(bin_) == pytest.approx(max(value, FLOOR), rel=ERROR)
    assert bin_of(middle(bin_)) == bin_


@given(st.dictionaries(st.integers(0, 1000), st.integers(1, 2**31)))
def test_packing(counted: dict[int, int]):
    assert dict(unpack(pack(counted))) == counted
    twice = dict(counted)
    add(twice, unpack(pack(counted)))
    assert twice == {bin_: 2 * number for bin_, number in counted.items()}


def test_nothing_counted_has_no_percentile():
    assert percentile({}, 0.5) is None
