"""Pages run in the test's own process, without a server, over a core with a data folder of the test's own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from playground.options import TABLE
from playground.runs import Runs, shared

ROOT = Path(__file__).parents[2]


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Sets settings in the environment; every other setting of the surroundings is taken away."""
    for row in TABLE:
        monkeypatch.delenv(row.name, raising=False)
    monkeypatch.setenv("PLAYGROUND_DATA_DIR", str(tmp_path / "data"))

    def give(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    return give


@pytest.fixture
def core(environment: Callable[..., None]) -> Iterator[Callable[[], Runs]]:
    """The process-wide core, opened by its first use and closed after the test."""
    shared.cache_clear()
    yield shared
    if shared.cache_info().currsize:
        shared().close()
    shared.cache_clear()


@pytest.fixture
def page(core: Callable[[], Runs]) -> Callable[..., AppTest]:
    """Opens a page by its name through the menu, as a visitor does: `page("chat", run="run_…")`."""

    def open_page(name: str, **query: str) -> AppTest:
        at = AppTest.from_file(str(ROOT / "pages" / "menu.py"), default_timeout=30)
        for key, value in query.items():
            at.query_params[key] = value
        if name != "chat":
            at.switch_page(f"{name}.py")
        return at.run()

    return open_page


def settle(at: AppTest, rounds: int = 60) -> AppTest:
    """Run the page until it shows no live run; a browser does so by its timer."""
    for _ in range(rounds):
        if not [button for button in at.button if str(button.key).endswith("_stop")]:
            return at
        at.run()
    raise AssertionError("the run did not end")
