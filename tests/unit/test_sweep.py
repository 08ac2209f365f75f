"""Sets on their way: panes side by side, rows one after the other, stopped and gone on with, kept without keys."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from playground.comparison import Cell, File, Pane, Set, new_id, request, variables
from playground.errors import BadRequestError
from playground.run import Run
from playground.runs import Runs, build
from playground.scorecard.plan import order
from playground.settings import Settings
from playground.sweep import Sweeps
from tests.replay import Answer, Received, ReplayServer, event

CHAT = "/v1/chat/completions"


@pytest.fixture
def core(settings: Callable[..., Settings], replay: ReplayServer) -> Iterator[Runs]:
    cloud = {"OPENAI_API_KEY": "sk-sweep-0123456789", "OPENAI_BASE_URL": f"{replay.url}/v1", "PLAYGROUND_RETRIES": 0}
    runs = build(settings(**cloud))
    yield runs
    runs.close()


def said(text: str) -> list[bytes]:
    delta = {"choices": [{"delta": {"content": text}, "finish_reason": None}]}
    return [event(delta), event({"choices": [{"delta": {}, "finish_reason": "stop"}]}), event("[DONE]")]


def echo(received: Received) -> Answer:
    """What was asked, said back."""
    return Answer.stream(said(f"{received.json['model']}: {received.json['messages'][-1]['content']}"))


def asked(*models: str, **fields: object) -> Set:
    panes = tuple(Pane(letter, "openai", model) for letter, model in zip("ABCDEF", models, strict=False))
    values = {"kind": "comparison", "task": "chat", "prompt": "Say {{word}}", "rows": ({"word": "one"},)}
    return Set(id=new_id(), namespace="default", created_at=time.time(), panes=panes, **{**values, **fields})


def finished(core: Runs, of: Set) -> dict[Cell, str]:
    """The answers by place, once all have ended."""
    deadline = time.monotonic() + 60
    while core.sweeps.waiting(of.id) and time.monotonic() < deadline:
        time.sleep(0.01)
    answers = {}
    for cell, id_ in core.history.sets.runs(of.id).items():
        run = core.get(id_, "default")
        record = run.wait(60) if isinstance(run, Run) else run
        answers[cell] = record.status if record.response is None else record.response["data"]["text"]
    return answers


def test_every_row_is_asked_of_every_pane(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, echo)
    of = asked("one-model", "other-model", rows=tuple({"word": str(number)} for number in range(5)))
    core.sweeps.start(of, of.cells(), (), abreast=2)
    assert finished(core, of) == {
        Cell(row, pane): f"{model}: Say {row}"
        for row in range(5)
        for pane, model in (("A", "one-model"), ("B", "other-model"))
    }
    assert set(core.history.sets.glances(of.id)) == set(core.history.sets.runs(of.id).values())


def test_stopping_keeps_what_is_there_and_the_rest_can_follow(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, echo, echo, Answer.stream(said("never")[:1], then="hang"))
    of = asked("one-model", rows=tuple({"word": str(number)} for number in range(6)))
    core.sweeps.start(of, of.cells(), ())
    while len(core.history.sets.runs(of.id)) < 3 or len(replay.requests) < 3:
        time.sleep(0.01)
    core.sweeps.stop(of.id, "default")
    there = finished(core, of)
    assert there == {Cell(0, "A"): "one-model: Say 0", Cell(1, "A"): "one-model: Say 1", Cell(2, "A"): "cancelled"}
    replay.on("POST", CHAT, echo)
    core.sweeps.go_on(of, [cell for cell in of.cells() if "model" not in there.get(cell, "")], ())
    assert finished(core, of) == {Cell(row, "A"): f"one-model: Say {row}" for row in range(6)}
    assert len(replay.requests) == 3 + 4, "what was stopped did not go on by itself"


def test_a_set_that_cannot_be_kept_any_more_ends(core: Runs, replay: ReplayServer, caplog: pytest.LogCaptureFixture):
    held = threading.Event()
    replay.on("POST", CHAT, lambda received: echo(received) if held.wait(60) else Answer(500))
    of = asked("gpt-4.1", rows=tuple({"word": word} for word in ("one", "two", "three")))
    core.sweeps.start(of, of.cells(), ())
    core.history.close()
    held.set()
    deadline = time.monotonic() + 60
    while core.sweeps.waiting(of.id) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not core.sweeps.waiting(of.id)
    assert len(replay.requests) <= 2
    assert f"the rest of set {of.id} is not asked" in caplog.text


def test_repeats_of_a_scorecard_run_side_by_side(core: Runs, replay: ReplayServer):
    def one_is_slow(received: Received) -> Answer:
        return replace(echo(received), wait=0.05 if received.json["model"] == "slow" else 0.0)

    replay.on("POST", CHAT, one_is_slow)
    of = asked("slow", "quick", "other", kind="scorecard", rows=({"word": "tea"}, {"word": "rain"}))
    core.sweeps.start(of, order(of, 2), ())
    finished(core, of)
    sent = [(each.json["messages"][-1]["content"], each.json["model"]) for each in replay.requests]
    rounds = [sent[at : at + 3] for at in range(0, len(sent), 3)]
    assert [{word for word, _ in each} for each in rounds] == [
        {f"Say {word}"} for word in ("tea", "tea", "rain", "tea", "rain")
    ], "a warm-up, then repeat by repeat, row by row"
    assert all({model for _, model in each} == {"slow", "quick", "other"} for each in rounds), "nobody runs ahead"


def test_a_slow_pane_of_a_comparison_keeps_nobody_waiting(core: Runs, replay: ReplayServer):
    quick = threading.Event()  # the slow one answers only after the quick one has answered every row

    def one_waits(received: Received) -> Answer:
        if received.json["model"] == "slow":
            quick.wait(60)
        elif received.json["messages"][-1]["content"] == "Say 3":
            quick.set()
        return echo(received)

    replay.on("POST", CHAT, one_waits)
    of = asked("slow", "quick", rows=tuple({"word": str(number)} for number in range(4)))
    core.sweeps.start(of, of.cells(), ())
    assert len(finished(core, of)) == 8
    assert [each.json["model"] for each in replay.requests[:5]].count("slow") == 1


def test_a_late_pane_holds_nobody_up_and_catches_up(core: Runs, replay: ReplayServer):
    on = threading.Event()  # the late one hangs in its first round until the others are through

    def one_hangs(received: Received) -> Answer:
        if received.json["model"] == "late" and received.json["messages"][-1]["content"] == "Say tea":
            on.wait(60)
        return echo(received)

    replay.on("POST", CHAT, one_hangs)
    of = asked("late", "quick", "other", kind="scorecard", rows=({"word": "tea"}, {"word": "rain"}, {"word": "sun"}))
    core.sweeps = Sweeps(core, patience=0.01)
    core.sweeps.start(of, order(of, 1, warm_up=False), ())
    while len(replay.requests) < 7 or core.sweeps.late(of.id) != ("A",):
        time.sleep(0.01)
    assert core.sweeps.waiting(of.id) == 2, "what it misses is not forgotten"
    on.set()
    answers = finished(core, of)
    assert answers == {
        Cell(row, pane): f"{model}: Say {word}"
        for row, word in enumerate(("tea", "rain", "sun"))
        for pane, model in (("A", "late"), ("B", "quick"), ("C", "other"))
    }


def test_a_set_goes_on_without_a_pane(core: Runs, replay: ReplayServer):
    def one_hangs(received: Received) -> Answer:
        return replace(echo(received), wait=3600 if received.json["model"] == "hangs" else 0.0)

    replay.on("POST", CHAT, one_hangs)
    of = asked("hangs", "quick", kind="scorecard", rows=({"word": "tea"}, {"word": "rain"}))
    core.sweeps.start(of, order(of, 1, warm_up=False), ())
    core.sweeps.drop(of.id, "A", "default")
    assert finished(core, of) == {
        Cell(0, "A"): "cancelled",
        Cell(0, "B"): "quick: Say tea",
        Cell(1, "B"): "quick: Say rain",
    }


def test_nothing_starts_when_one_of_the_first_cannot_be_asked(core: Runs, replay: ReplayServer):
    of = asked("one-model", "other-model", prompt="{{nobody}}")
    with pytest.raises(BadRequestError, match="`nobody`"):
        core.sweeps.start(of, of.cells(), ())
    assert core.history.sets.get(of.id, "default") is None
    assert not replay.requests


def test_a_set_is_its_namespaces_and_holds_no_key(core: Runs, replay: ReplayServer):
    replay.on("POST", CHAT, echo)
    pane = Pane("A", "openai", "one-model", {"user": "sk-sweep-0123456789"}, "Be {{word}}", {"type": "object"})
    of = replace(asked(prompt="Key sk-sweep-0123456789"), panes=(pane,), files=(File("image", "x.png", "media:1"),))
    core.sweeps.start(of, of.cells(), ())
    finished(core, of)
    kept = core.history.sets.get(of.id, "default")
    assert kept == replace(of, prompt="Key •••", panes=(replace(pane, parameters={"user": "•••"}),))
    assert core.history.sets.get(of.id, "elsewhere") is None
    assert [line.id for line in core.history.sets.recent("default", "comparison")] == [of.id]
    assert core.history.sets.recent("elsewhere", "comparison") == []


def test_what_a_cell_asks():
    image = {"type": "image", "base64": "AAAA"}
    of = asked("m", prompt="What is {{a}}?", rows=({"a": 1}, {"a": None}), cache=0.02)
    of = replace(of, panes=(Pane("A", "p", "m", {"seed": 7}, "By {{a}}", {"type": "object"}),))
    found = request(of, Cell(0, "A"), [image])
    assert found.inputs == {
        "messages": [{"role": "user", "content": [image, {"type": "text", "text": "What is 1?"}]}],
        "system": "By 1",
    }
    assert found.parameters == {"seed": 7, "schema": {"type": "object"}}
    assert (found.enable_semantic_cache, found.cache_delta) == (True, 0.02)
    assert request(of, Cell(1, "A"), []).inputs["messages"][0]["content"] == "What is ?"
    assert variables(of.prompt, of.panes) == ("a",)
    texts = asked("m", task="embedding", prompt=" one \n\ntwo\n", cache=0.02)
    assert request(texts, Cell(0, "A"), []).inputs == {"texts": ["one", "two"]}
    assert not request(texts, Cell(0, "A"), []).enable_semantic_cache
    sound = asked("m", task="transcription", prompt="")
    assert request(sound, Cell(0, "A"), [{"type": "audio", "url": "https://x.example/a"}]).inputs == {
        "audio_url": "https://x.example/a"
    }
    assert json.loads(found.model_dump_json())["parameters"]["seed"] == 7


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"prompt": " "}, "no question yet"),
        ({"rows": ({"word": 1}, {})}, "row 2: there is no value for `word`"),
        ({"task": "embedding", "prompt": "\n"}, "no text to embed"),
        ({"task": "transcription"}, "exactly one"),
    ],
)
def test_what_cannot_be_asked_is_said(fields: dict[str, object], why: str):
    of = asked("m", **fields)
    with pytest.raises(BadRequestError, match=why):
        request(of, of.cells()[-1], [])
