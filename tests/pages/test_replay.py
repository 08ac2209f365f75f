"""A replay: the answer at its recorded pace, stamped, and nothing of it in the history or the charts."""

import time
from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from playground.runs import Runs
from playground.store.rollup import Span
from tests.runs import NOON, chat

Page = Callable[..., AppTest]
Core = Callable[[], Runs]
SLOW = (((50, 4), (3_600_000, 5)),)
"""An answer whose end is an hour away."""


def shown(at: AppTest) -> str:
    return "\n".join(each.value for each in at.markdown)


def opened(page: Page, core: Core, **fields: object) -> AppTest:
    core().history.record(chat("run_r", "Ask?", "One, two.", **fields))
    return page("runs", run="run_r")


def counted(core: Core) -> list[tuple[int, float | None]]:
    periods = core().history.charts("default", Span(NOON - 3600, NOON + 3600))
    return [(period.runs, period.ttft_p50) for period in periods]


def test_it_shows_what_had_come_with_its_stamp(page: Page, core: Core):
    at = opened(page, core, pace=SLOW)
    before = counted(core)
    assert "Recorded" not in shown(at)
    at.button(key="runs_replay").click().run()
    assert "Recorded 21 Sep 2026" in shown(at)
    while "One," not in [each.value for each in at.markdown]:
        time.sleep(0.05)
        at.run()
    assert "One, two." not in shown(at)

    at.button(key="runs_skip").click().run()
    assert "One, two." in shown(at)
    assert "Recorded 21 Sep 2026" in shown(at), "stamped after its end too"
    at.button(key="runs_once_more").click().run()
    assert "One, two." not in shown(at)
    at.button(key="runs_close").click().run()
    assert "Recorded" not in shown(at)
    assert "One, two." in shown(at)
    assert counted(core) == before
    assert core().history.count("default") == 1
    assert core().live("default") == []


def test_without_a_pace_it_is_shown_at_once_and_says_so(page: Page, core: Core):
    at = opened(page, core)
    at.button(key="runs_replay").click().run()
    assert "was not recorded" in shown(at)
    assert "One, two." in shown(at)
    assert "Recorded 21 Sep 2026" in shown(at)
    assert "runs_skip" not in {button.key for button in at.button}


def test_one_piece_is_called_one_piece(page: Page, core: Core):
    at = opened(page, core, pace=(((1, 9),),))
    at.button(key="runs_replay").click().run()
    time.sleep(0.01)
    assert "came in one piece" in shown(at.run())


def test_vectors_have_no_replay(page: Page, core: Core):
    at = opened(page, core, task="embedding", response={"data": {"embedding": [0.1, 0.2], "dimensions": 2}})
    assert "runs_replay" not in {button.key for button in at.button}
