"""The cache on the one road, over real HTTP: what is served, what is kept; none of its failures costs an answer."""

from collections.abc import Callable, Iterator

import pytest

from playground.contract import RawInferenceRequest
from playground.record import RunRecord
from playground.runs import Run, Runs, build
from playground.settings import Settings
from tests.replay import Answer, Received, ReplayServer, event

CHAT = "/v1/chat/completions"
USAGE = {"prompt_tokens": 5, "completion_tokens": 3, "total_tokens": 8}


def piece(text: str = "", finish: str | None = None) -> bytes:
    return event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]})


def said(text: str, finish: str = "stop") -> Answer:
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
    return Answer.json({"choices": [choice], "usage": USAGE})


def spoken(*texts: str, **how: object) -> Answer:
    ends = [piece("", "stop"), event({"choices": [], "usage": USAGE}), event("[DONE]")]
    return Answer.stream([*map(piece, texts), *(ends if how.get("then", "end") == "end" else [])], **how)


def echo(received: Received) -> Answer:
    return said(f"You said {received.json['messages'][-1]['content']}")


@pytest.fixture
def core(replay: ReplayServer, settings: Callable[..., Settings]) -> Iterator[Runs]:
    made = build(settings(PLAYGROUND_COMPATIBLE_BOX_BASE_URL=f"{replay.url}/v1", PLAYGROUND_RETRIES=0))
    yield made
    made.close()


def ask(*prompts: str, **fields: object) -> RawInferenceRequest:
    inputs = {"prompts": list(prompts or ["Hi"])}
    base = {"provider": "box", "model": "m", "inputs": inputs, "enable_semantic_cache": True}
    return RawInferenceRequest.model_validate(base | fields)


def ended(run: Run) -> RunRecord:
    record = run.wait(60)
    assert record is not None
    return record


def run(core: Runs, request: RawInferenceRequest, **how: object) -> RunRecord:
    return ended(core.start(request, **{"stream": False} | how))


def status(record: RunRecord) -> list[str]:
    return [each["status"] for each in record.cache]


def text(record: RunRecord) -> str:
    assert record.response is not None, record.error
    return record.response["data"]["text"]


def test_a_repeat_is_served_from_the_cache_and_says_what_it_saved(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, said("Hello"))
    first, second = run(core, ask()), run(core, ask())
    assert (status(first), status(second)) == (["miss"], ["exact"])
    assert text(first) == text(second) == "Hello"
    assert (first.cached, second.cached, second.response["cached"]) == (False, True, True)
    assert len(replay.requests) == 1
    assert (first.prompt_tokens, second.prompt_tokens, second.completion_tokens) == (5, 0, 0)
    assert (first.cost, second.cost) == (None, 0.0)
    receipt = second.cache[0]
    assert receipt["saved"]["tokens"] == 8
    assert receipt["sampling_skipped"]
    assert second.exchanges == ()
    assert core.history.get(second.id, "default") == second


def test_a_request_that_does_not_ask_for_the_cache_has_nothing_to_do_with_it(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, said("Hello"))
    records = [run(core, ask(enable_semantic_cache=False)) for _ in range(2)]
    assert [record.cache for record in records] == [(), ()]
    assert len(replay.requests) == 2
    assert not core.settings.cache_database.exists()


def test_a_stream_is_replayed_as_a_stream(core: Runs, replay: ReplayServer):
    words = "one two three four five six seven eight nine ten"
    replay.on("POST", CHAT, spoken(words))
    run(core, ask(), stream=True)
    again = core.start(ask())
    chunks = list(again.follow())
    assert "".join(chunk.text for chunk in chunks) == words
    assert sum(bool(chunk.text) for chunk in chunks) > 2
    assert next(chunk.cache for chunk in chunks)["status"] == "exact"
    assert ended(again).response["data"]["finish_reason"] == "stop"


def test_schema_and_json_are_as_in_a_fresh_answer(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, said('{"n": 1}'))
    request = ask(parameters={"schema": {"type": "object"}})
    first, second = run(core, request), run(core, request)
    assert second.cached
    assert first.response["data"] == second.response["data"]
    assert second.response["data"]["json"] == {"n": 1}


def test_each_prompt_stands_for_itself(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, echo)
    run(core, ask("a"))
    mixed = run(core, ask("a", "b"))
    assert status(mixed)[0] == "exact"
    assert status(mixed)[1] in {"miss", "learning"}
    assert not mixed.cached
    assert mixed.prompt_tokens == 5
    assert mixed.response["data"]["texts"] == ["You said a", "You said b"]
    assert run(core, ask("a", "b")).cached


def test_64_threads_on_one_prompt_are_one_call(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, spoken("Hel", "lo", delay=0.05))
    runs = [core.start(ask()) for _ in range(64)]
    records = [ended(each) for each in runs]
    assert {text(record) for record in records} == {"Hello"}
    assert len(replay.requests) == 1
    assert sum(record.cached for record in records) == 63
    assert sum(record.prompt_tokens for record in records) == 5
