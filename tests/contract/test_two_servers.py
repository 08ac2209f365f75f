"""Two server processes on one PostgreSQL: what one has answered, learned and acknowledged, the other has too."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from tests.postgres import PASSWORD, QUOTED
from tests.replay import Answer, ReplayServer

ROOT = Path(__file__).parents[2]
KEY = "test-key-of-two-servers"
SERVER = """
import sys
from tests.contract.serving import serve
folder, database, provider = sys.argv[1:]
with serve(
    folder,
    PLAYGROUND_DATABASE_URL=database,
    PLAYGROUND_COMPATIBLE_REPLAY_BASE_URL=provider,
    PLAYGROUND_RATE_LIMIT=0,
    key="test-key-of-two-servers",
) as served:
    print(served.url, flush=True)
    sys.stdin.read()
"""


class Serving:
    """A server process and a client for it."""

    def __init__(self, folder: Path, database: str, provider: str) -> None:
        command = [sys.executable, "-c", SERVER, str(folder), database, provider]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=-1, stdout=-1, text=True)
        self._client: httpx.Client | None = None

    @property
    def client(self) -> httpx.Client:
        if self._client is None:
            url = self.process.stdout.readline().strip()
            limits = httpx.Limits(max_connections=64)
            headers = {"Authorization": f"Bearer {KEY}"}
            self._client = httpx.Client(base_url=url, headers=headers, timeout=60, limits=limits)
        return self._client

    def ask(self, prompt: str = "Hi", **fields: object) -> httpx.Response:
        body = {"provider": "replay", "model": "m", "inputs": {"prompts": [prompt]}}
        return self.client.post("/v1/inference", json=body | {"enable_semantic_cache": True} | fields)

    def state(self) -> dict:
        return self.client.get("/v1/cache").json()

    def status(self, prompt: str) -> str:
        """What it would get from the cache."""
        body = {"provider": "replay", "model": "m", "inputs": {"prompts": [prompt]}}
        return self.client.post("/v1/cache/lookup", json=body).json()["receipts"][0]["status"]

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self.process.stdin.close()  # the end of its input is the end of its service
        self.process.wait(60)
        self.process.stdout.close()


@pytest.fixture
def two(tmp_path: Path, postgres: str, replay: ReplayServer) -> Iterator[tuple[Serving, Serving]]:
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 5, "completion_tokens": 3}
    replay.on("POST", "/v1/chat/completions", Answer.json({"choices": [choice], "usage": usage}))
    with ExitStack() as stack:
        both = [Serving(tmp_path / name, postgres, f"{replay.url}/v1") for name in ("one", "other")]
        for each in both:
            stack.callback(each.close)
        yield both[0], both[1]


def wait_until(happened: Callable[[], object]) -> None:
    end = time.monotonic() + 120
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


@pytest.mark.slow
def test_answers_evidence_and_runs_of_one_are_the_others(two: tuple[Serving, Serving]):
    one, other = two
    assert other.ask("warm up").headers["x-cache"] == "miss"
    for number in range(4):
        one.ask(f"question {number}")
    wait_until(lambda: other.status("question 2") == "exact")
    cached = other.ask("question 2")
    assert (cached.headers["x-cache"], cached.json()["data"]["text"]) == ("exact", "Hello")
    wait_until(lambda: one.state()["pending"] == 0)
    labels = one.state()["watch"]["own"]["labels"]
    assert labels > 0
    wait_until(lambda: other.state()["watch"]["own"]["labels"] == labels)

    run = cached.headers["x-run-id"]
    assert one.client.get(f"/v1/runs/{run}").json()["cached"] is True
    assert one.client.post(f"/v1/runs/{run}/cache/verdict", json={"right": False}).status_code == 200
    wait_until(lambda: other.status("question 2") != "exact")
    for each in two:
        shown = each.client.get("/v1/runs").text + each.client.get("/v1/health").text
        assert PASSWORD not in shown
        assert QUOTED not in shown


@pytest.mark.slow
def test_what_one_acknowledged_before_it_was_killed_the_other_has(two: tuple[Serving, Serving]):
    """64 clients write through one server, which dies in the middle of it."""
    one, other = two
    told: dict[str, str] = {}

    def write(thread: int) -> None:
        with suppress(httpx.HTTPError):
            for number in range(1000):
                prompt = f"prompt {number} of {thread}"
                answer = one.ask(prompt)
                assert answer.status_code == 200, answer.text
                told[prompt] = answer.headers["x-run-id"]

    assert one.ask().status_code == 200
    with ThreadPoolExecutor(64) as pool:
        writing = [pool.submit(write, thread) for thread in range(64)]
        wait_until(lambda: len(told) > 128)
        one.process.kill()
        for each in writing:
            each.result()
    for prompt, run in told.items():
        kept = other.client.get(f"/v1/runs/{run}").json()
        assert kept["request"]["inputs"]["prompts"] == [prompt]
    (cached,) = {other.ask(prompt).headers["x-cache"] for prompt in list(told)[-20:]}
    assert cached == "exact"
