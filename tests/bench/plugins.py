"""What isolation costs: a call of a plugin in its own process, as a ratio to calling its function in this one.

    python -m tests.bench.plugins [rounds]

Both sides answer the same inputs, interleaved block by block in one run; a figure is the median of the rounds'
medians, a ratio the median of the rounds' ratios. Three plugins: one that does nothing, one that works for about 10 ms
(a matrix product, as a small encoder does), one that answers 256 texts with 384 numbers each, which all have to be
sent and read. Cold start is from no process to the first answer. `SIDES` has who else can be asked; each is one more
column. With `PLAYGROUND_RAY_ADDRESS` set, and run by a Python that has Ray, that cluster is one.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from playground.plugins.loading import load
from playground.plugins.registry import Plugins
from playground.settings import Settings
from tests import plugins

Ask = Callable[[str, dict[str, Any]], dict[str, Any]]
"""Asks a plugin, by id, with inputs."""
Side = Callable[[Path], AbstractContextManager[Ask]]

BODIES = {
    "does nothing": ("return {'embedding': [0.5, 0.25, 0.125]}", "", 200),
    "works 10 ms": (
        "end = time.perf_counter() + 0.01\nwhile time.perf_counter() < end: sum(range(1000))\nreturn {'done': True}",
        "import time",
        30,
    ),
    "256 texts": (
        "return {'embeddings': [[(n * k) % 97 / 97 for k in range(384)] for n, _ in enumerate(inputs['texts'])]}",
        "",
        10,
    ),
}
INPUTS = {"does nothing": {"text": "hello"}, "works 10 ms": {"text": "hello"}, "256 texts": {"texts": ["hello"] * 256}}
AT_ONCE = 64


def id_of(name: str) -> str:
    return f"p_{name.replace(' ', '_')}_1_0_0"


@contextmanager
def in_process(folder: Path) -> Iterator[Ask]:
    """The plugin's own function on an event loop of this process."""
    answers = {id_of(name): load(folder / name)[0] for name in BODIES if not _forget()}
    with asyncio.Runner() as runner:

        async def awaited(found: Any) -> dict[str, Any]:
            result: dict[str, Any] = await found
            return result

        yield lambda id_, inputs: runner.run(awaited(answers[id_](inputs, {})))


def _forget() -> None:
    for name in [name for name in sys.modules if name.startswith("plugin_code")]:
        del sys.modules[name]
    sys.path[:] = [path for path in sys.path if not (Path(path) / "realtime.py").exists()]


@contextmanager
def isolated(folder: Path) -> Iterator[Ask]:
    """As the server asks it."""
    registry = Plugins(Settings.of({"PLAYGROUND_PLUGINS_DIR": str(folder)}))
    try:
        yield registry.call
    finally:
        registry.close()


@contextmanager
def clustered(folder: Path) -> Iterator[Ask]:
    """As a server asks it whose plugins are on a cluster."""
    registry = Plugins(Settings.of({"PLAYGROUND_PLUGINS_DIR": str(folder), ADDRESS: os.environ[ADDRESS]}))
    try:
        yield registry.call
    finally:
        registry.close()


ADDRESS = "PLAYGROUND_RAY_ADDRESS"
SIDES: Mapping[str, Side] = {"isolated": isolated} | ({"cluster": clustered} if ADDRESS in os.environ else {})


def block(ask: Ask, name: str, calls: int) -> float:
    """Median ms of a call."""
    times = []
    for _ in range(calls):
        began = time.perf_counter()
        ask(id_of(name), INPUTS[name])
        times.append((time.perf_counter() - began) * 1000)
    return statistics.median(times)


def compare(folder: Path, rounds: int) -> None:
    """The table of ratios."""
    with ExitStack() as stack:
        bare = stack.enter_context(in_process(folder))
        sides = {name: stack.enter_context(side(folder)) for name, side in SIDES.items()}
        heads = "".join(f"{f'{name} ms':>13} {'x':>8} {'+ms':>7}" for name in sides)
        print(f"{'plugin':<14}{'in process ms':>14}{heads}")
        for name, (_, _, calls) in BODIES.items():
            seen: dict[str, list[float]] = {side: [] for side in ["bare", *sides]}
            for ask in (bare, *sides.values()):
                block(ask, name, 3)
            for _ in range(rounds):
                seen["bare"].append(block(bare, name, calls))
                for side, ask in sides.items():
                    seen[side].append(block(ask, name, calls))
            cells = ""
            for side in sides:
                pairs = list(zip(seen[side], seen["bare"], strict=True))
                ratio = statistics.median(one / base for one, base in pairs)
                more = statistics.median(one - base for one, base in pairs)
                cells += f"{statistics.median(seen[side]):>13.3f} {ratio:>8.2f} {more:>+7.2f}"
            print(f"{name:<14}{statistics.median(seen['bare']):>14.4f}{cells}")


def cold(folder: Path, rounds: int) -> None:
    """From no process to the first answer, and from a changed file to the next one."""
    registry = Plugins(Settings.of({"PLAYGROUND_PLUGINS_DIR": str(folder)}))
    name, starts, reloads = "does nothing", [], []
    try:
        for _ in range(rounds):
            registry.rest(id_of(name))
            starts.append(block(registry.call, name, 1))
            code = folder / name / "realtime.py"
            code.write_text(code.read_text() + "\n")
            reloads.append(block(registry.call, name, 1))
        print(f"\ncold start {statistics.median(starts):.0f} ms; after a change {statistics.median(reloads):.0f} ms")
    finally:
        registry.close()


def crowd(folder: Path) -> None:
    """64 at once: all answered, and how many a second against one after another."""
    print(f"\n{AT_ONCE} at once      processes   calls/s   one by one/s   answered")
    for processes in (1, 2):
        settings = {"PLAYGROUND_PLUGINS_DIR": str(folder), "PLAYGROUND_PLUGINS_PROCESSES": str(processes)}
        registry = Plugins(Settings.of(settings))
        try:
            for name in ("does nothing", "works 10 ms"):
                with ThreadPoolExecutor(AT_ONCE) as pool:
                    ask = partial(_nth, registry.call, name)
                    list(pool.map(ask, range(AT_ONCE)))
                    began = time.perf_counter()
                    calls = 4 * AT_ONCE
                    answers = list(pool.map(ask, range(calls)))
                    took = time.perf_counter() - began
                alone = 1000 / block(registry.call, name, AT_ONCE)
                print(f"{name:<15}{processes:>10}{calls / took:>10.0f}{alone:>15.0f}{len(answers):>7} of {calls}")
        finally:
            registry.close()


def _nth(ask: Ask, name: str, number: int) -> dict[str, Any]:
    return ask(id_of(name), INPUTS[name])


def main(rounds: int) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name, (body, imports, _) in BODIES.items():
            plugins.write(folder / name, f"p_{name.replace(' ', '_')}", body, imports=imports)
        compare(folder, rounds)
        cold(folder, rounds)
        crowd(folder)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
