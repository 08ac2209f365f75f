"""What a call through the engine costs, as a ratio to the same call with bare httpx.

    python -m tests.bench.engine [rounds]

All speak Chat Completions to one server in another process, interleaved call block by call block in one run. CPU is
this process's (`time.process_time`, every thread of it, so the history's writer counts for us); a ratio is the median
of the rounds' ratios. `ours` keeps every run in the history, synced to disk before the call returns; `unkept` is the
same engine with a recorder that forgets, so that the price of durability can be seen. TTFT is from the call to the
first piece of text.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx

from playground.contract import RawInferenceRequest
from playground.engine import Engine
from playground.loading import Loader
from playground.record import RunRecord
from playground.runs import build
from playground.settings import Settings
from playground.ticket import Ticket

BODY = {"model": "bench", "messages": [{"role": "user", "content": "Say something."}]}
REQUEST = RawInferenceRequest(provider="bench", model="bench", inputs={"prompts": ["Say something."]})


class Bare:
    """The least that a program does with httpx: send, parse, join."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/chat/completions"
        self._client = httpx.Client(limits=httpx.Limits(max_connections=128, max_keepalive_connections=128))

    def plain(self) -> float:
        reply = self._client.post(self._url, json=BODY)
        assert reply.json()["choices"][0]["message"]["content"]
        return 0.0

    def streamed(self) -> float:
        asked, first, pieces = time.perf_counter(), 0.0, []
        with self._client.stream("POST", self._url, json=BODY | {"stream": True}) as reply:
            for line in reply.iter_lines():
                if not line.startswith("data: ") or line == "data: [DONE]":
                    continue
                choices = json.loads(line[6:])["choices"]
                if choices and (text := choices[0]["delta"].get("content")):
                    first = first or time.perf_counter()
                    pieces.append(text)
        assert len("".join(pieces)) > 1000
        return (first - asked) * 1000


class Forgetful:
    """Where runs go that nobody keeps."""

    def record(self, run: RunRecord) -> None:
        """Forget it."""


class Ours:
    """The engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def plain(self) -> float:
        response = self._engine.run(Ticket(REQUEST, stream=False))
        assert response.data["text"]
        return 0.0

    def streamed(self) -> float:
        asked, first = time.perf_counter(), 0.0
        for chunk in self._engine.stream(Ticket(REQUEST)):
            if chunk.text and not first:
                first = time.perf_counter()
        return (first - asked) * 1000


def block(call: Callable[[], float], calls: int, at_once: int) -> tuple[float, float]:
    """(CPU ms per call, median TTFT ms) of `calls` calls, `at_once` at a time."""
    began = time.process_time()
    if at_once == 1:
        ttft = [call() for _ in range(calls)]
    else:
        with ThreadPoolExecutor(at_once) as pool:
            ttft = list(pool.map(lambda _: call(), range(calls)))
    return (time.process_time() - began) * 1000 / calls, statistics.median(ttft)


def main(rounds: int) -> None:
    server = subprocess.Popen([sys.executable, "-m", "tests.bench.provider"], stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    url = f"http://127.0.0.1:{server.stdout.readline().strip()}/v1"
    with tempfile.TemporaryDirectory() as folder:
        core = build(Settings.of({"PLAYGROUND_DATA_DIR": folder, "PLAYGROUND_COMPATIBLE_BENCH_BASE_URL": url}))
        unkept = Engine(core.providers, Forgetful(), core.blobs, Loader(core.settings), lambda: core.cache.road)
        sides = {"bare": Bare(url), "ours": Ours(core.engine), "unkept": Ours(unkept)}
        print("call       at once  bare CPU ms  ours x  unkept x  ours TTFT +ms")
        for kind in ("plain", "streamed"):
            for at_once, calls in ((1, 100), (64, 256)):
                seen: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
                for side in sides.values():
                    block(getattr(side, kind), 20, at_once)
                for _ in range(rounds):
                    for name, side in sides.items():
                        seen[name].append(block(getattr(side, kind), calls, at_once))
                bare = seen["bare"]
                cpu = statistics.median(one[0] for one in bare)
                ours, unkept_x = (
                    statistics.median(one[0] / base[0] for one, base in zip(seen[name], bare, strict=True))
                    for name in ("ours", "unkept")
                )
                ttft = statistics.median(one[1] - base[1] for one, base in zip(seen["ours"], bare, strict=True))
                shown = f"{ttft:>+13.2f}" if kind == "streamed" else ""
                print(f"{kind:<10} {at_once:>7} {cpu:>12.2f} {ours:>7.2f} {unkept_x:>9.2f}  {shown}")
        core.close()
    server.terminate()
    server.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
