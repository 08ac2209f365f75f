"""A journey through the Plugins page in a real browser, without a key: example, checks, comparison, a new one."""

import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, App, Shot, settled

Visit = Callable[..., Page]


@pytest.fixture
def alone(app: App) -> Iterator[App]:
    """The shared app, whose plugins are taken away again: other pages offer them too."""
    yield app
    shutil.rmtree(app.data / "plugins", ignore_errors=True)


def show(page: Page, view: str) -> None:
    page.get_by_role("radio", name=view, exact=True).click()
    settled(page)


def test_from_nothing_to_a_plugin_of_ones_own(alone: App, visit: Visit, shot: Shot) -> None:
    page = visit(f"{alone.url}/plugins")
    expect(page.get_by_role("heading", name="Your own models, behind the same door")).to_be_visible()
    shot(page, "plugins-empty")
    page.get_by_role("button", name="Make an example and run it").click()
    expect(page.get_by_text("Answered")).to_be_visible()
    expect(page.get_by_text("64 numbers · norm 1.0000")).to_be_visible()
    expect(page.locator("canvas").first).to_be_visible()
    shot(page, "plugins-answer")
    page.reload()
    expect(page.get_by_text("Answered")).to_be_visible()

    show(page, "Checks")
    page.get_by_role("button", name="Run the checks").click()
    expect(page.get_by_text("All 7 checks that apply passed")).to_be_visible()
    shot(page, "plugins-checks")
    show(page, "Compare")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("Whose neighbours differ most")).to_be_visible()
    shot(page, "plugins-compare")
    show(page, "Manifest")
    expect(page.get_by_text("Nothing in the code is against the rules")).to_be_visible()
    show(page, "Health")
    expect(page.get_by_role("button", name="End processes")).to_be_enabled()

    page.get_by_role("button", name="All plugins").click()
    page.get_by_role("button", name="New plugin").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox", name="Name").fill("letter_shapes")
    dialog.get_by_role("button", name="Write it").click()
    expect(dialog.get_by_text("choose another name or version")).to_be_visible()
    shot(page, "plugins-new")
    dialog.get_by_text("Classifier").click()
    dialog.get_by_role("textbox", name="Name").fill("mood")
    dialog.get_by_role("button", name="Write it").click()
    expect(page.get_by_role("heading", name="mood 1.0.0")).to_be_visible()
    page.get_by_label("A review").fill("An awful, dirty place")
    page.get_by_role("button", name="Ask it").click()
    expect(page.get_by_text('"label": "bad"').first).to_be_visible()
    page.set_viewport_size(PHONE)
    fits = f"document.querySelector('[data-testid=stMain]').scrollWidth <= {PHONE['width']}"
    page.wait_for_function(fits)  # it takes a moment after the window has changed
