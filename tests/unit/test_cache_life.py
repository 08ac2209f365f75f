"""The cache's life in its store: kill -9, two servers in one place, broken files, odd clocks, a failing encoder."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from playground.cache.cache import Cache
from playground.cache.embedder import Embedder, bundled
from playground.cache.judges import Opinion, Reading
from playground.cache.rules import Rules
from playground.cache.visit import Visit
from playground.call import Call, Chunk, Media, Message, Model, Readiness, Usage
from playground.errors import BadRequestError, NotFoundError, ProviderError
from playground.store.place import Where
from playground.store.shelf import Shelf
from tests.unit.test_store_database import address

ROOT = Path(__file__).parents[2]


class Parrot:
    """A provider in this process that says what `says` says and counts how often it was asked."""

    name = "parrot"
    title = "Parrot"
    tasks = ("chat",)

    def __init__(self, says: Callable[[str], str] = lambda prompt: f"You said {prompt}") -> None:
        self.says = says
        self.asked = 0

    def answer(self, call: Call) -> Iterator[Chunk]:
        self.asked += 1
        yield Chunk(text=self.says(call.messages[-1].content))
        yield Chunk(finish_reason="stop", usage=Usage(prompt=5, completion=3))

    def models(self) -> tuple[Model, ...]:
        return ()

    def model(self, id: str) -> Model | None:
        return None

    def fetches(self, model: str, media: Media) -> bool:
        return False

    def readiness(self) -> Readiness:
        return Readiness(ready=True)


def nobody(namespace: str, model: str, question: str) -> Opinion:
    raise ProviderError("nobody is there")


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


def opened(place: Where, **how: object) -> Cache:
    given = {"embedder": bundled(), "rules": Rules(), "advise": nobody} | how
    return Cache(Shelf(place), **given)


@pytest.fixture
def cache(place: Where) -> Iterator[Cache]:
    made = opened(place)
    yield made
    made.close()


def ask(
    cache: Cache, parrot: Parrot, prompt: str = "Hi", namespace: str = "default", **how: object
) -> tuple[str, dict]:
    """The answer and the receipt."""
    call = Call("chat", "m", messages=(Message("user", prompt),))
    chunks = list(cache.road.around(parrot, Visit(namespace, **how))(call))
    receipt = [chunk.cache for chunk in chunks if chunk.cache][-1]
    return "".join(chunk.text for chunk in chunks), receipt


def test_everything_is_there_again_after_a_restart(place: Where):
    parrot = Parrot(lambda prompt: "same")
    first = opened(place)
    for number in range(5):
        ask(first, parrot, f"prompt {number}")
        assert first.learning.settle(60)
    before = first.state("default")
    first.close()
    again = opened(place)
    after = again.state("default")
    assert (after.entries, after.groups, after.pending) == (before.entries, before.groups, 0) == (5, 1, 0)
    assert after.books[0].watch.labels == before.books[0].watch.labels == 4
    assert after.counts == {"miss": 1, "learning": 4} == dict(before.counts)
    assert ask(again, parrot, "prompt 3")[1]["status"] == "exact"
    assert parrot.asked == 5
    again.close()


KILLED = """
import sys, time
sys.path.insert(0, {root!r})
from tests.unit.test_cache_life import Parrot, ask, opened
from tests.unit.test_store_database import place_of
import tests.unit.test_cache_life as life
def never(namespace, model, question):
    time.sleep(600)
cache = opened(place_of({url!r}), rules=life.Rules(judges=("some/judge",)), advise=never)
parrot = Parrot(lambda prompt: "same")
n = 0
while True:
    ask(cache, parrot, f"prompt {{n}}")
    if not n:
        assert cache.learning.settle(60)  # what comes now is compared with it, and the judge never ends
    print(n, flush=True)
    n += 1
"""


@pytest.mark.slow
def test_kill_9_loses_no_answer_and_nothing_to_learn(place: Where):
    code = KILLED.format(root=str(ROOT), url=address(place))
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    told = [int(process.stdout.readline()) for _ in range(20)]
    os.kill(process.pid, signal.SIGKILL)
    told += [int(line) for line in process.stdout.read().split()]
    process.wait()
    process.stdout.close()
    parrot = Parrot(lambda prompt: pytest.fail("it was answered before"))
    again = opened(place)
    assert again.state("default").pending >= len(told) - 1  # the first had nothing to be compared with
    for number in told:
        assert ask(again, parrot, f"prompt {number}")[1]["status"] == "exact"
    assert again.learning.settle(120)
    state = again.state("default")
    assert state.pending == 0
    assert state.books[0].watch.labels >= len(told) - 1
    again.close()


def test_two_servers_in_one_place_share_answers_evidence_and_deletions(place: Where):
    one, two = opened(place), opened(place)
    parrot = Parrot(lambda prompt: "same")
    assert ask(two, parrot, "first")[1]["status"] == "miss"
    for number in range(3):
        ask(one, parrot, f"prompt {number}")
    assert one.learning.settle(60)
    wait_until(lambda: two.peek(parrot, Visit("default"), call("prompt 1")).status == "exact")
    assert ask(two, parrot, "prompt 2")[0] == "same"
    wait_until(lambda: two.state("default").books[0].watch.labels == one.state("default").books[0].watch.labels)
    one.forget("default", [line.entry for line in one.entries("default", text="prompt 1")])
    wait_until(lambda: two.peek(parrot, Visit("default"), call("prompt 1")).status != "exact")
    one.clear("default")
    wait_until(lambda: two.peek(parrot, Visit("default"), call("prompt 2")).status != "exact")
    one.close()
    two.close()


SECOND = """
import sys
sys.path.insert(0, {root!r})
from tests.unit.test_cache_life import Parrot, ask, opened
from tests.unit.test_store_database import place_of
cache = opened(place_of({url!r}))
for n in range(20):
    ask(cache, Parrot(), f"prompt {{n}} of {{sys.argv[1]}}")
assert cache.learning.settle(120)
cache.close()
"""


@pytest.mark.slow
def test_two_processes_write_one_place_at_the_same_time(place: Where):
    code = SECOND.format(root=str(ROOT), url=address(place))
    both = [subprocess.Popen([sys.executable, "-c", code, name]) for name in ("one", "two")]
    assert [process.wait(240) for process in both] == [0, 0]
    cache = opened(place)
    state = cache.state("default")
    assert (state.entries, state.pending) == (40, 0)
    assert sum(state.counts.values()) == 40
    cache.close()


def test_a_broken_file_costs_the_cache_and_not_the_answer(tmp_path: Path):
    (tmp_path / "data.db").write_bytes(b"this is no database " * 1000)
    cache, parrot = opened(tmp_path / "data.db"), Parrot()
    answer, receipt = ask(cache, parrot)
    assert answer == "You said Hi"
    assert receipt["status"] == "off"
    assert "move it" in receipt["note"]
    with pytest.raises(Exception, match="move it"):
        cache.state("default")
    cache.close()


def test_a_damaged_answer_is_asked_for_again(tmp_path: Path):
    cache, parrot = opened(tmp_path / "data.db"), Parrot()
    ask(cache, parrot)
    assert cache.learning.settle(60)
    execute(tmp_path / "data.db", "UPDATE answers SET payload = x'00'")
    answer, receipt = ask(cache, parrot)
    assert (answer, receipt["status"], parrot.asked) == ("You said Hi", "miss", 2)
    assert ask(cache, parrot)[1]["status"] == "exact"
    assert cache.state("default").entries == 1
    cache.close()


def test_an_answer_that_cannot_be_stored_is_given_and_the_receipt_says_so(tmp_path: Path):
    cache, parrot = opened(tmp_path / "data.db"), Parrot()
    ask(cache, parrot, "first")
    assert cache.learning.settle(60)
    execute(
        tmp_path / "data.db", "CREATE TRIGGER full BEFORE INSERT ON entries BEGIN SELECT raise(ABORT, 'no room'); END"
    )
    answer, receipt = ask(cache, parrot, "second")
    assert answer == "You said second"
    assert "no room" in receipt["note"]
    assert ask(cache, parrot, "second")[1]["status"] != "exact"
    cache.close()


def test_an_encoder_that_fails_costs_similar_hits_only(place: Where):
    def broken(_: str) -> Reading:
        raise RuntimeError("out of memory")

    cache, parrot = opened(place, embedder=Embedder("broken", 384, broken)), Parrot()
    _, receipt = ask(cache, parrot)
    assert receipt["status"] == "miss"
    assert "out of memory" in receipt["note"]
    assert ask(cache, parrot)[1]["status"] == "exact"
    cache.close()


def test_vectors_of_two_encoders_never_meet(place: Where):
    parrot = Parrot()
    first = opened(place)
    ask(first, parrot)
    first.close()
    other = opened(place, embedder=Embedder("other", 3, lambda text: Reading([1.0, 0.0, 0.0])))
    assert ask(other, parrot)[1]["status"] == "miss"
    assert other.state("default").entries == 1
    other.close()


def test_a_clock_that_goes_backwards_ages_nothing(place: Where):
    clock = Clock()
    cache, parrot = opened(place, clock=clock), Parrot()
    ask(cache, parrot)
    clock.now -= 86_400
    receipt = ask(cache, parrot)[1]
    assert (receipt["status"], receipt["age_s"]) == ("exact", 0)
    ask(cache, parrot, "from yesterday")
    assert cache.learning.settle(60)
    assert cache.state("default").entries == 2
    cache.close()


def test_answers_grow_stale(place: Where):
    clock = Clock()
    cache, parrot = opened(place, clock=clock, rules=Rules(days=1)), Parrot()
    ask(cache, parrot)
    clock.now += 86_399
    assert ask(cache, parrot)[1]["status"] == "exact"
    clock.now += 2
    assert ask(cache, parrot)[1]["status"] != "exact"
    wait_until(lambda: cache.learning.settle(60) and cache.state("default").entries == 1)
    cache.close()


def test_the_least_recently_used_goes_first(place: Where):
    clock = Clock()
    cache, parrot = opened(place, clock=clock, rules=Rules(size=2)), Parrot()
    for prompt in ("first", "second", "first", "third"):
        clock.now += 1
        ask(cache, parrot, prompt)
    wait_until(lambda: cache.learning.settle(60) and cache.state("default").entries == 2)
    assert {line.prompt for line in cache.entries("default")} == {"first", "third"}
    cache.close()


def test_a_judge_model_is_asked_about_what_is_unclear_and_its_cost_is_known(place: Where):
    asked = []

    def judge(namespace: str, model: str, question: str) -> Opinion:
        asked.append((namespace, model, question))
        return Opinion("NO.", "run_1", 0.25)

    answers = {"one": "The capital is Paris.", "two": "The capital is Rome."}
    cache = opened(place, advise=judge, rules=Rules(judges=("equal", "similar", "box/judge")))
    parrot = Parrot(answers.__getitem__)
    ask(cache, parrot, "one")
    assert cache.learning.settle(60)
    ask(cache, parrot, "two")
    assert cache.learning.settle(60)
    ((namespace, model, question),) = asked
    assert (namespace, model) == ("default", "box/judge")
    assert all(each in question for each in ("two", *answers.values()))
    (line, *_) = [line for line in cache.entries("default") if line.wrong]
    (said,) = cache.entry("default", line.entry).evidence
    assert (said.right, said.by, said.run, said.cost) == (False, "box/judge", "run_1", 0.25)
    cache.close()


def test_a_judge_that_fails_gives_no_label(place: Where):
    answers = {"one": "The capital is Paris.", "two": "The capital is Rome."}
    cache = opened(place, rules=Rules(judges=("box/judge",)))
    parrot = Parrot(answers.__getitem__)
    for prompt in answers:
        ask(cache, parrot, prompt)
        assert cache.learning.settle(60)
    state = cache.state("default")
    assert (state.books[0].watch.labels, state.groups, state.pending) == (0, 2, 0)
    (said,) = cache.entry("default", cache.entries("default", text="one")[0].entry).evidence
    assert (said.right, said.note) == (None, "nobody is there")
    cache.close()


def test_closing_waits_for_no_judge(place: Where):
    cache = opened(place, rules=Rules(judges=("box/judge",)))
    ask(cache, Parrot())
    cache.close()
    again = opened(place)
    assert again.learning.settle(60)
    assert again.state("default").pending == 0
    again.close()


def test_a_namespace_may_have_rules_of_its_own(cache: Cache):
    assert cache.rules("mine").judges == ("equal", "similar")
    cache.set_rules("mine", judges=["equal", "box/judge"], guarantee="per_request")
    assert cache.rules("mine").judges == ("equal", "box/judge")
    assert cache.rules("yours").guarantee == "average"
    assert ask(cache, Parrot(), namespace="mine")[1]["guarantee"] == "per_request"
    with pytest.raises(BadRequestError, match="`nonsense`"):
        cache.set_rules("mine", judges=["nonsense"])


def test_export_and_import_carry_answers_and_evidence(cache: Cache, tmp_path: Path):
    parrot = Parrot(lambda prompt: "same")
    for number in range(4):
        ask(cache, parrot, f"prompt {number}")
        assert cache.learning.settle(60)
    lines = list(cache.export("default"))
    assert cache.load("other", lines) == 4
    assert cache.load("other", lines) == 0
    assert cache.load("default", lines) == 0
    assert ask(cache, parrot, "prompt 2", namespace="other")[0] == "same"
    assert parrot.asked == 4
    own, other = cache.state("default"), cache.state("other")
    assert (other.entries, other.groups) == (own.entries, own.groups)
    assert other.books[0].watch.labels == own.books[0].watch.labels == 3
    elsewhere = opened(tmp_path / "elsewhere.db")
    assert elsewhere.load("default", lines) == 4
    assert ask(elsewhere, parrot, "prompt 1")[1]["status"] == "exact"
    elsewhere.close()


@pytest.mark.parametrize(
    "line", [b"{}", b"nonsense", b'{"kind": "entry"}', b'{"kind": "playground-cache", "version": 9}']
)
def test_what_is_no_export_is_refused_with_its_line(cache: Cache, line: bytes):
    with pytest.raises(BadRequestError, match="line 1"):
        cache.load("default", [line])


def test_entries_are_found_inspected_and_deleted(cache: Cache):
    parrot = Parrot(lambda prompt: "same" if "cat" in prompt else "other")
    for prompt in ("a cat", "the cat", "a 100% dog"):
        ask(cache, parrot, prompt)
        assert cache.learning.settle(60)
    assert [line.prompt for line in cache.entries("default", text="cat")] == ["the cat", "a cat"]
    assert [line.prompt for line in cache.entries("default", text="100%")] == ["a 100% dog"]
    newest = cache.entries("default", limit=1)[0]
    assert [line.prompt for line in cache.entries("default", before=newest.entry)] == ["the cat", "a cat"]
    founder = cache.entries("default", text="a cat")[-1]
    detail = cache.entry("default", founder.entry)
    assert (detail.answer, len(detail.members), detail.line.right) == ("same", 2, 1)
    lines, vectors = cache.vectors("default")
    assert vectors.shape == (3, 384)
    assert len(lines) == 3
    assert cache.forget("default", [founder.entry]) == 2  # its group goes with the founder
    with pytest.raises(NotFoundError):
        cache.entry("default", founder.entry)
    assert ask(cache, parrot, "the cat")[1]["status"] != "exact"


def test_the_hours_are_kept_for_charts(cache: Cache):
    parrot = Parrot()
    for _ in range(3):
        ask(cache, parrot)
    now = time.time()
    wait_until(lambda: cache.history("default", now - 7200, now + 7200)[-1].watch)
    state = cache.state("default")
    assert state.counts == {"miss": 1, "exact": 2}
    assert state.saved.tokens == 16
    hours = cache.history("default", now - 7200, now + 7200, step=24)
    assert sum(sum(hour.counts.values()) for hour in hours) == 3
    assert hours[-1].watch["own"]["exact"] <= 2


def call(prompt: str) -> Call:
    return Call("chat", "m", messages=(Message("user", prompt),))


def wait_until(happened: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def execute(path: Path, statement: str) -> None:
    import sqlite3

    connection = sqlite3.connect(path)
    with connection:
        connection.execute(statement)
    connection.close()
