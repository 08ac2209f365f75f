"""Settings in a real browser: test a key, learn how to add one, show the API's key, run what is there to paste."""

import json
import os
import shutil
import subprocess

from playwright.sync_api import Page, expect

from tests.browser.conftest import settled
from tests.replay import Answer

LIST = Answer.json({"object": "list", "data": [{"id": "gpt-6-luna"}, {"id": "gpt-6-mini"}]})
REFUSED = Answer.json({"error": {"message": "Incorrect API key provided"}}, 401)


def open_settings(visit, app) -> Page:
    page = visit(app.url)
    page.get_by_role("link", name="Settings").click()
    return settled(page)


def panel(page: Page, tab: str) -> Page:
    page.get_by_role("tab", name=tab).click()
    return page.get_by_role("tabpanel", name=tab)


def test_settings(cloud, visit, shot):
    app, openai = cloud
    openai.on("GET", "/v1/models", LIST)
    page = open_settings(visit, app)
    ready = page.locator(".st-key-settings_ready_openai")
    expect(ready).to_contain_text("OPENAI_API_KEY from the environment")

    ready.get_by_role("button", name="Test key").click()
    expect(ready).to_contain_text("The key works. 2 models listed")
    openai.on("GET", "/v1/models", REFUSED)
    ready.get_by_role("button", name="Test key").click()
    expect(ready).to_contain_text("The key was not accepted.")
    expect(ready).to_contain_text("Correct OPENAI_API_KEY")
    shot(page, "settings-providers")

    setup = page.locator(".st-key-settings_setup_anthropic")
    setup.locator("summary").click()
    expect(setup.get_by_text('ANTHROPIC_API_KEY = "…"')).to_be_visible()
    shot(page, "settings-setup")

    api = panel(page, "HTTP API")
    expect(api.get_by_text(f"{app.url}/v1", exact=True)).to_be_visible()
    key = (app.data / "api_key").read_text().strip()
    expect(page.get_by_text(key, exact=True)).to_have_count(0)
    shot(page, "settings-api")
    check_the_command(api)
    page.locator(".st-key-settings_show_key label").click()
    expect(api.get_by_text(key, exact=True).first).to_be_visible()
    page.locator(".st-key-settings_show_key label").click()
    expect(page.get_by_text(key, exact=True)).to_have_count(0)

    here = panel(page, "Data and versions")
    expect(here.get_by_test_id("stCode")).to_contain_text(str(app.data))
    shot(page, "settings-data")
    assert key not in app.log.read_text()


def check_the_command(api: Page) -> None:
    """What stands under `curl` is pasted into a shell as it is."""
    lines = api.get_by_role("tabpanel", name="curl", exact=True).get_by_test_id("stCode")
    if shutil.which("curl") is None:
        return
    script = "\n".join(lines.all_inner_texts())
    done = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, timeout=60, env={"PATH": os.environ["PATH"]}
    )
    assert "data" in json.loads(done.stdout), done.stdout


def test_the_description_of_the_api(app, visit, shot):
    page = open_settings(visit, app)
    with page.context.expect_page() as opened:
        panel(page, "HTTP API").get_by_role("link", name="Every call described").click()
    docs = opened.value
    expect(docs.get_by_role("heading", name="HTTP API")).to_be_visible()
    expect(docs.get_by_text(f"{app.url}/v1/inference").first).to_be_visible()
    shot(docs, "settings-docs")
    settled(page)
