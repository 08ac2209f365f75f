"""The one road, over real HTTP: however a run ends, it is in the history once and nothing that arrived is lost."""

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from playground.contract import RawInferenceRequest, RawInferenceResponse
from playground.errors import (
    BadRequestError,
    CancelledError,
    PlaygroundError,
    TooManyRequestsError,
    TruncatedStreamError,
)
from playground.notebook import Playground
from playground.record import RunRecord
from playground.run import Run, outdated
from playground.runs import Runs, build
from playground.settings import Settings
from playground.ticket import Ticket
from tests.replay import Answer, ReplayServer, event
from tests.unit.test_media import wav

CHAT = "/v1/chat/completions"
KEY = "sk-very-secret-0123456789"


def piece(text: str = "", finish: str | None = None) -> bytes:
    return event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]})


USAGE = event({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}})
GOOD = [piece("Hel"), piece("lo "), piece("you"), piece("", "stop"), USAGE, event("[DONE]")]


def plain(text: str) -> Answer:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}
    return Answer.json({"choices": [choice], "usage": usage}, headers={"x-request-id": "req_42"})


@pytest.fixture
def core(replay: ReplayServer, settings: Callable[..., Settings]) -> Iterator[Runs]:
    core = build(
        settings(
            PLAYGROUND_COMPATIBLE_BOX_BASE_URL=f"{replay.url}/v1",
            PLAYGROUND_COMPATIBLE_BOX_API_KEY=KEY,
            PLAYGROUND_RETRIES=0,
        )
    )
    yield core
    core.close()


def ask(*prompts: str, **fields: object) -> RawInferenceRequest:
    inputs = {"prompts": list(prompts or ["Hi"])}
    return RawInferenceRequest.model_validate({"provider": "box", "model": "m", "inputs": inputs} | fields)


def ended(run: Run) -> RunRecord:
    record = run.wait(10)
    assert record is not None
    return record


def kept(core: Runs) -> RunRecord:
    (record,) = core.history.search("default")
    return record


def test_streaming_and_not_streaming_are_one_road(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, plain("Hello you"), Answer.stream(GOOD))
    whole = core.engine.run(Ticket(ask(), stream=False))
    streamed = core.engine.run(Ticket(ask(), stream=True))
    assert whole.data == streamed.data == {"text": "Hello you", "finish_reason": "stop"}
    assert whole.tokens_used == streamed.tokens_used == {"prompt": 5, "completion": 3, "total": 8}
    assert [bool(request.json.get("stream")) for request in replay.requests] == [False, True]


def test_a_run_is_recorded_with_what_was_sent_and_no_secret(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, plain("Hello"))
    core.engine.run(Ticket(ask(), stream=False, door="python"))
    record = kept(core)
    assert (record.status, record.door, record.task, record.model) == ("done", "python", "chat", "m")
    assert record.response is not None
    assert record.response["data"]["text"] == "Hello"
    assert record.provider_request_id == "req_42"
    assert record.exchanges[0]["body"]["messages"] == [{"role": "user", "content": "Hi"}]
    assert record.cost is None
    assert replay.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in repr(record)
    assert 0 <= record.timings.started <= record.timings.total


def test_timings_of_a_stream_are_ordered(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, Answer.stream(GOOD, delay=0.02))
    record = ended(core.start(ask()))
    timings = record.timings
    assert timings.first_token is not None
    assert timings.last_token is not None
    assert 20 <= timings.first_token < timings.last_token <= timings.total


def test_a_failure_is_raised_and_recorded(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, Answer.json({"error": {"message": "slow down"}}, 429, {"retry-after": "7"}))
    with pytest.raises(TooManyRequestsError) as caught:
        core.engine.run(Ticket(ask(), stream=False))
    assert (caught.value.status, caught.value.type, caught.value.retry_after) == (429, "TooManyRequestsError", 7)
    record = kept(core)
    assert record.status == "failed"
    assert record.error is not None
    assert record.error["status"] == 429
    assert [each["status"] for each in record.exchanges] == [429]


def test_a_refused_request_is_recorded_too(core: Runs):
    with pytest.raises(BadRequestError):
        core.engine.run(Ticket(ask(inputs={"prompt": "Hi"})))
    assert kept(core).status == "failed"


def test_a_cut_stream_is_an_error_that_keeps_the_text(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, Answer.stream(GOOD[:2], then="close"))
    run = core.start(ask())
    assert ended(run).partial == ("Hello ",)
    assert isinstance(run.error, PlaygroundError)
    replay.on("POST", CHAT, Answer.stream(GOOD[:2]))
    again = core.start(ask())
    assert ended(again).partial == ("Hello ",)
    assert isinstance(again.error, TruncatedStreamError)


def test_stop_hangs_up_at_once_and_keeps_the_text(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, Answer.stream(GOOD[:2], then="hang"))
    run = core.start(ask())
    follower = run.follow()
    while not run.texts[0].endswith("lo "):
        next(follower)
    assert core.cancel(run.id, "default")
    record = ended(run)
    assert (record.status, record.partial) == ("cancelled", ("Hello ",))
    assert replay.hung_up.wait(5)
    assert isinstance(run.error, CancelledError)
    assert not core.cancel(run.id, "default")


def test_leaving_the_loop_hangs_up_and_records(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, Answer.stream(GOOD[:2], then="hang"))
    chunks = core.engine.stream(Ticket(ask()))
    while not next(chunks).text:
        pass
    chunks.close()
    assert replay.hung_up.wait(5)
    assert kept(core).status == "cancelled"


def test_several_prompts_keep_their_order(core: Runs, replay: ReplayServer):
    def echo(received):
        text = received.json["messages"][0]["content"]
        return Answer.stream([piece(f"<{text}"), piece(">", "stop"), USAGE], delay=0.05 if text == "a" else 0)

    replay.on("POST", CHAT, echo)
    response = core.engine.run(Ticket(ask("a", "b", "c")))
    assert response.data == {"texts": ["<a>", "<b>", "<c>"], "finish_reasons": ["stop"] * 3}
    assert response.tokens_used == {"prompt": 15, "completion": 9, "total": 24}


def test_one_failing_prompt_ends_the_others(core: Runs, replay: ReplayServer):
    def play(received):
        if received.json["messages"][0]["content"] == "bad":
            return Answer.json({"error": {"message": "no"}}, 400)
        return Answer.stream(GOOD[:1], then="hang")

    replay.on("POST", CHAT, play)
    run = core.start(ask("good", "bad"))
    assert ended(run).status == "failed"
    assert isinstance(run.error, BadRequestError)
    assert replay.hung_up.wait(5)


def test_every_follower_sees_everything_even_a_late_one(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, Answer.stream(GOOD, delay=0.02))
    run = core.start(ask())
    with ThreadPoolExecutor(4) as pool:
        early = list(pool.map(lambda _: "".join(chunk.text for chunk in run.follow()), range(4)))
    late = "".join(chunk.text for chunk in run.follow())
    assert early == [late] * 4 == ["Hello you"] * 4
    assert run.state == "done"


def test_64_runs_at_once(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, Answer.stream(GOOD))
    runs = [core.start(ask(str(number))) for number in range(64)]
    assert {ended(run).status for run in runs} == {"done"}
    assert core.history.count("default") == 64


def test_namespaces_do_not_see_each_other(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, plain("Hello"))
    run = core.start(ask(), namespace="mine", stream=False)
    ended(run)
    assert core.get(run.id, "mine") is run
    assert core.get(run.id, "yours") is None
    assert not core.cancel(run.id, "yours")
    assert core.history.search("yours") == []


def test_media_are_archived_not_written_into_the_history(core: Runs, replay: ReplayServer):
    sound = wav()
    request = ask(inputs={"audio_base64": base64.b64encode(sound).decode()})
    replay.on("POST", "/v1/audio/transcriptions", Answer.json({"text": "hm"}))
    core.engine.run(Ticket(request, stream=False))
    reference = kept(core).request["inputs"]["audio_base64"]
    assert core.blobs.get(reference) == (sound, "audio/wav")


def test_ended_runs_are_let_go_of_by_number_and_by_what_they_hold(core: Runs, replay: ReplayServer):
    sound = base64.b64encode(wav()).decode()
    replay.on("POST", "/v1/audio/transcriptions", Answer.json({"text": "hm"}))
    replay.on("POST", "/v1/embeddings", Answer.json({"data": [{"embedding": [0.5] * 100}, {"embedding": [0.5] * 100}]}))
    runs = [core.start(ask(inputs={"audio_base64": sound}), stream=False) for _ in range(3)]
    vectors = core.start(ask(inputs={"texts": ["a", "b"]}))
    assert [ended(run).status for run in (*runs, vectors)] == ["done"] * 4
    assert [run.weight for run in runs] == [len(sound)] * 3
    assert vectors.weight == 2 * 100 * 32
    assert runs[0].task == "transcription", "it is known without its files"
    ids = [run.id for run in runs]
    assert outdated(runs, 3, 3 * len(sound)) == []
    assert outdated(runs, 2, 3 * len(sound)) == ids[:1] == outdated(runs, 3, 2 * len(sound))
    assert outdated(runs, 3, 0) == ids


def test_structured_output_is_read_and_checked(core: Runs, replay: ReplayServer):
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    replay.on("POST", CHAT, plain(json.dumps({"n": 1})), plain(json.dumps({"n": "one"})))
    good = core.engine.run(Ticket(ask(parameters={"schema": schema}), stream=False))
    assert good.data == {"text": '{"n": 1}', "finish_reason": "stop", "json": {"n": 1}}
    bad = core.engine.run(Ticket(ask(parameters={"schema": schema}), stream=False))
    assert bad.data["schema_errors"][0]["path"] == "$.n"


def test_an_answer_that_was_cut_is_not_read_as_json(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, Answer.stream([piece('{"n": 1', "length"), USAGE]))
    cut = core.engine.run(Ticket(ask(parameters={"schema": {"type": "object"}})))
    assert cut.data["json"] is None
    assert cut.data["schema_errors"] == [{"path": "$", "message": "the answer ended early: `length`"}]


def test_closing_stops_what_runs(replay: ReplayServer, tmp_path: Path):
    values = {"PLAYGROUND_DATA_DIR": str(tmp_path), "PLAYGROUND_COMPATIBLE_BOX_BASE_URL": f"{replay.url}/v1"}
    replay.on("POST", CHAT, Answer.stream(GOOD[:1], then="hang"))
    core = build(Settings.of(values))
    run = core.start(ask())
    next(run.follow())
    core.close()
    assert run.state == "cancelled"


def test_a_history_that_cannot_be_written_is_said(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, plain("Hello"))
    core.history.close()
    run = core.start(ask(), stream=False)
    run.wait(10)
    assert run.error is not None
    assert "history could not be written" in run.error.message
    assert run.texts == ("Hello",)


class TestPythonDoor:
    """`from playground import Playground`."""

    def test_stream_yields_pieces_and_ends_with_the_response(self, replay: ReplayServer, tmp_path: Path):
        replay.on("POST", CHAT, Answer.stream(GOOD))
        values = {"PLAYGROUND_DATA_DIR": str(tmp_path), "PLAYGROUND_COMPATIBLE_BOX_BASE_URL": f"{replay.url}/v1"}
        with Playground(values) as playground:
            *pieces, response = playground.stream(provider="box", model="m", inputs={"prompts": ["Hi"]})
        assert pieces == ["Hel", "lo ", "you"]
        assert isinstance(response, RawInferenceResponse)
        assert "Hello you" in response._repr_markdown_()

    def test_errors_are_the_trees(self, replay: ReplayServer, tmp_path: Path):
        replay.on("POST", CHAT, Answer.json({"error": {"message": "slow"}}, 429, {"retry-after": "3"}))
        values = {
            "PLAYGROUND_DATA_DIR": str(tmp_path),
            "PLAYGROUND_COMPATIBLE_BOX_BASE_URL": f"{replay.url}/v1",
            "PLAYGROUND_RETRIES": "0",
        }
        with Playground(values) as playground, pytest.raises(PlaygroundError) as caught:
            playground.run(provider="box", model="m", inputs={"prompts": ["Hi"]})
        assert (caught.value.status, caught.value.type, caught.value.retry_after) == (429, "TooManyRequestsError", 3)

    def test_leaving_the_loop_hangs_up(self, replay: ReplayServer, tmp_path: Path):
        replay.on("POST", CHAT, Answer.stream(GOOD[:2], then="hang"))
        values = {"PLAYGROUND_DATA_DIR": str(tmp_path), "PLAYGROUND_COMPATIBLE_BOX_BASE_URL": f"{replay.url}/v1"}
        with Playground(values) as playground:
            pieces = playground.stream(provider="box", model="m", inputs={"prompts": ["Hi"]})
            assert next(pieces) == "Hel"
            pieces.close()
        assert replay.hung_up.wait(5)


def test_nobody_waits_for_ever_when_followers_come_and_go(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, Answer.stream(GOOD, delay=0.01))
    run = core.start(ask())
    leaver = run.follow()
    next(leaver)
    leaver.close()
    seen: list[str] = []
    watcher = threading.Thread(target=lambda: seen.extend(chunk.text for chunk in run.follow()))
    watcher.start()
    watcher.join(10)
    assert "".join(seen) == "Hello you"
    assert time.time() - run.created_at < 60


def test_a_failed_run_on_this_machine_was_free_and_anybody_elses_is_unknown(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, Answer.json({"error": {"message": "no"}}, 400))
    local = ask(provider="local", model="handbook", parameters={"temperature": 1})
    for request in (ask(), local):
        with pytest.raises(BadRequestError):
            core.engine.run(Ticket(request, stream=False))
    assert {run.provider: run.cost for run in core.history.search("default")} == {"box": None, "local": 0.0}


class TestPythonDoorWithCache:
    """`Playground(cache=True)`."""

    def test_a_repeat_is_cached_explained_and_judged(self, replay: ReplayServer, tmp_path: Path):
        replay.on("POST", CHAT, plain("one"), plain("two"), Answer.stream(GOOD), plain("four"))
        values = {"PLAYGROUND_DATA_DIR": str(tmp_path), "PLAYGROUND_COMPATIBLE_BOX_BASE_URL": f"{replay.url}/v1"}
        asked = {"provider": "box", "model": "m", "inputs": {"prompts": ["Hi"]}}
        with Playground(values, cache=True) as playground:
            assert playground.receipts() == []
            assert not playground.run(**asked).cached
            again = playground.run(**asked)
            assert (again.cached, again.data["text"]) == (True, "one")
            assert "from the cache" in again._repr_markdown_()
            assert playground.receipts()[0]["status"] == "exact"
            assert playground.peek("Hi", provider="box", model="m").status == "exact"
            assert "deleted" in playground.verdict(right=False)
            assert playground.run(**asked).data["text"] == "two"
            *_, fresh = playground.stream(**asked, cache="refresh")
            assert fresh.data["text"] == "Hello you"
            assert not playground.run(**asked, enable_semantic_cache=False).cached
            assert playground.cache.state("default").counts["exact"] == 1
