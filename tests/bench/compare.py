"""Six panes at once: how long after the click the last of them has its first word, as a ratio to one pane.

    python -m tests.bench.compare [rounds]

A server in another process speaks Chat Completions and begins to answer at once. `core` is from asking the core to
start a set, kept on disk, until the last of its runs has a token. `page` is from the click in a real Chromium until
the last pane shows a word. Both interleave one pane and six in one run; a ratio is the median of the rounds' ratios.
Without a `chromium` on the machine, only the first is measured.
"""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from playground.comparison import Pane, Set, new_id
from playground.run import Run
from playground.runs import Runs, build
from playground.settings import Settings
from tests.replay import Answer, ReplayServer, event

LETTERS = "ABCDEF"
MODEL = "gpt-4.1"
WORD = "Indeed"
_SEEN = """
([letters, word]) => letters.every(letter => document.querySelector(`.st-key-compare_pane_${letter}`)
  ?.querySelector('[class*="_pane"]')?.textContent.includes(word))
"""


def answer() -> Answer:
    """A first word at once, more for a second."""
    pieces = [event({"choices": [{"delta": {"content": f"{WORD} "}, "finish_reason": None}]}) for _ in range(20)]
    ending = event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
    first, *rest = [*pieces, ending, event("[DONE]")]

    def told() -> Iterator[bytes]:
        yield first
        for piece in rest:
            time.sleep(0.05)
            yield piece

    return Answer(200, {"Content-Type": "text/event-stream"}, pieces=told())


def serve(pipe: "Connection[str, None]") -> None:
    """The other process's whole job."""
    with ReplayServer() as server:
        server.on("GET", "/v1/models", Answer.golden("openai/models.json"))
        server.on("POST", "/v1/chat/completions", lambda _: answer())
        pipe.send(server.url)
        pipe.recv()


@contextmanager
def elsewhere() -> Iterator[str]:
    """The URL of a server in another process."""
    ours, theirs = Pipe()
    process = get_context("spawn").Process(target=serve, args=(theirs,))
    process.start()
    yield ours.recv()
    ours.send(None)
    process.join()


def core_ms(core: Runs, panes: int) -> float:
    """Milliseconds from starting a set until its last run has a token."""
    who = tuple(Pane(letter, "openai", MODEL) for letter in LETTERS[:panes])
    asked = Set(new_id(), "default", time.time(), "comparison", "chat", "Well?", who)
    began = time.perf_counter()
    core.sweeps.start(asked, asked.cells(), ())
    started = (time.perf_counter() - began) * 1000
    runs = [core.get(id_, "default") for id_ in core.history.sets.runs(asked.id).values()]
    for run in runs:
        assert isinstance(run, Run)
        next(iter(run.follow()))
    last = (time.perf_counter() - began) * 1000
    for run in runs:
        assert isinstance(run, Run)
        run.wait()
    assert len(runs) == panes
    return max(started, last)


def page_ms(browser: Any, url: str, panes: int) -> float:
    """Milliseconds from the click on Run until the last pane shows a word; for one pane, the first of two."""
    letters = LETTERS[: max(panes, 2)]
    query = "&".join(f"compare_chat_{each}_provider=OpenAI&compare_chat_{each}_model={MODEL}" for each in letters)
    page = browser.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{url}/compare?panes={letters}&{query}")
    page.locator(".st-key-compare_chat_prompt textarea").fill("Well?")
    page.locator(".st-key-compare_chat_prompt textarea").press("Control+Enter")
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', state="attached")
    page.wait_for_timeout(500)
    button = page.locator(".st-key-compare_go button")
    began = time.perf_counter()
    button.click()
    page.wait_for_function(_SEEN, arg=[list(LETTERS[:panes]), WORD], polling=20)
    took = (time.perf_counter() - began) * 1000
    page.get_by_role("button", name="Stop all").wait_for(state="detached")
    page.close()
    return took


def told(name: str, measure: Callable[[int], float], rounds: int) -> None:
    """Print one line: six panes over one, medians of milliseconds and of ratios."""
    for panes in (1, 6):
        measure(panes)  # warm
    pairs = [(measure(1), measure(6)) for _ in range(rounds)]
    one, six = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(more / less for less, more in pairs)
    print(f"{name}: one pane {one:,.0f} ms, last of six {six:,.0f} ms, ratio {ratio:.2f} ({rounds} rounds)")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with elsewhere() as url, tempfile.TemporaryDirectory() as folder:
        cloud = {"OPENAI_API_KEY": "sk-bench-0123456789", "OPENAI_BASE_URL": f"{url}/v1"}
        core = build(Settings.of({"PLAYGROUND_DATA_DIR": folder, **cloud}))
        told("core", lambda panes: core_ms(core, panes), rounds)
        core.close()
        path = shutil.which("chromium")
        if path is None:
            return
        from playwright.sync_api import sync_playwright

        from tests.browser.conftest import FLAGS, start_app, stop_app

        app = start_app(Path(folder), **cloud)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
            told("page", lambda panes: page_ms(browser, app.url, panes), max(rounds // 3, 3))
            browser.close()
        stop_app(app)


if __name__ == "__main__":
    main()
