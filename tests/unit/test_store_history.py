"""The run history: once, durable, exact, newest first, found again, and nobody else's."""

import math
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import MappingProxyType

import pytest

from playground.errors import NotFoundError
from playground.record import RunRecord, Timings
from playground.store.history import History
from playground.store.place import Where
from playground.store.rollup import Span
from tests.runs import NOON, chat, synthetic
from tests.unit.test_store_database import address


@pytest.fixture
def history(place: Where) -> Iterator[History]:
    history = History(place)
    yield history
    history.close()


def ids(runs) -> list[str]:
    return [run.id for run in runs]


FULL = chat(
    reasoning=("Let me think.",),
    partial=("Time to", ""),
    error={"success": False, "status": 499, "error": {"message": "the run was stopped", "type": "CancelledError"}},
    exchanges=({"method": "POST", "url": "http://127.0.0.1/", "headers": {"a": "•••"}, "body": None, "status": None},),
    prompt_tokens=3,
    completion_tokens=4,
    reasoning_tokens=0,
    cost=0.25,
    cached=True,
    provider_request_id="req_9",
)


@pytest.mark.parametrize(
    "run",
    [
        FULL,
        chat(task=None, response=None, timings=Timings()),
        chat(question="žluťoučký 🦙\u2028", text="日本語 \u202ertl"),
        chat(question="\ud800 lone", text="tail \udfff", model="\ud83d", provider="\udc00", namespace="default"),
        chat(question="a\0b", text="\0", model="a\0b", provider_request_id="\0"),
        chat(question="x" * 1_000_000, text="y" * 1_000_000),
        chat(response={"data": {"embedding": [0.1, -1e-300, math.inf, 2**60], "dimensions": 4}}),
        chat(request={}, response={"data": None}),
        chat(created_at=-5.5),
    ],
    ids=["full", "empty", "unicode", "surrogates", "nul", "1 MB", "vector", "odd", "before 1970"],
)
def test_a_run_comes_back_exactly(history: History, run: RunRecord):
    history.record(run)
    assert history.get(run.id, run.namespace) == run
    assert history.search(run.namespace) == [run]
    (line,) = history.glance(run.namespace)
    assert (line.id, line.model, line.cached, line.cost) == (run.id, run.model, run.cached, run.cost)
    assert (line.total_ms, line.ttft_ms) == (run.timings.total, run.timings.ttft)


def test_not_a_number_comes_back_too(history: History):
    history.record(chat(response={"data": {"embedding": [math.nan]}}))
    response = history.get("run_1", "default").response
    assert math.isnan(response["data"]["embedding"][0])


def test_odd_values_do_not_lose_a_run(history: History):
    history.record(chat(exchanges=({"headers": MappingProxyType({"a": "b"}), "body": Path("x")},)))
    assert history.get("run_1", "default").exchanges == ({"headers": {"a": "b"}, "body": "x"},)


def test_a_run_ends_in_the_history_once(history: History):
    history.record(chat(text="the first"))
    history.record(chat(text="the second"))
    assert history.get("run_1", "default").response["data"]["text"] == "the first"
    assert history.count("default") == 1
    assert history.facets("default").models == {"handbook": 1}


def test_it_is_there_when_opened_again(history: History, place: Where):
    history.record(FULL)
    history.close()
    again = History(place)
    assert again.get("run_1", "default") == FULL
    again.close()


def test_newest_first_by_the_clock_even_when_it_goes_backwards(history: History):
    for number, moment in enumerate((NOON, NOON + 9, NOON - 3600, NOON + 4, NOON + 4)):
        history.record(chat(f"run_{number}", created_at=moment))
    assert ids(history.search("default")) == ["run_1", "run_4", "run_3", "run_0", "run_2"]


def test_pages_miss_nothing_and_repeat_nothing(history: History):
    """Many runs share a moment; new ones arrive between two pages."""
    for number in range(25):
        history.record(chat(f"run_{number:02}", created_at=NOON + number // 10))
    seen: list[str] = []
    while page := history.glance("default", before=seen[-1] if seen else None, limit=4):
        seen += ids(page)
        history.record(chat(f"new_{len(seen):02}", created_at=NOON + 99))
    assert seen == [f"run_{number:02}" for number in reversed(range(25))]


def test_a_page_after_an_unknown_run_is_refused(history: History):
    history.record(chat(namespace="theirs"))
    with pytest.raises(NotFoundError, match="no run `run_1`"):
        history.search("default", before="run_1")


def test_filters(history: History):
    history.record(chat("a", provider="openai", model="gpt", door="page", created_at=NOON))
    history.record(chat("b", task="embedding", status="failed", created_at=NOON + 1))
    history.record(chat("c", task=None, status="cancelled", door="python", created_at=NOON + 2))
    cases = {
        "cba": {},
        "a": {"provider": "openai"},
        "cb": {"model": "handbook"},
        "b": {"task": "embedding"},
        "c": {"status": "cancelled", "door": "python"},
        "cb ": {"since": NOON + 1},
        "a ": {"until": NOON + 1},
        "": {"provider": "openai", "status": "failed"},
        "cba ": {"provider": None, "text": "  "},
    }
    for expected, filters in cases.items():
        assert ids(history.search("default", **filters)) == list(expected.strip()), filters
        assert ids(history.glance("default", **filters)) == list(expected.strip()), filters
        assert history.count("default", **filters) == len(expected.strip()), filters


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ttft", True),
        ("TOKEN what", True),
        ("first  TIME", True),
        ("token what else", False),
        ("run_1", True),
        ("req_7", True),
        ("rate limit", True),
        ("tok_n", False),
        ("t%n", False),
        ("100%", True),
        ("100_", False),
        ('quote"d', True),
        ("it's", True),
        ("c:\\new", True),
        ("STRASSE", True),
        ("Cafe\u0301", True),
        ("ÄRGER", True),
        ("\ud800", False),
        ("after nul", True),
        ("OR 1=1 --", False),
        ("text:first", False),
        ("NEAR(time token)", False),
        ("x" * 200_000, False),
        ("ttft " * 5000, True),
        (" ".join(f"w{number}" for number in range(3000)), False),
        ("partly", True),
    ],
)
def test_search_text_is_data(history: History, text: str, found: bool):
    question = 'What is TTFT? 100% "quote"d it\'s c:\\new Straße Café ärger \0 after nul'
    fault = {"error": {"message": "the rate limit is reached", "type": "TooManyRequestsError"}}
    history.record(chat(question=question, error=fault, partial=("partly",), provider_request_id="req_7"))
    assert history.count("default", text=text) == found


def test_everything_said_is_searched(history: History):
    conversation = {
        "system": "be brief",
        "messages": [{"role": "user", "content": "ping"}, {"role": "assistant", "content": "pong"}],
    }
    history.record(chat("a", request={"inputs": conversation}))
    history.record(
        chat("b", request={"inputs": {"texts": ["apple", "pear"]}}, response={"data": {"texts": ["uno", "due"]}})
    )
    history.record(chat("c", request={"inputs": {"audio_base64": "media:abc"}}))
    found = {
        word: ids(history.search("default", text=word))
        for word in ("brief", "pong", "pear", "due", "media:abc", "user")
    }
    assert found == {"brief": ["a"], "pong": ["a"], "pear": ["b"], "due": ["b"], "media:abc": [], "user": []}


def _asking(*content: dict[str, str]) -> dict[str, object]:
    return {"inputs": {"messages": [{"role": "user", "content": list(content)}]}}


@pytest.mark.parametrize(
    ("run", "question", "answer"),
    [
        (chat(), "What is TTFT?", "Time to first token."),
        (chat(question="two\n  lines", text="w " * 500), "two lines", "w " * 79 + "w…"),
        (
            chat(
                request={
                    "inputs": {
                        "system": "s",
                        "messages": [{"role": "user", "content": "1"}, {"role": "user", "content": "2"}],
                    }
                }
            ),
            "2",
            "Time to first token.",
        ),
        (
            chat(request=_asking({"type": "image", "base64": "media:ab"}, {"type": "text", "text": "See?"})),
            "See?",
            "Time to first token.",
        ),
        (chat(request=_asking({"type": "image", "base64": "iVBORw0KGgo="})), "image", "Time to first token."),
        (chat(request={"inputs": {"system": "s", "prompts": ["p", "q"]}}), "p", "Time to first token."),
        (
            chat(
                request={"inputs": {"texts": ["t"]}},
                response={"data": {"embeddings": [[0.0] * 3] * 2, "dimensions": 3}},
            ),
            "t",
            "2 × 3 numbers",
        ),
        (chat(response={"data": {"embedding": [0.0] * 3, "dimensions": 3}}), "What is TTFT?", "1 × 3 numbers"),
        (chat(response=None, partial=("so f",), error=FULL.error), "What is TTFT?", "so f"),
        (chat(response=None, error=FULL.error), "What is TTFT?", "the run was stopped"),
        (chat(request={"inputs": {"audio_base64": "media:abc"}}), "", "Time to first token."),
    ],
)
def test_lines_of_a_list(history: History, run: RunRecord, question: str, answer: str):
    history.record(run)
    (line,) = history.glance("default")
    assert (line.question, line.answer) == (question, answer)


SPACES = ("default", "Default", "default ", "", "de%", "d_fault", "default\0", "\ud800", "?", "d\u00e9", "de\u0301")


def test_namespaces_never_see_each_other(history: History):
    for number, space in enumerate(SPACES):
        history.record(chat(f"run_{number}", namespace=space, model=f"model-{number}"))
    for number, space in enumerate(SPACES):
        assert ids(history.search(space, text="ttft")) == [f"run_{number}"]
        assert ids(history.glance(space)) == [f"run_{number}"]
        assert history.count(space) == 1
        assert history.facets(space).models == {f"model-{number}": 1}
        assert [period.model for period in history.charts(space, Span(NOON, NOON + 1))] == [f"model-{number}"]
        assert [history.get(f"run_{other}", space) is None for other in range(len(SPACES))].count(False) == 1
    assert history.search("elsewhere") == []
    assert history.facets("elsewhere").providers == {}


def test_facets_count_what_there_is(history: History):
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(history.record, synthetic(200, start=NOON, span=86400)))
    facets = history.facets("default")
    for provider, runs in facets.providers.items():
        assert history.count("default", provider=provider) == runs
    assert sum(facets.models.values()) == sum(facets.tasks.values()) == 200
    assert list(facets.providers.values()) == sorted(facets.providers.values(), reverse=True)


def test_64_threads_write_and_read(history: History):
    def work(number: int) -> None:
        for turn in range(8):
            run = chat(f"run_{number}_{turn}", created_at=NOON + turn)
            history.record(run)
            assert history.get(run.id, "default") == run, "who was told that it is kept finds it"
            assert len(history.glance("default", limit=5)) in range(1, 6)

    with ThreadPoolExecutor(64) as pool:
        list(pool.map(work, range(64)))
    assert history.count("default") == 512
    assert sum(period.runs for period in history.charts("default", Span(NOON, NOON + 60))) == 512


ROOT = Path(__file__).parents[2]
WRITER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from playground.store.history import History
from tests.runs import chat
from tests.unit.test_store_database import place_of

history = History(place_of(sys.argv[1]))

def work(thread):
    for turn in range(10_000):
        run = chat(f"{sys.argv[2]}_{thread}_{turn}", text="word " * 200)
        history.record(run)
        sys.stdout.write(run.id + "\\n")
        sys.stdout.flush()

with ThreadPoolExecutor(16) as pool:
    list(pool.map(work, range(16)))
"""


@pytest.mark.slow
def test_kill_9_loses_nothing_acknowledged(place: Where):
    """Two processes with 16 threads each write into one place and are killed in the middle of it, twice."""
    acknowledged: set[str] = set()
    for turn in range(2):
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, address(place), f"{name}{turn}"],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            for name in "ab"
        ]
        for writer in writers:
            assert writer.stdout is not None
            acknowledged |= {writer.stdout.readline().strip() for _ in range(150)}
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
            rest, _ = writer.communicate()
            acknowledged |= {line for line in rest.split("\n")[:-1] if line}
    history = History(place)
    kept = {run.id for run in history.glance("default", limit=10**6)}
    assert len(acknowledged) >= 600
    assert acknowledged <= kept
    assert all(history.get(id_, "default").response["data"]["text"] == "word " * 200 for id_ in kept)
    (total,) = history.charts("default", Span(NOON, NOON + 1))
    assert total.runs == len(kept), "the roll-up is part of the same commits"
    history.close()


def test_two_histories_in_one_place_see_each_other_at_once(history: History, place: Where):
    other = History(place)
    assert other.count("default") == 0
    for number in range(20):
        history.record(chat(f"run_{number}"))
        assert other.get(f"run_{number}", "default") is not None
        other.record(chat(f"theirs_{number}"))
        assert history.get(f"theirs_{number}", "default") is not None
    other.close()


def test_labels_outlive_the_process_and_the_last_ones_hold(place: Where):
    history = History(place)
    history.label("run_1", {"columns": {"topic": ["a", None, "ü"]}})
    history.label("run_1", {"columns": {"topic": ["b"]}})
    history.close()
    again = History(place)
    assert again.labels("run_1") == {"columns": {"topic": ["b"]}}
    assert again.labels("run_2") is None
    again.close()
