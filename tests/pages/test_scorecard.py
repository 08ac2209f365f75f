"""The scorecard: started from a comparison, measured, stopped, gone on with, opened again after a restart."""

import csv
import io
import json
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from playground.comparison import Cell, Pane, Set, new_id
from playground.runs import Runs, shared
from playground.scorecard.plan import order
from playground.store.votes import Ballot
from playground.sweep import Sweeps
from playground.ui.scorecard.export import as_csv, as_json
from tests.replay import Answer, Received, ReplayServer, event

Page = Callable[..., AppTest]
Core = Callable[[], Runs]
CHAT = "/v1/chat/completions"
KEY = "sk-scorecard-0123456789"


def echo(received: Received) -> Answer:
    """What was asked, said back, with a key in it and a sign that spreadsheets would calculate with."""
    text = f"={received.json['model']} {received.json['messages'][-1]['content']} {KEY}"
    usage = {"prompt_tokens": 4, "completion_tokens": 8, "total_tokens": 12}
    return Answer.stream(
        [
            event({"choices": [{"delta": {"content": text}, "finish_reason": None}]}),
            event({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": usage}),
            event("[DONE]"),
        ]
    )


@pytest.fixture
def cloud(environment: Callable[..., None], core: Core, replay: ReplayServer) -> Core:
    environment(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=f"{replay.url}/v1", PLAYGROUND_RETRIES="0")
    replay.on("POST", CHAT, echo)
    return core


def made(**fields: object) -> Set:
    """A set of two panes that has not run."""
    panes = (Pane("A", "openai", "gpt-4o-mini"), Pane("B", "openai", "gpt-4o"))
    values = {"kind": "comparison", "task": "chat", "prompt": "Say {{word}}", "rows": ({"word": "tea"},)}
    return Set(id=new_id(), namespace="default", created_at=time.time(), panes=panes, **{**values, **fields})


def ended(id_: str) -> dict[Cell, str]:
    """The runs of a set, by their place, once all have ended."""
    core, deadline = shared(), time.monotonic() + 120
    while core.sweeps.waiting(id_) or core.live("default"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return core.history.sets.runs(id_)


def scored(core: Core, repeats: int = 5) -> Set:
    of = made(kind="scorecard")
    core().sweeps.start(of, order(of, repeats), ())
    ended(of.id)
    return of


def told(at: AppTest) -> str:
    return "\n".join(each.value for each in at.markdown)


def test_a_comparison_is_measured(page: Page, cloud: Core):
    of = made(rows=({"word": "tea"}, {"word": "rain"}))
    cloud().sweeps.start(of, of.cells(), ())
    ended(of.id)
    at = page("compare", set=of.id)
    assert not at.exception
    assert "20 runs: 5 repeats × 2 panes × 2 rows, and 2 warm-ups" in told(at)
    assert "It costs about \\$" in told(at)
    at.number_input(key="scorecard_repeats").set_value(3).run()
    assert "12 runs: 3 repeats" in told(at)

    at.button(key="scorecard_start").click().run()
    assert not at.exception
    new = cloud().history.sets.recent("default", "scorecard")[0].id
    found = cloud().history.sets.get(new, "default")
    assert found is not None
    assert (found.kind, found.prompt, found.cache) == ("scorecard", of.prompt, None)
    assert set(ended(new)) == set(order(of, 3))


def test_the_card_shows_figures_shares_and_sentences(page: Page, cloud: Core):
    at = page("scorecard", set=scored(cloud).id)
    assert not at.exception
    table = at.dataframe[0].value
    assert list(table.columns) == ["Measure", "A · gpt-4o-mini", "B · gpt-4o"]
    lines = table.set_index("Measure")["A · gpt-4o-mini"]
    assert lines["Tokens per answer"] == "8"
    assert lines["Answered"].startswith("100%")
    assert lines["Agreement of repeats"].startswith("100%")
    assert lines["Cached, left out"] == "0"
    assert "10 answers" in told(at)
    assert "A is cheaper than B on these rows" in told(at)
    twin = next(each.value for each in at.dataframe[1:] if "$0.0054" in list(each.value["Median"]))
    assert list(twin["Runs"]) == [5, 5]


def test_votes_stand_on_the_card(page: Page, cloud: Core):
    of = scored(cloud, 1)
    at = page("scorecard", set=of.id)
    assert "Blind votes won" not in list(at.dataframe[0].value["Measure"])
    names = ("openai/gpt-4o-mini", "openai/gpt-4o")
    for place in range(6):
        runs = (f"run_{place}", f"run_{place + 6}")
        cloud().history.votes.cast(Ballot("default", 1.0, "set_before", *runs, *names, "left"))
    at.run()
    assert not at.exception
    line = at.dataframe[0].value.set_index("Measure").loc["Blind votes won"]
    assert list(line) == ["100% (54% to 100%)", "0% (0% to 46%)"]
    assert "A is preferred to B (100% of 6 votes, 95% 54% to 100%)" in told(at)
    twin = next(each.value for each in at.dataframe[1:] if "Votes" in each.value.columns)
    assert list(twin["Votes"]) == [6, 6]


def test_a_restart_loses_nothing_and_more_repeats_go_on(page: Page, cloud: Core):
    of = scored(cloud, 2)
    shared().close()
    shared.cache_clear()
    at = page("scorecard", set=of.id)
    assert "4 answers" in told(at)
    at.button(key="scorecard_more").click().run()
    assert set(ended(of.id)) == set(order(of, 7))


def test_what_has_arrived_when_it_is_stopped_is_counted(page: Page, cloud: Core, replay: ReplayServer):
    of = made(kind="scorecard")

    def slow(received: Received) -> Answer:
        model = received.json["model"]
        first = [each.json["model"] for each in replay.requests].count(model) <= 3
        return echo(received) if first else Answer.stream([event({"choices": []})], then="hang")

    replay.on("POST", CHAT, slow)
    cloud().sweeps.start(of, order(of, 20), ())
    deadline = time.monotonic() + 60
    while len(cloud().history.sets.glances(of.id)) < 6 and time.monotonic() < deadline:
        time.sleep(0.02)
    at = page("scorecard", set=of.id)
    assert not at.dataframe
    at.button(key="scorecard_stop").click().run()
    ended(of.id)
    at.run()
    assert not at.exception
    assert "4 answers" in told(at)
    assert at.dataframe


def test_all_that_failed_is_no_card(page: Page, cloud: Core, replay: ReplayServer):
    replay.on("POST", CHAT, Answer(status=500, body=b"{}"))
    at = page("scorecard", set=scored(cloud, 1).id)
    assert "2 failed" in told(at)
    assert "nothing to measure" in told(at)
    assert "**A · gpt-4o-mini**: 1 of 1 failed. `openai` failed" in told(at)


def test_files_hold_every_run_and_no_key(cloud: Core):
    of = scored(cloud, 1)
    found = {cell: cloud().history.get(run, "default") for cell, run in ended(of.id).items()}
    records = {cell: run for cell, run in found.items() if run is not None}
    sheet, document = as_csv(of, records), as_json(of, records)
    assert KEY.encode() not in sheet + document
    lines = list(csv.DictReader(io.StringIO(sheet.decode("utf-8-sig"))))
    assert [line["pane"] + line["warm_up"] for line in lines] == ["ATrue", "AFalse", "BTrue", "BFalse"]
    assert lines[1]["text"].startswith("'=gpt-4o-mini Say tea")
    read = json.loads(document)
    assert read["set"]["prompt"] == "Say {{word}}"
    assert read["scores"][0]["figures"]["tokens"]["value"] == 8
    assert read["sentences"]["cost"]
    assert len(read["runs"]) == 4


def test_who_is_late_is_named_and_can_be_left_out(page: Page, cloud: Core, replay: ReplayServer):
    def one_hangs(received: Received) -> Answer:
        return replace(echo(received), wait=3600 if received.json["model"] == "gpt-4o" else 0.0)

    replay.on("POST", CHAT, one_hangs)
    cloud().sweeps = Sweeps(cloud(), patience=0.01)
    of = made(kind="scorecard")
    cloud().sweeps.start(of, order(of, 2, warm_up=False), ())
    deadline = time.monotonic() + 120
    while cloud().sweeps.late(of.id) != ("B",):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    at = page("scorecard", set=of.id)
    assert "**B · gpt-4o** has not answered for" in told(at)
    assert "Answers so far: **A** " in told(at)
    at.button(key="scorecard_drop_B").click().run()
    assert len(ended(of.id)) == 3, "what B had not begun is not asked"
    at = page("scorecard", set=of.id)
    assert "2 answers · 1 stopped" in told(at)


def test_an_example_is_measured_with_a_click(page: Page, core: Core):
    at = page("scorecard").button(key="scorecard_example_settings").click().run()
    assert not at.exception
    ended(at.query_params["set"])
    assert "12 answers" in told(at.run())
    assert "**A · summary**, local, sentences 1 · **B · summary**, local, sentences 3" in told(at)


def test_without_a_set_the_page_lists_scorecards(page: Page, cloud: Core):
    at = page("scorecard")
    assert "run a comparison, then choose Scorecard below it" in told(at)
    scored(cloud, 1)
    at = page("scorecard", set="set_none")
    assert "There is no scorecard `set_none`" in told(at)
    assert any(r"Say \{\{word\}\}" in each.proto.label for each in at.get("page_link"))
