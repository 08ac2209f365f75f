"""The button that takes runs along: one file for the run that is open, or for those that are ticked, in their order."""

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from playground.runs import Runs
from playground.ui.report import made_of
from tests.runs import NOON, chat
from tests.specimens import picture

Page = Callable[..., AppTest]
Core = Callable[[], Runs]
KEY = "sk-report-test-0123456789"


def test_the_report_of_a_run_has_its_pictures_and_no_key(page: Page, core: Core, environment: Callable[..., None]):
    environment(OPENAI_API_KEY=KEY)
    kept = core().blobs.put(picture(), "image/png")
    inputs = {"prompts": ["What is on it?"], "image_base64": kept}
    core().history.record(chat("run_r", text=f"A key: {KEY}", request={"provider": "openai", "inputs": inputs}))
    at = page("runs", run="run_r")
    assert [each.label for each in at.get("download_button")] == ["Download this run as JSON", "Download a report"]
    html = made_of(["run_r", "run_gone"], "Runs").decode()
    assert '<img src="data:image/webp;base64,' in html
    assert "What is on it?" in html
    assert KEY not in html
    assert "A key: •••" in html


def test_nothing_ticked_says_what_ticking_is_for(page: Page, core: Core):
    core().history.record(chat("run_r", created_at=NOON))
    at = page("runs")
    assert any("Tick runs" in each.value for each in at.markdown)
