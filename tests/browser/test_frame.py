"""The frame in a real browser: deep links, own fonts and icons, nothing from elsewhere, the API beside the pages."""

import json
import re
import socket
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import App, Shot, ask, start_app, stop_app
from tests.replay import Answer, ReplayServer, event

Visit = Callable[..., Page]
PAGES = ("", "embeddings", "transcribe", "runs", "settings")


def get(url: str, **headers: str) -> tuple[int, str, str]:
    """(status, content type, body)."""
    try:
        with urlopen(Request(url, headers=headers), timeout=20) as answer:
            return answer.status, answer.headers.get_content_type(), answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.headers.get_content_type(), error.read().decode()


def test_the_first_visitor_after_a_start_may_come_by_a_deep_link(tmp_path: Path, visit: Visit) -> None:
    fresh = start_app(tmp_path)
    try:
        page = visit(f"{fresh.url}/runs")
        sections = page.get_by_test_id("stSidebarNav").get_by_test_id("stNavSectionHeader")
        expect(sections).to_contain_text(["Play", "Inspect", "Set up"])
        expect(page).to_have_title(re.compile("Runs"))
        page.close()  # it would look for the app that is gone
    finally:
        stop_app(fresh)


@pytest.mark.parametrize("path", PAGES)
def test_each_page_opens_by_its_address(app: App, visit: Visit, shot: Shot, path: str) -> None:
    page = visit(f"{app.url}/{path}")
    expect(page.get_by_test_id("stException")).to_have_count(0)
    shot(page, f"frame-{path or 'chat'}")


def test_fonts_and_icon_are_our_own(app: App, visit: Visit) -> None:
    page = visit(app.url)
    assert page.evaluate("document.fonts.check('16px Inter') && getComputedStyle(document.body).fontFamily") != ""
    loaded = page.evaluate("[...document.fonts].filter(face => face.status === 'loaded').map(face => face.family)")
    assert any("Inter" in family for family in loaded)
    icon = page.locator("link[rel*='icon']").first.get_attribute("href") or ""
    assert "fonts.gstatic" not in icon
    assert "127.0.0.1" in icon or icon.startswith(("/", "./", "data:"))


def test_light_and_dark_are_both_ours(app: App, visit: Visit) -> None:
    colours = set()
    for light in (True, False):
        page = visit(app.url, light=light)
        colours.add(page.get_by_test_id("stApp").evaluate("node => getComputedStyle(node).backgroundColor"))
    assert colours == {"rgb(255, 255, 255)", "rgb(16, 20, 22)"}


def test_chat_has_an_address_of_its_own(app: App) -> None:
    with urlopen(f"{app.url}/chat?chat_provider=OpenAI&x=%26", timeout=20) as answer:
        assert answer.url == f"{app.url}/?chat_provider=OpenAI&x=%26"


def test_an_address_that_is_no_page_leads_to_the_page_that_says_so(app: App) -> None:
    for path, there in (
        ("/comparr?set=x%26", "/lost?address=/comparr&set=x%26"),
        ("/runs/run_1", "/lost?address=/runs/run_1"),
        ("/runs/", "/runs"),
        ("/docs", "/docs"),
    ):
        with urlopen(Request(app.url + path, headers={"Accept": "text/html"}), timeout=20) as answer:
            assert answer.url == app.url + there


def test_the_window_is_not_empty_before_the_script_is_there(app: App) -> None:
    status, _, body = get(f"{app.url}/compare", **{"Accept": "text/html,*/*", "Accept-Encoding": "gzip"})
    assert status == 200
    assert "The playground is loading" in body
    assert body.count('id="root"') == 1
    assert body.rstrip().endswith("</html>"), "its length is told as it is"
    assert "The playground" not in get(f"{app.url}/docs", Accept="text/html")[2]


def test_documents_forbid_what_is_not_from_here(app: App) -> None:
    with urlopen(f"{app.url}/runs", timeout=20) as answer:
        policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy


def test_the_api_stands_beside_the_pages(app: App) -> None:
    status, kind, body = get(f"{app.url}/v1/health")
    assert (status, kind) == (200, "application/json")
    for path in ("/v1", "/v1/", "/v1/nothing/here"):
        status, kind, body = get(app.url + path)
        assert (status, kind, json.loads(body)["success"]) == (404, "application/json", False), path
    status, kind, body = get(f"{app.url}/v1/inference")
    assert (status, json.loads(body)["error"]["type"]) == (405, "MethodNotAllowedError")
    assert get(f"{app.url}/openapi.json")[:2] == (200, "application/json")
    assert get(f"{app.url}/docs")[:2] == (200, "text/html")


def test_the_terminal_says_how_to_use_the_api_and_not_the_key(app: App) -> None:
    log = app.log.read_text()
    key = (app.data / "api_key").read_text().strip()
    assert f"{app.url}/v1" in log
    assert str(app.data / "api_key") in log
    assert key not in log


def test_only_this_machine_can_connect(app: App) -> None:
    port = int(app.url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="refused"):  # whoever listens on all addresses answers here too
        socket.create_connection(("127.0.0.2", port), timeout=2).close()


def test_a_stopped_app_records_what_was_running(tmp_path: Path, visit: Visit, replay: ReplayServer) -> None:
    replay.on(
        "POST",
        "/v1/chat/completions",
        Answer.stream([event({"choices": [{"delta": {"content": "Once"}}]})], then="hang"),
    )
    cloud = {"OPENAI_API_KEY": "sk-browser-test-0123456789", "OPENAI_BASE_URL": f"{replay.url}/v1"}
    running = start_app(tmp_path, **cloud)
    page = visit(f"{running.url}/?chat_provider=OpenAI&chat_model=gpt-4.1")
    ask(page, "a story")
    expect(page.get_by_text("Once")).to_be_visible()
    found = parse_qs(urlsplit(page.url).query)["run"][0]
    page.goto("about:blank")
    stop_app(running)
    assert replay.hung_up.wait(5)
    again = start_app(tmp_path, **cloud)
    try:
        key = (again.data / "api_key").read_text().strip()
        _, _, body = get(f"{again.url}/v1/runs/{found}", Authorization=f"Bearer {key}")
    finally:
        stop_app(again)
    run = json.loads(body)
    assert (run["state"], run["partial"]) == ("cancelled", ["Once"])
