"""The receipt of a set, a comparison or a scorecard, for every kind of answer; the same set asked again."""

import json
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from playground.comparison import Cell, File, Pane, Set, new_id
from playground.dossier import Dossier
from playground.runs import Runs
from playground.scorecard.plan import order
from tests.pages.test_receipt import said
from tests.pages.test_runs import texts
from tests.replay import Answer, ReplayServer
from tests.runs import chat

Page = Callable[..., AppTest]
Core = Callable[[], Runs]
CHAT = "/v1/chat/completions"
KEY = "sk-receipt-0123456789"
VECTORS = {"embeddings": [[0.6, 0.8], [1.0, 0.0]], "dimensions": 2}
HEARD = {"text": "one", "language": "en", "duration": 1.0, "segments": [{"start": 0.0, "end": 1.0, "text": "one"}]}


@pytest.fixture
def box(environment: Callable[..., None], replay: ReplayServer) -> ReplayServer:
    """A provider with two models that answer the first two questions so, and all others otherwise."""
    environment(OPENAI_API_KEY=KEY, OPENAI_BASE_URL=f"{replay.url}/v1", PLAYGROUND_RETRIES="0")
    replay.on("POST", CHAT, said("The sky is blue."), said("The sky is blue."), said("The sea is blue."))
    return replay


def made(**fields: object) -> Set:
    panes = (Pane("A", "openai", "gpt-4o-mini", {"temperature": 0.5}, "Be brief."), Pane("B", "openai", "gpt-4o"))
    values = {"kind": "comparison", "task": "chat", "prompt": "Why {{what}}?", "rows": ({"what": "*blue*"},)}
    return Set(id=new_id(), namespace="default", created_at=time.time(), panes=panes, **{**values, **fields})


def ended(core: Core) -> None:
    deadline = time.monotonic() + 60
    while core().live("default"):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def kept(core: Core, of: Set, **fields: object) -> Set:
    """A set in the history, whose panes all answered so."""
    runs = {cell: f"run_{of.id}_{cell.pane}" for cell in of.cells()}
    for id_ in runs.values():
        core().history.record(chat(id_, task=of.task, **fields))
    core().history.sets.keep(of, runs)
    return of


def test_a_comparison_is_a_document_and_asked_again_shows_the_drift(page: Page, core: Core, box: ReplayServer):
    of = made()
    core().sweeps.start(of, of.cells(), ())
    ended(core)
    at = page("receipt", set=of.id)
    assert not at.exception
    words = texts(at)
    for part in (
        "Comparison of 2 panes",
        "2 answered",
        "Why {{what}}?",
        "The sky is blue.",
        "temperature 0",
        "Be brief",
    ):
        assert part in words, part
    assert KEY not in words
    ids = core().history.sets.runs(of.id)
    runs = {cell: core().history.get(id_, "default") for cell, id_ in ids.items()}
    assert Dossier(of, ids, runs).seal in [each.value for each in at.code]
    links = [json.loads(each.proto.json)["path"] for each in at.get("bidi_component")]
    assert f"receipt?set={of.id}" in links

    at.button(key="receipt_again").click().run()
    ended(core)
    at.run()
    assert not at.exception
    second = at.query_params["with"]
    assert len(box.requests) == 4
    assert "Of 2 answers 0 are the same" in texts(at)
    assert "3 of 4 words the same" in str(at.table[0].value.to_dict())
    assert core().history.get(core().history.sets.runs(second)[Cell(0, "A")], "default").cache == ()
    again = page("receipt", set=of.id, **{"with": second})
    assert "Of 2 answers 0 are the same" in texts(again)


def test_a_scorecard_s_receipt_has_its_card_and_every_run(page: Page, core: Core, box: ReplayServer):
    of = made(kind="scorecard")
    core().sweeps.start(of, order(of, 1), ())
    deadline = time.monotonic() + 60
    while core().sweeps.waiting(of.id) and time.monotonic() < deadline:
        time.sleep(0.02)
    ended(core)
    at = page("receipt", set=of.id)
    assert not at.exception
    tables = str([each.value.to_dict() for each in at.table])
    for part in ("Total time", "warm-up", "gpt-4o-mini"):
        assert part in tables, part
    assert "Cannot tell yet whether A or B is faster" in texts(at)
    at.button(key="receipt_again").click().run()
    assert len(core().history.sets.recent("default", "scorecard")) == 2


@pytest.mark.parametrize(
    ("task", "data", "part"),
    [("embedding", VECTORS, "**2** vectors of **2** numbers"), ("transcription", HEARD, "1.0 s of sound")],
)
def test_any_kind_of_answer_has_a_set_s_receipt(page: Page, core: Core, task: str, data: object, part: str):
    of = made(task=task, prompt="one\ntwo", rows=({},), files=(File("audio", "x.wav", "media:gone"),))
    at = page("receipt", set=kept(core, of, response={"data": data}).id)
    assert not at.exception
    assert part in texts(at)
    assert "gpt-4o-mini" in texts(at)


def test_what_failed_and_what_was_deleted_is_said(page: Page, core: Core, box: ReplayServer):
    box.on("POST", CHAT, Answer.json({"error": {"message": "slow down"}}, 429))
    of = made(prompt="Why?", rows=({},))
    core().sweeps.start(of, of.cells(), ())
    ended(core)
    core().history.sets.add(of.id, {Cell(0, "B"): "run_deleted"})
    at = page("receipt", set=of.id)
    assert not at.exception
    assert "The rate limit is reached" in texts(at)
    assert "1 not in the history any more" in texts(at)
    assert "This run is not in the history any more" in texts(at)


def test_a_set_that_runs_shows_how_far_it_is(page: Page, core: Core, box: ReplayServer):
    box.on("POST", CHAT, Answer.stream([b": wait\n\n"], then="hang"))
    of = made()
    core().sweeps.start(of, of.cells(), ())
    at = page("receipt", set=of.id)
    assert not at.exception
    assert "0 of 2 runs have ended" in at.get("progress")[0].proto.text
    core().sweeps.stop(of.id, "default")
    ended(core)
    assert "2 stopped" in texts(at.run())


def test_a_set_of_others_and_another_question_are_refused(page: Page, core: Core):
    of, other = kept(core, made()), kept(core, made(prompt="Something else?"))
    core().history.sets.keep(replace(made(), id="theirs", namespace="theirs"), {})
    assert "There is no set `theirs`" in texts(page("receipt", set="theirs"))
    assert "asks something else" in texts(page("receipt", set=of.id, **{"with": other.id}))
    assert "There is no set `none`" in texts(page("receipt", set=of.id, **{"with": "none"}))
