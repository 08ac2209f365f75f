"""The real app in a process of its own, and a real Chromium that looks at it.

Every page that a test opens is watched: a request that leaves 127.0.0.1, an error on the console or an uncaught
exception fails the test. With `--shots`, `shot(page, name)` writes screenshots to `screenshots/`, which git ignores.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from playground.options import TABLE
from tests.replay import Answer, HungUp, ReplayServer

ROOT = Path(__file__).parents[2]
SHOTS = ROOT / "screenshots"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--force-color-profile=srgb"),
    *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
]
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The shell is Chromium without its own windows, which cost as much again as the pages."""
DESKTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
Shot = Callable[[Page, str], None]
LOOK = 1000
"""Milliseconds that a person looks at what came before going on: a camera warms up, an upload ends, a draft is kept."""
PATIENCE = 30_000
"""Milliseconds until something that does not come is a failure: long, for machines with other work."""
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(600))
            item.add_marker(pytest.mark.flaky(reruns=2))  # a busy machine may swallow an event


@dataclass
class App:
    """A running app; `url` has no trailing slash, `log` is what it has printed, `data` its data folder."""

    url: str
    data: Path
    log: Path
    process: subprocess.Popen[bytes] = field(repr=False)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def start_app(folder: Path, **settings: str) -> App:
    """Start `streamlit run app.py` from `folder`, with a data folder there and none of the surroundings' keys."""
    port, log = free_port(), folder / "app.log"
    ours = {row.name for row in TABLE}
    environ = {
        name: value for name, value in os.environ.items() if name not in ours and not name.startswith("STREAMLIT_")
    }
    environ |= {"PLAYGROUND_DATA_DIR": str(folder / "data"), "HOME": str(folder), **settings}
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), f"--server.port={port}"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "--server.headless=true"], cwd=folder, env=environ, stdout=out, stderr=subprocess.STDOUT
        )
    app = App(f"http://127.0.0.1:{port}", folder / "data", log, process)
    deadline = time.monotonic() + 90
    while not _healthy(app.url):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(f"the app did not start:\n{log.read_text()}")
        time.sleep(0.1)
    return app


def stop_app(app: App) -> None:
    app.process.terminate()
    try:
        app.process.wait(20)
    except subprocess.TimeoutExpired:
        app.process.kill()
        app.process.wait()


def _healthy(url: str) -> bool:
    try:
        with urlopen(f"{url}/_stcore/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """The app as a newcomer starts it: no key at all."""
    running = start_app(tmp_path_factory.mktemp("app"))
    yield running
    stop_app(running)


@pytest.fixture(scope="session")
def _cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[App, ReplayServer]]:
    with ReplayServer() as server:
        server.on("GET", "/v1/models", Answer.golden("openai/models.json"))
        listed = {"name": "models/gemini-embedding-2", "supportedGenerationMethods": ["embedContent"]}
        server.on("GET", "/v1beta/models", Answer.json({"models": [listed]}))
        settings = {
            "OPENAI_API_KEY": "sk-browser-test-0123456789",
            "OPENAI_BASE_URL": f"{server.url}/v1",
            "GOOGLE_API_KEY": "google-browser-test-0123",
            "GOOGLE_GEMINI_BASE_URL": server.url,
        }
        running = start_app(tmp_path_factory.mktemp("cloud"), PLAYGROUND_RETRIES="0", **settings)
        yield running, server
        stop_app(running)


@pytest.fixture
def cloud(_cloud: tuple[App, ReplayServer]) -> tuple[App, ReplayServer]:
    """An app whose OpenAI and Google are a replay server on loopback; tell it what to play before asking."""
    app, server = _cloud
    server.requests.clear()
    server.hung_up = HungUp()
    return app, server


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("there is no Chromium, and CI must run the browser tests; install Debian's `chromium`")
        pytest.skip("there is no `chromium` on this machine; install it to run the browser tests")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens a page in a fresh profile: `visit(url)`; `light=False`, `phone=True`. Watches it until the test ends."""
    contexts, complaints = [], []

    def open_page(url: str, *, light: bool = True, phone: bool = False, **options: Any) -> Page:
        context = browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            device_scale_factor=2 if phone else 1,
            color_scheme="light" if light else "dark",
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("request", lambda request: complaints.extend(_abroad(request.url)))
        page.on("console", lambda message: complaints.extend(_logged(message)))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(url)
        settled(page)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


def _abroad(url: str) -> list[str]:
    parts = urlsplit(url)
    at_home = parts.scheme in ("data", "blob", "about") or parts.hostname == "127.0.0.1"
    return [] if at_home else [f"a request left this machine: {url}"]


def _logged(message: ConsoleMessage) -> list[str]:
    """An error on the console; Streamlit's own look for its server below a page's path, at a deep link, is none."""
    looking = re.search(r"^http://[^/]+/[^/]+/_stcore/", message.location["url"]) is not None
    return [message.text] if message.type == "error" and not looking else []


def settled(page: Page) -> Page:
    """Wait until the app is drawn, no script runs and nothing is stale."""
    expect(page.get_by_test_id("stApp")).to_be_visible()
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', state="attached")
    page.wait_for_function("document.fonts.status === 'loaded'")
    return page


def ask(page: Page, question: str) -> None:
    """Send a question on the Chat page as soon as it takes one."""
    box = page.get_by_test_id("stChatInputTextArea")
    expect(box).to_be_enabled()
    box.fill(question)
    box.press("Enter")


@pytest.fixture
def shot(pytestconfig: pytest.Config) -> Shot:
    """Writes `screenshots/<name>-{light,dark,phone}.png` of what the page shows now, where `--shots` asks for them."""

    def take(page: Page, name: str) -> None:
        if not pytestconfig.getoption("shots"):
            page.wait_for_timeout(LOOK)
            return
        SHOTS.mkdir(exist_ok=True)
        size = page.viewport_size or DESKTOP
        for look, scheme, viewport in (("light", "light", size), ("dark", "dark", size), ("phone", "light", PHONE)):
            page.emulate_media(color_scheme=scheme)  # the theme follows the system's
            page.set_viewport_size(viewport)
            page.wait_for_timeout(350)
            page.screenshot(path=str(SHOTS / f"{name}-{look}.png"))
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(size)

    return take
