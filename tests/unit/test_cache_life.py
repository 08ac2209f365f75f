"""The cache's life in its store: kill -9, two servers in one place, broken files, odd clocks, a failing encoder."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from playground.cache.books import Books
from playground.cache.embedder import Embedder, bundled
from playground.cache.journal import Changes
from playground.cache.judges import Reading
from playground.cache.learning import ROOM
from playground.cache.rules import Rules
from playground.cache.shelf import Deed, Pending
from playground.cache.visit import Visit
from playground.store.place import Where
from playground.store.shelf import Shelf
from tests.caches import Clock, Parrot, ask, call, execute, opened, wait_until
from tests.unit.test_store_database import address

ROOT = Path(__file__).parents[2]


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
from tests.caches import Parrot, ask, opened
from tests.unit.test_store_database import place_of
from playground.cache.rules import Rules
def never(namespace, model, question):
    time.sleep(600)
cache = opened(place_of({url!r}), rules=Rules(judges=("some/judge",)), advise=never)
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


def test_everything_that_an_earlier_process_left_is_learned_at_last(place: Where):
    shelf = Shelf(place)
    book = shelf.book("default", "own", bundled().name)
    left = tuple(Pending(number, book.id, number, "", "{}") for number in range(1, ROOM + 6))  # their answers are gone
    shelf.write(Deed(book.id, pending=left))
    first = shelf.pending(ROOM)
    assert [each.decision for each in first + shelf.pending(ROOM, first[-1])] == [each.decision for each in left]
    shelf.close()
    cache = opened(place)
    assert cache.learning.settle(120)
    assert cache.state("default").pending == 0
    cache.close()


@pytest.mark.parametrize("table", ["pending", "evidence"])
def test_an_entry_is_forgotten_without_reading_through_a_table(tmp_path: Path, table: str):
    cache = opened(tmp_path / "data.db")
    cache.state("default")
    cache.close()
    with closing(sqlite3.connect(tmp_path / "data.db")) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN DELETE FROM {table} WHERE entry = ?", (1,)).fetchall()
    assert f"SEARCH {table} USING" in str(plan)


class SlowShelf(Shelf):
    """A store that takes its time with the first book."""

    def __init__(self, place: Where) -> None:
        super().__init__(place)
        self.asked, self.go = threading.Event(), threading.Event()

    def everything(self, book: int) -> tuple[Changes, int]:
        if book == 1:
            self.asked.set()
            assert self.go.wait(60)
        return super().everything(book)


def test_a_book_that_is_loaded_keeps_no_other_waiting(tmp_path: Path):
    shelf = SlowShelf(tmp_path / "data.db")
    books = Books(shelf, bundled(), Rules())
    with ThreadPoolExecutor(2) as pool:
        waiting = [pool.submit(books.open, "first", "own") for _ in range(2)]
        assert shelf.asked.wait(60)
        assert books.open("second", "own").book.namespace == "second"
        shelf.go.set()
        assert waiting[0].result(60) is waiting[1].result(60), "it is loaded once"
    shelf.close()


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
from tests.caches import Parrot, ask, opened
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


def test_closing_waits_for_no_judge(place: Where):
    cache = opened(place, rules=Rules(judges=("box/judge",)))
    ask(cache, Parrot())
    cache.close()
    again = opened(place)
    assert again.learning.settle(60)
    assert again.state("default").pending == 0
    again.close()
