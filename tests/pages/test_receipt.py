"""The receipt of a run: everything it was, for every kind of answer, and the same request again."""

import json
import re
from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest

from playground.contract import RawInferenceRequest
from playground.record import RunRecord, Timings
from playground.runs import Runs
from playground.seal import seal
from tests.pages.conftest import settle
from tests.pages.test_runs import texts
from tests.replay import Answer, ReplayServer, event
from tests.runs import chat
from tests.specimens import picture

Page = Callable[..., AppTest]
Core = Callable[[], Runs]


def keep(core: Core, *records: RunRecord) -> None:
    for record in records:
        core().history.record(record)


def shared(at: AppTest) -> list[str]:
    """The paths that the page's buttons copy."""
    found = [json.loads(each.proto.json) for each in at.get("bidi_component")]
    return [each["path"] for each in found if each.get("path")]


def said(text: str) -> Answer:
    """One answer as a stream."""
    choice = {"delta": {"content": text}, "finish_reason": "stop"}
    return Answer.stream([event({"model": "m-2026-11-01", "choices": [choice]}), event("[DONE]")])


@pytest.fixture
def box(environment: Callable[..., None], replay: ReplayServer) -> ReplayServer:
    """A server that answers once so, then otherwise."""
    environment(PLAYGROUND_COMPATIBLE_BOX_BASE_URL=f"{replay.url}/v1")
    replay.on("POST", "/v1/chat/completions", said("The sky is blue."), said("The sea is blue."))
    return replay


def run_of(core: Core, **fields: object) -> RunRecord:
    """A run that has ended, of a request to the box unless said otherwise."""
    fields = {"provider": "box", "model": "m", "inputs": {"prompts": ["What is blue?"]}} | fields
    record = core().start(RawInferenceRequest(**fields)).wait(30)
    assert record is not None
    return record


def test_a_receipt_says_everything(page: Page, core: Core, box: ReplayServer):
    run = run_of(core, parameters={"temperature": 0})
    at = page("receipt", run=run.id)
    assert not at.exception
    words = texts(at)
    for part in ("box / m", "What is blue?", "The sky is blue.", "temperature 0", "m-2026-11-01", "0.82", "Cache off"):
        assert part in words, part
    assert seal(run) in [each.value for each in at.code]
    assert shared(at) == [f"receipt?run={run.id}"]


def test_again_shows_what_has_changed_and_survives_a_reload(page: Page, core: Core, box: ReplayServer):
    run = run_of(core)
    at = page("receipt", run=run.id)
    at.button(key="receipt_again").click().run()
    at = settle(at)
    second = at.query_params["with"]
    assert "The answer differs: of 4 words 3 are the same" in texts(at)
    [pairs] = [data["pairs"] for each in at.get("bidi_component") if "pairs" in (data := json.loads(each.proto.json))]
    assert {"kind": "changed", "before": "sky", "after": "sea"} in pairs
    assert f"receipt?run={run.id}&with={second}" in shared(at)
    assert box.requests[0].json == box.requests[1].json
    again = page("receipt", run=run.id, **{"with": second})
    assert "The answer differs" in texts(again)


def test_again_passes_the_cache_by(page: Page, core: Core, box: ReplayServer):
    run = run_of(core, enable_semantic_cache=True)
    at = page("receipt", run=run.id)
    at.button(key="receipt_again").click().run()
    at = settle(at)
    second = core().history.get(at.query_params["with"], "default")
    assert second.cache[0]["status"] == "no_store"
    assert len(box.requests) == 2


def test_again_sends_files_from_the_archive(page: Page, core: Core, box: ReplayServer):
    from base64 import b64encode

    run = run_of(core, inputs={"prompts": ["And?"], "image_base64": b64encode(picture()).decode()})
    at = page("receipt", run=run.id)
    at.button(key="receipt_again").click().run()
    settle(at)
    assert box.requests[0].json == box.requests[1].json
    for file in core().settings.data_dir.glob("media/*/*"):
        file.unlink()
    at = page("receipt", run=run.id)
    at.button(key="receipt_again").click().run()
    assert ":red[:material/error:]" in texts(at)
    assert len(box.requests) == 2


def test_a_failing_rerun_says_why(page: Page, core: Core, box: ReplayServer):
    run = run_of(core)
    box.on("POST", "/v1/chat/completions", Answer.json({"error": {"message": "slow down"}}, 429))
    at = page("receipt", run=run.id)
    at.button(key="receipt_again").click().run()
    assert "The rate limit is reached" in texts(settle(at))


def test_vectors_have_not_moved(page: Page, core: Core):
    run = run_of(core, provider="local", model="all-minilm-l6-v2", inputs={"texts": ["apple", "pear"]})
    at = page("receipt", run=run.id)
    assert ("Vectors", "2 × 384") in [(each.label, each.value) for each in at.metric]
    at.button(key="receipt_again").click().run()
    assert "The answer is the same" in texts(settle(at))


OLD = {"versions": {}, "timings": Timings(0, None, None, 250.0)}
LINES = {"text": "EXIT", "lines": [], "images": []}
HEARD = {"text": "one", "language": "en", "duration": 1.0, "segments": [{"start": 0.0, "end": 1.0, "text": "one"}]}


@pytest.mark.parametrize(
    "run",
    [
        chat("run_1", **OLD),
        chat("run_1", task="transcription", response={"data": HEARD}, request={"inputs": {"audio_base64": "media:x"}}),
        chat("run_1", response={"data": LINES}),
        chat("run_1", request={}, response=None, status="cancelled", partial=("Half",), task=None, model=""),
        chat("run_1", status="failed", response=None, error={"status": 500, "error": {"message": "broken"}}),
    ],
    ids=["before versions", "transcript", "reading", "stopped", "failed"],
)
def test_any_run_has_a_receipt(page: Page, core: Core, run: RunRecord):
    keep(core, run)
    at = page("receipt", run="run_1")
    assert not at.exception
    assert seal(run) in [each.value for each in at.code]
    assert "not recorded" in texts(at)


@pytest.mark.parametrize("id", ["", "run_nope", "theirs"])
def test_an_unknown_run(page: Page, core: Core, id: str):
    keep(core, chat("theirs", namespace="theirs"))
    at = page("receipt", run=id) if id else page("receipt")
    assert not at.exception
    assert re.search("There is no run|names no run", texts(at))


def test_no_secret_is_on_it(page: Page, core: Core, environment: Callable[..., None]):
    environment(OPENAI_API_KEY="sk-very-secret-0123456789")
    wire = {"method": "POST", "url": "u", "body": "sk-very-secret-0123456789"}
    keep(core, chat("run_1", exchanges=(wire,)))
    at = page("receipt", run="run_1")
    assert "sk-very-secret" not in texts(at) + str(shared(at))
