"""What the run history costs, and what it would cost built otherwise.

    python -m tests.bench.history [runs] [rounds]

Variants of one question are interleaved in one run and compared by the median of the rounds' ratios. CPU is this
process's, all threads. The fillings are made up (`tests/runs.py`), about 3 kB of question, answer and exchange each.
"""

import os
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from streamlit.testing.v1 import AppTest

from playground.record import RunRecord
from playground.runs import shared
from playground.store import rollup
from playground.store.history import History
from playground.store.rollup import Span
from playground.store.row import Row
from playground.store.schema import MIGRATIONS
from playground.store.sqlite import connect, create
from tests.runs import synthetic

DAY = 86400.0
START = 1_790_000_000.0
MENU = Path(__file__).parents[2] / "pages" / "menu.py"
THREADS = 64

WINDOW = """
    SELECT model, hour, min(CASE WHEN place >= 0.5 * n THEN total END), min(CASE WHEN place >= 0.95 * n THEN total END)
    FROM (SELECT model, hour, total, row_number() OVER one AS place, count(*) OVER (PARTITION BY model, hour) AS n
          FROM (SELECT model, CAST(created_at / 3600 AS INTEGER) AS hour, total FROM runs
                WHERE namespace = 'default' AND status = 'done' AND created_at >= ? AND created_at < ?)
          WINDOW one AS (PARTITION BY model, hour ORDER BY total))
    GROUP BY model, hour"""


def write(connection: sqlite3.Connection, row: Row, run: RunRecord) -> None:
    connection.execute("BEGIN IMMEDIATE")
    row.insert(connection)
    rollup.count(connection, run)
    connection.execute("COMMIT")


class OneLock:
    """One connection behind a lock, a commit for every row."""

    def __init__(self, path: Path) -> None:
        self._connection = create(path, MIGRATIONS)
        self._lock = threading.Lock()

    def record(self, run: RunRecord) -> None:
        row = Row.of(run)
        with self._lock:
            write(self._connection, row, run)

    def close(self) -> None:
        self._connection.close()


class OneEach:
    """A connection for every thread, a commit for every row."""

    def __init__(self, path: Path) -> None:
        create(path, MIGRATIONS).close()
        self._path = path
        self._mine = threading.local()
        self._all: list[sqlite3.Connection] = []

    def record(self, run: RunRecord) -> None:
        if not hasattr(self._mine, "connection"):
            self._mine.connection = connect(self._path)
            self._all.append(self._mine.connection)
        write(self._mine.connection, Row.of(run), run)

    def close(self) -> None:
        for connection in self._all:
            connection.close()


def filled(store: type, runs: list[RunRecord], threads: int) -> tuple[float, float, float]:
    """(rows per second, CPU ms per row, 99th percentile of one `record` in ms) into a fresh file."""
    with tempfile.TemporaryDirectory() as folder:
        history = store(Path(folder) / "runs.db")
        history.record(runs[0])

        def record(run: RunRecord) -> float:
            began = time.perf_counter()
            history.record(run)
            return (time.perf_counter() - began) * 1000

        began, cpu = time.perf_counter(), time.process_time()
        if threads == 1:
            waits = [record(run) for run in runs[1:]]
        else:
            with ThreadPoolExecutor(threads) as pool:
                waits = list(pool.map(record, runs[1:]))
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        history.close()
        return len(waits) / seconds, cpu * 1000 / len(waits), sorted(waits)[int(len(waits) * 0.99)]


def writing(rounds: int) -> None:
    runs = list(synthetic(2000, start=START, span=DAY))
    cases: dict[str, tuple[type, int]] = {
        "group commit, 1 thread": (History, 1),
        "group commit, 64 threads": (History, THREADS),
        "one lock, 64 threads": (OneLock, THREADS),
        "one connection each, 64": (OneEach, THREADS),
    }
    seen: dict[str, list[tuple[float, float, float]]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, (store, threads) in cases.items():
            few = runs[:400] if store is OneEach else runs
            seen[name].append(filled(store, few, threads))
    ours = seen["group commit, 64 threads"]
    print(f"{'writing':<26} {'rows/s':>8} {'CPU ms/row':>11} {'p99 ms':>8} {'group commit is':>16}")
    for name, rows in seen.items():
        ratio = statistics.median(mine[0] / other[0] for mine, other in zip(ours, rows, strict=True))
        rate, cpu, wait = (statistics.median(column) for column in zip(*rows, strict=True))
        print(f"{name:<26} {rate:>8,.0f} {cpu:>11.3f} {wait:>8.1f} {ratio:>15.1f}x")


def clocked(work: Callable[[], object], rounds: int) -> float:
    """Median milliseconds."""
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def reading(count: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "runs.db"
        connection = create(path, MIGRATIONS)
        connection.execute("BEGIN IMMEDIATE")
        for run in synthetic(count, start=START, span=14 * DAY):
            Row.of(run).insert(connection)
            rollup.count(connection, run)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        history, end = History(path), START + 14 * DAY
        cases: dict[str, Callable[[], object]] = {
            "charts by hour, roll-up": lambda: history.charts("default", Span(START, end, 1)),
            "charts by day, roll-up": lambda: history.charts("default", Span(START, end, 24)),
            "p50/p95 by hour, windows": lambda: connection.execute(WINDOW, (START, end)).fetchall(),
            "newest 50 lines": lambda: history.glance("default"),
            "newest 50 records": lambda: history.search("default"),
            "count, all": lambda: history.count("default"),
            "failed runs of one model": lambda: history.glance("default", model="gemini-small", status="failed"),
            "text that is common": lambda: history.glance("default", text="cosine neighbour"),
            "text that is nowhere": lambda: history.glance("default", text="zeitgeist"),
            "count of a common text": lambda: history.count("default", text="cosine neighbour"),
            "facets": lambda: history.facets("default"),
        }
        size = sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6
        print(f"\n{f'reading {count:,} runs, {size:,.0f} MB':<34} {'median ms':>10}")
        for name, work in cases.items():
            work()
            print(f"{name:<34} {clocked(work, rounds):>10.1f}")
        history.close()
        connection.close()


FEW = 10
"""Runs of the history that a large one is compared with: a page about none has neither table nor charts."""


def filled_file(path: Path, count: int) -> None:
    """A history of runs over the last fourteen days."""
    path.parent.mkdir()
    connection = create(path, MIGRATIONS)
    connection.execute("BEGIN IMMEDIATE")
    for run in synthetic(count, start=time.time() - 14 * DAY, span=14 * DAY):
        Row.of(run).insert(connection)
        rollup.count(connection, run)
    connection.execute("COMMIT")
    connection.close()


def opened(folder: Path, **query: str) -> float:
    """Milliseconds from a visitor's arrival on the Runs page until its script has drawn it."""
    os.environ["PLAYGROUND_DATA_DIR"] = str(folder)
    shared.cache_clear()
    at = AppTest.from_file(str(MENU), default_timeout=120)
    for name, value in query.items():
        at.query_params[name] = value
    at.switch_page("runs.py")
    began = time.perf_counter()
    at.run()
    took = (time.perf_counter() - began) * 1000
    if at.exception or not at.dataframe:
        raise RuntimeError(f"the page was not drawn: {at.exception}")
    shared().close()
    return took


def pages(count: int, rounds: int) -> None:
    """The Runs page over so many runs, beside the same page over few."""
    charts = {"runs_view": "Charts", "runs_period": "30 days"}
    with tempfile.TemporaryDirectory() as folder:
        sizes = {size: Path(folder) / str(size) for size in (FEW, count)}
        for size, home in sizes.items():
            filled_file(home / "playground.db", size)
        for home in sizes.values():
            opened(home)  # imports what pages need
        print(f"\n{f'page over {count:,} runs':<26} {'median ms':>10} {f'to {FEW} runs':>12}")
        for name, query in (("newest 50 runs", {}), ("charts of 30 days", charts)):
            seen = [[opened(home, **query) for home in sizes.values()] for _ in range(rounds)]
            ratio = statistics.median(many / few for few, many in seen)
            print(f"{name:<26} {statistics.median(many for _, many in seen):>10.0f} {ratio:>11.2f}x")


def searching(count: int, rounds: int) -> None:
    """What a trigram index would cost every write and save a search, beside the LIKE in use."""
    texts = [Row.of(run).text for run in synthetic(count, start=START, span=DAY)]
    tables = {
        "plain, LIKE": ("CREATE TABLE t (n INTEGER PRIMARY KEY, text TEXT)", "LIKE '%' || ? || '%'", "zeitgeist"),
        "FTS5 trigram": ("CREATE VIRTUAL TABLE t USING fts5(text, tokenize = 'trigram')", "MATCH ?", '"zeitgeist"'),
    }
    print(f"\n{f'search text, {count:,} rows':<26} {'write CPU us/row':>17} {'miss, ms':>10} {'MB':>6}")
    for name, (table, condition, word) in tables.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "texts.db"
            connection = connect(path)
            connection.execute(table)
            began = time.process_time()
            for first in range(0, count, 16):
                connection.execute("BEGIN")
                connection.executemany(
                    "INSERT INTO t (text) VALUES (?)", [(text,) for text in texts[first : first + 16]]
                )
                connection.execute("COMMIT")
            cpu = (time.process_time() - began) * 1e6 / count
            query = f"SELECT rowid FROM t WHERE text {condition} ORDER BY rowid DESC LIMIT 50"
            miss = clocked(lambda: connection.execute(query, (word,)).fetchall(), rounds)  # noqa: B023 - used at once
            print(f"{name:<26} {cpu:>17.0f} {miss:>10.1f} {path.stat().st_size / 1e6:>6.0f}")
            connection.close()


def main(runs: int, rounds: int) -> None:
    writing(rounds)
    reading(runs, rounds)
    searching(min(runs, 20_000), rounds)
    pages(runs, rounds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, int(sys.argv[2]) if len(sys.argv) > 2 else 5)
