"""From a comparison to its scorecard and its receipt, in a real browser; pages about nothing say what to do."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, App, Shot, settled
from tests.unit.test_look import contrast

Visit = Callable[..., Page]


def hexed(colour: str) -> str:
    """`rgb(18, 133, 122)` as `#12857a`."""
    parts = colour.removeprefix("rgb(").removesuffix(")").split(",")
    return "#" + "".join(f"{int(part):02x}" for part in parts[:3])


def test_a_comparison_is_measured_and_has_a_receipt(app: App, visit: Visit, shot: Shot) -> None:
    page = visit(f"{app.url}/compare")
    page.get_by_text("Same model, two settings").click()
    page.get_by_role("button", name="Scorecard").click()
    page.get_by_role("spinbutton", name="Repeats").fill("2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("4 runs: 2 repeats × 2 panes, and 2 warm-ups")).to_be_visible()
    page.get_by_role("button", name="Start").click()

    expect(page.get_by_role("button", name="5 more repeats")).to_be_visible()
    expect(page.get_by_text("4 answers")).to_be_visible()
    expect(
        page.get_by_text("Cannot tell yet whether A or B is faster: about 3 more runs of each would.")
    ).to_be_visible()
    tab = page.get_by_role("tab", name="Total time")
    page.get_by_test_id("stTab").and_(page.get_by_role("tab", name="Table")).first.click()
    expect(page.get_by_role("tabpanel").first.get_by_test_id("stDataFrame")).to_be_visible()
    shot(page, "scorecard")
    page.emulate_media(color_scheme="dark")
    expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", "dark")
    assert contrast(hexed(tab.evaluate("node => getComputedStyle(node).color")), "#101416") >= 4.5
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]

    page.get_by_role("link", name="Receipt").click()
    expect(page.get_by_text("Scorecard of 2 panes")).to_be_visible()
    expect(page.get_by_text("sha256:")).to_be_visible()
    expect(page.get_by_role("link", name="open")).to_have_count(6)
    shot(page, "receipt-scorecard")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.reload()
    expect(page.get_by_text("Scorecard of 2 panes")).to_be_visible()


def test_a_vote_by_keys(app: App, visit: Visit, shot: Shot) -> None:
    page = visit(f"{app.url}/compare")
    page.get_by_text("Same model, two settings").click()
    page.get_by_role("link", name="Blind vote").click()
    left = page.locator(".st-key-vote_left_answer")
    expect(left).to_contain_text("The lift in the east wing")
    expect(page.get_by_text("local/summary")).to_have_count(0)
    shot(page, "vote-blind")
    settled(page).keyboard.press("1")
    expect(page.get_by_text("You prefer the left one.")).to_be_visible()
    expect(left).to_contain_text("local/summary (")
    expect(page.get_by_role("tab", name="Leaderboard")).to_be_visible()
    shot(page, "vote-told")
    settled(page).keyboard.press("n")
    expect(page.get_by_text("The one pair of this set is judged.")).to_be_visible()
    page.set_viewport_size(PHONE)
    expect(page.get_by_role("button", name="1 vote")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    with page.expect_download() as download:
        page.get_by_role("button", name="1 vote").click()
    assert '"outcome": "left"' in download.value.path().read_text()


def test_pages_about_nothing_say_what_to_do(app: App, visit: Visit, shot: Shot) -> None:
    page = visit(f"{app.url}/scorecard?set=set_none", phone=True)
    expect(page.get_by_text("There is no scorecard set_none")).to_be_visible()
    expect(page.get_by_text("Which one is faster, cheaper, steadier?")).to_be_visible()
    page = visit(f"{app.url}/vote?set=set_none", phone=True, light=False)
    expect(page.get_by_text("There is no set set_none")).to_be_visible()
    expect(page.get_by_text("Judge more: open a comparison")).to_be_visible()
    shot(page, "vote-empty")
