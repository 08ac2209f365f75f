"""Batches: chunks in order, stopped, failed, killed, taken over; nothing is embedded twice but what was in flight."""

import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from playground import Playground
from playground.batch import CHUNK
from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError, InternalServerError, NotFoundError, ProviderError, TooManyRequestsError
from playground.runs import Runs, build
from playground.settings import Settings
from playground.store.batches import Vectors
from playground.store.history import History
from playground.store.place import Where
from tests.replay import Answer, Received, ReplayServer

ROOT = Path(__file__).parents[2]
PATH, MODEL = "/v1/embeddings", "text-embedding-3-small"
TEXTS = [f"text number {number}" for number in range(2 * CHUNK + 7)]
HANG = Answer(pieces=(b" ",), then="hang", headers={"Content-Type": "application/json"})


@pytest.fixture
def cloud(settings: Callable[..., Settings], replay: ReplayServer) -> Settings:
    return settings(OPENAI_API_KEY="sk-batch-0123456789", OPENAI_BASE_URL=f"{replay.url}/v1", PLAYGROUND_RETRIES=0)


@pytest.fixture
def core(cloud: Settings) -> Iterator[Runs]:
    runs = build(cloud)
    yield runs
    runs.close()


def embedded(received: Received) -> Answer:
    """A vector for each text, in the shape of OpenAI's reference, `tests/golden/README.md`; it tells the text."""
    rows = [{"index": at, "embedding": vector(text)} for at, text in enumerate(received.json["input"])]
    return Answer.json({"data": rows, "usage": {"prompt_tokens": len(rows)}})


def vector(text: str) -> list[float]:
    return [1.0, float(text.rpartition(" ")[2])]


def request(texts: list[str] = TEXTS, **fields: object) -> RawInferenceRequest:
    return RawInferenceRequest(**{"provider": "openai", "model": MODEL, "inputs": {"texts": texts}, **fields})


def sent(replay: ReplayServer) -> Counter[str]:
    return Counter(text for received in replay.requests for text in received.json["input"])


def wanted(texts: list[str] = TEXTS) -> np.ndarray:
    return np.array([vector(text) for text in texts], np.float32)


def arrived(replay: ReplayServer, count: int) -> None:
    while len(replay.requests) < count:
        threading.Event().wait(0.01)


def test_chunks_are_embedded_one_after_the_other_and_add_up(core: Runs, replay: ReplayServer):
    replay.on("POST", PATH, embedded)
    id_ = core.batches.start(request(), title="numbers")
    assert np.array_equal(core.batches.result(id_), wanted())
    batch = core.batches.get(id_)
    assert [len(received.json["input"]) for received in replay.requests] == [CHUNK, CHUNK, 7]
    assert (batch.state, batch.title, batch.done, batch.dimensions) == ("done", "numbers", len(TEXTS), 2)
    assert (batch.tokens, batch.cost) == (len(TEXTS), pytest.approx(len(TEXTS) * 0.02 / 1e6))
    assert list(core.batches.texts(id_)) == TEXTS
    assert core.history.search("default") == [], "its chunks are no runs of their own"


KILLED = """
from playground import Playground
import sys
texts = [f"text number {number}" for number in range(int(sys.argv[1]))]
Playground().embed(texts, provider="openai", model=sys.argv[2])
"""


def test_a_process_that_is_killed_loses_the_chunk_in_flight_only(cloud: Settings, replay: ReplayServer):
    replay.on("POST", PATH, embedded, HANG)
    command = [sys.executable, "-c", KILLED, str(len(TEXTS)), MODEL]
    process = subprocess.Popen(command, env={**cloud.environ, "HOME": str(cloud.data_dir)}, cwd=ROOT)
    arrived(replay, 2)
    process.kill()
    assert process.wait() == -9
    replay.on("POST", PATH, embedded)
    with Playground(cloud.environ) as playground:
        [batch] = playground.batches.recent()
        assert (batch.state, batch.done) == ("interrupted", CHUNK)
        assert np.array_equal(playground.embed(TEXTS, provider="openai", model=MODEL), wanted())
        assert [each.state for each in playground.batches.recent()] == ["done"], "the same call went on with it"
    twice = {text for text, times in sent(replay).items() if times > 1}
    assert twice == set(TEXTS[CHUNK : 2 * CHUNK])


def test_what_was_stopped_keeps_what_it_has_and_goes_on(core: Runs, replay: ReplayServer):
    replay.on("POST", PATH, embedded, HANG)
    id_ = core.batches.start(request())
    arrived(replay, 2)
    assert core.batches.get(id_).state == "running"
    assert core.batches.stop(id_)
    batch = core.batches.wait(id_)
    assert (batch.state, batch.done) == ("stopped", CHUNK)
    with pytest.raises(BadRequestError, match=f"{CHUNK} of {len(TEXTS)} vectors; let it go on"):
        core.batches.vectors(id_)
    [(first, rows)] = core.batches.pieces(id_)
    assert first == 0
    assert np.array_equal(rows, wanted()[:CHUNK])
    replay.on("POST", PATH, embedded)
    core.batches.go_on(id_)
    assert np.array_equal(core.batches.result(id_), wanted())


def test_a_failure_is_kept_with_its_reason_until_it_goes_on(core: Runs, replay: ReplayServer):
    replay.on("POST", PATH, embedded, Answer.json({"error": {"message": "Slow down"}}, 429))
    id_ = core.batches.start(request())
    with pytest.raises((TooManyRequestsError, BadRequestError), match="Slow down"):
        core.batches.result(id_)
    batch = core.batches.get(id_)
    assert (batch.state, batch.done, batch.error["status"]) == ("failed", CHUNK, 429)
    replay.on("POST", PATH, HANG)
    assert core.batches.start(request()) == id_, "the same texts and model go on where they were"
    assert core.batches.get(id_).error is None
    core.close()
    again = build(core.settings)
    assert again.batches.get(id_).state == "interrupted", "nobody stopped it"
    again.close()


def test_another_process_may_take_it_over(core: Runs, cloud: Settings, replay: ReplayServer):
    gate = threading.Event()

    def slowly(received: Received) -> Answer:
        gate.wait(60)
        return embedded(received)

    replay.on("POST", PATH, embedded, slowly, embedded)
    id_ = core.batches.start(request())
    arrived(replay, 2)
    other = build(cloud)
    other.batches.go_on(id_)
    assert np.array_equal(other.batches.result(id_), wanted())
    other.close()
    gate.set()
    assert core.batches.wait(id_).state == "done"
    assert sum(sent(replay).values()) == len(TEXTS) + CHUNK, "the former owner stopped after its chunk"


MEETING = """
import time
from pathlib import Path
from playground.plugins import plugin

@plugin(name="meeting", version="1.0.0", dim=2)
def embed(inputs, parameters):
    here = Path({place!r})
    here.joinpath(str(time.monotonic_ns())).touch()
    while len(list(here.iterdir())) < 2:  # until another call is on its way too
        time.sleep(0.01)
    return {{"embeddings": [[1.0, float(len(text))] for text in inputs["texts"]]}}
"""


def test_chunks_go_to_several_processes_of_a_plugin_at_once(settings: Callable[..., Settings], tmp_path: Path):
    made = settings(PLAYGROUND_PLUGINS_PROCESSES=2, PLAYGROUND_PLUGINS_TIMEOUT=120)
    made.plugins_dir.mkdir(parents=True)
    (tmp_path / "place").mkdir()
    (made.plugins_dir / "meeting.py").write_text(MEETING.format(place=str(tmp_path / "place")))
    core = build(made)
    id_ = core.batches.start(request(provider="plugin", model="meeting_1_0_0"))
    assert core.batches.result(id_).tolist() == [[1.0, float(len(text))] for text in TEXTS]
    with pytest.raises(BadRequestError, match="`provider` as `plugin` and `model` as `meeting_1_0_0`"):
        core.batches.start(RawInferenceRequest(inference_name="meeting_1_0_0", inputs={"texts": TEXTS}))
    core.close()


def test_vectors_of_another_length_end_it(core: Runs, replay: ReplayServer):
    longer = Answer.json({"data": [{"embedding": [1.0, 2.0, 3.0]} for _ in range(CHUNK)]})
    replay.on("POST", PATH, embedded, longer)
    id_ = core.batches.start(request())
    with pytest.raises((ProviderError, BadRequestError), match="3 dimensions, and with 2 before"):
        core.batches.result(id_)


@pytest.mark.parametrize(
    ("fields", "error", "why"),
    [
        ({"inputs": {"texts": []}}, BadRequestError, "at least one"),
        ({"inputs": {"texts": ["a", " "]}}, BadRequestError, r"texts\[1\]"),
        ({"inputs": {"text": "a"}}, BadRequestError, "leave out `text`"),
        ({"provider": "nobody"}, BadRequestError, "no provider `nobody`"),
        ({"provider": "local", "model": "handbook"}, BadRequestError, "cannot make embeddings"),
        ({"provider": "local", "model": "nothing"}, NotFoundError, "no model `nothing`"),
    ],
)
def test_what_cannot_be_asked_is_refused_at_once(core: Runs, fields: dict[str, object], error: type, why: str):
    with pytest.raises(error, match=why):
        core.batches.start(request(**fields))
    assert core.batches.recent() == []


def test_a_batch_is_its_namespaces_and_can_be_dropped(core: Runs, replay: ReplayServer):
    replay.on("POST", PATH, HANG)
    id_ = core.batches.start(request(["text 1"]), namespace="mine")
    assert core.batches.recent() == []
    for forbidden in (core.batches.get, core.batches.go_on, core.batches.vectors, core.batches.drop):
        with pytest.raises(NotFoundError):
            forbidden(id_)
    assert not core.batches.stop(id_)
    core.batches.drop(id_, "mine")
    assert core.batches.recent("mine") == []


def test_a_batch_that_cannot_be_taken_over_is_nobodys_and_can_be_tried_again(core: Runs, replay: ReplayServer):
    replay.on("POST", PATH, embedded)
    id_ = core.history.batches.keep("default", "t", {"provider": "openai", "model": MODEL}, [TEXTS[:2]], "digest")
    with closing(sqlite3.connect(core.settings.database, isolation_level=None)) as broken:
        broken.execute("CREATE TRIGGER no BEFORE UPDATE OF owner ON batches BEGIN SELECT RAISE(ABORT, 'no'); END")
        with pytest.raises(InternalServerError):
            core.batches.go_on(id_)
        assert core.batches.live(id_) is None
        broken.execute("DROP TRIGGER no")
    core.batches.go_on(id_)
    assert np.array_equal(core.batches.result(id_), wanted(TEXTS[:2]))


def test_a_batch_whose_texts_are_lost_says_that_it_failed(core: Runs):
    id_ = core.history.batches.keep("default", "t", {"provider": "openai", "model": MODEL}, [TEXTS[:2]], "digest")
    with closing(sqlite3.connect(core.settings.database, isolation_level=None)) as damaged:
        damaged.execute("DELETE FROM batch_data")
    core.batches.go_on(id_)
    assert core.batches.wait(id_).state == "failed"


def test_what_is_kept_is_there_for_the_next_process(place: Where):
    history = History(place)
    chunks = [["a \0", "b"], ["c"]]
    id_ = history.batches.keep("default", "title \0", {"model": "m"}, chunks, "digest")
    found = Vectors(b"\0\0\x80?" * 2, 1, tokens=4, cut=1, cost=None, ms=20.0)
    history.batches.own(id_, "me")
    assert not history.batches.put(id_, 0, "somebody", found)
    assert history.batches.put(id_, 0, "me", found)
    history.close()
    reopened = History(place)
    again = reopened.batches
    batch = again.get(id_, "default")
    assert (batch.title, batch.asked, batch.texts, batch.done, batch.chunks) == ("title \0", {"model": "m"}, 3, 2, 2)
    assert (batch.state, batch.tokens, batch.cut, batch.cost, batch.rate) == ("interrupted", 4, 1, None, 100.0)
    assert again.unfinished("default", "digest") == batch
    assert again.unfinished("default", "other") is None
    assert again.lacking(id_) == [1]
    assert again.texts(id_, 0) == ["a \0", "b"]
    assert again.finished(id_) == [0]
    assert again.vectors(id_, 0) == found.data
    again.drop(id_)
    assert again.recent("default") == []
    reopened.close()
