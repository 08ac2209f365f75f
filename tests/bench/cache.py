"""What the semantic cache serves, how often wrongly, and what it costs, on labelled prompts.

    python -m tests.bench.cache [cells|stress|cost …] [--data FOLDER] [--requests 5000] [--seeds 3]

`cells`: every data set and delta from cold, in both guarantees, beside the published algorithm. `stress`: change of
topic, heavy-tailed repeats, judges that err, late verdicts, colliding prompts. `cost`: look-ups at 1 k, 10 k and 100 k
entries, and memory. Prompts are embedded once and kept in the user's cache folder; no provider is asked. `error` is
wrong answers / all requests, `worst` the highest that it ever was after the first 500, both the highest of the seeds;
the other columns are means. `generated` is made by code, was used for no constant, and is always there.
"""

import argparse
import ctypes
import gc
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from playground.cache.core import Core
from playground.cache.journal import Change, Joined, Remembered
from tests.bench.labelled import Request, embedded, generated, read
from tests.bench.streams import Outcome, colliding, heavy, published, shifted, shuffled, through

DELTAS = (0.005, 0.01, 0.02, 0.05)
DATA = Path(__file__).parents[2].parent / "shared" / "data" / "cache"


def data_sets(folder: Path) -> dict[str, list[Request]]:
    """The labelled files of a folder, and the generated prompts."""
    files = sorted(folder.glob("*.jsonl"))
    if not files:
        print(f"no *.jsonl in {folder}: only the generated prompts are used", file=sys.stderr)
    sets = {path.stem: embedded(read(path)) for path in files}
    return sets | {"generated": embedded(generated(6000))}


def cells(sets: dict[str, list[Request]], count: int, seeds: range) -> None:
    """Data x delta x algorithm."""
    table(
        "data", "delta", "cache", "hit %", "error %", "worst %", "wrong/hits %", "judged", "ask ms", "learn ms", "kept"
    )
    for name, rows in sets.items():
        for delta in DELTAS:
            streams = {seed: shuffled(rows, seed, count) for seed in seeds}
            for kind, run in RUNS.items():
                report(name, delta, kind, [run(stream, delta, seed) for seed, stream in streams.items()])


RUNS: dict[str, Callable[[Sequence[Request], float, int], Outcome]] = {
    "average": lambda stream, delta, seed: through(stream, delta, seed)[0],
    "per request": lambda stream, delta, seed: through(stream, delta, seed, "per_request")[0],
    "published": published,
}


def stress(sets: dict[str, list[Request]], count: int, seeds: range) -> None:
    """Streams that are not as the model expects, at delta 0.02."""
    delta = 0.02
    tests: dict[str, Callable[[list[Request], int], Outcome]] = {
        "topic shift": lambda rows, seed: through(shifted(rows, seed, count), delta, seed)[0],
        "judge errs 2 %": lambda rows, seed: through(shuffled(rows, seed, count), delta, seed, errs=0.02)[0],
        "judge errs 5 %": lambda rows, seed: through(shuffled(rows, seed, count), delta, seed, errs=0.05)[0],
        "32 late": lambda rows, seed: through(shuffled(rows, seed, count), delta, seed, late=32)[0],
        "colliding": lambda rows, seed: through(colliding(rows, seed, count), delta, seed)[0],
        "heavy tail": lambda rows, seed: through(heavy(rows, seed, count), delta, seed)[0],
    }
    table(
        "data", "delta", "stress", "hit %", "error %", "worst %", "wrong/hits %", "judged", "ask ms", "learn ms", "kept"
    )
    for name, rows in sets.items():
        for test, run in tests.items():
            outcomes = [run(rows, seed) for seed in seeds]
            report(name, delta, test, outcomes)
            if test == "heavy tail":
                exact = statistics.mean(len(heavy(rows, s, count)) - distinct(heavy(rows, s, count)) for s in seeds)
                print(f"| {name} | | exact match alone | {100 * exact / count:.1f} | 0 |")


def distinct(requests: Iterable[Request]) -> int:
    """How many different prompts there are: what a cache of exact repeats would ask the model."""
    return len({request.text for request in requests})


def report(name: str, delta: float, kind: str, outcomes: Sequence[Outcome]) -> None:
    """One row: means over the seeds; error and worst are the highest."""

    def mean(value: Callable[[Outcome], float]) -> float:
        return statistics.mean(value(outcome) for outcome in outcomes)

    error = max(outcome.error for outcome in outcomes)
    worst = max(outcome.worst for outcome in outcomes)
    n = outcomes[0].requests
    bound = delta + 2 * (delta * (1 - delta) / n) ** 0.5
    kept = "yes" if error <= bound and worst <= 1.5 * delta else "NO"
    print(
        f"| {name} | {delta} | {kind} | {100 * mean(lambda o: o.rate):.1f} | {100 * error:.2f} | {100 * worst:.2f} "
        f"| {100 * mean(lambda o: o.wrong / max(o.hits, 1)):.2f} | {mean(lambda o: o.judged / o.requests):.2f} "
        f"| {1000 * mean(lambda o: o.asked / o.requests):.2f} "
        f"| {1000 * mean(lambda o: o.learned / max(o.requests - o.hits, 1)):.2f} | {kept} |",
        flush=True,
    )


def cost(sets: dict[str, list[Request]], count: int, seeds: range) -> None:
    """Look-ups beside 1 k, 10 k and 100 k entries: real prompts, then noisy copies of them; wall and CPU time."""
    rows = next(iter(sets.values()))
    table("entries", "CPU p50 ms", "CPU p99 ms", "wall p50 ms", "wall p99 ms", "scan of all, CPU ms", "bytes / entry")
    for size in (1_000, 10_000, 100_000):
        _, core = through(shuffled(rows, seeds[0], 900), 0.02, seeds[0])
        before = resident()
        core.apply(filler(rows, size))
        bytes_each = (resident() - before) / size
        asked = lookups(core, shuffled(rows, seeds[0] + 1, 1000))
        print(f"| {size:,} | {asked} | {scan(size):.2f} | {bytes_each:,.0f} |", flush=True)


def lookups(core: Core, requests: Sequence[Request]) -> str:
    """p50 and p99 of one look-up: of CPU, which others on the machine hardly move, and of wall time."""
    took = []
    for request in requests:
        before = time.thread_time(), time.perf_counter()
        core.lookup(request.vector, request.text)
        took.append((time.thread_time() - before[0], time.perf_counter() - before[1]))
    return " | ".join(f"{1000 * quantile:.2f}" for quantile in np.quantile(took, [0.5, 0.99], axis=0).T.ravel())


def scan(count: int, times: int = 30) -> float:
    """Median CPU, in ms, of the cosines to `count` vectors of 384 numbers: what to compare with on any machine."""
    vectors = np.random.default_rng(0).standard_normal((count, 384), np.float32)
    took = []
    for row in vectors[:times]:
        before = time.thread_time()
        vectors @ row
        took.append(time.thread_time() - before)
    return 1000 * statistics.median(took)


def filler(rows: Sequence[Request], count: int) -> Iterable[Change]:
    """Entries of their own groups, with vectors near those of real prompts."""
    noise = np.random.default_rng(0)
    for number in range(1, count + 1):
        row = rows[number % len(rows)]
        vector = row.vector + 0.03 * noise.standard_normal(len(row.vector)).astype(np.float32)
        vector /= np.linalg.norm(vector)
        yield Remembered(number, "", f"{row.text} {number}", vector.astype("<f4").tobytes(), number, 0.0)
        yield Joined(number, number)


def resident() -> int:
    """Bytes of memory that this process holds now."""
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


def table(*columns: str) -> None:
    """The head of a table."""
    print(f"\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}", flush=True)


PARTS = {"cells": cells, "stress": stress, "cost": cost}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], default=[], metavar="part")
    parser.add_argument("--data", type=Path, default=DATA, help="folder of *.jsonl with `text` and `cls`")
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    loaded = data_sets(given.data)
    for part in given.parts or PARTS:
        PARTS[part](loaded, given.requests, range(given.seeds))
