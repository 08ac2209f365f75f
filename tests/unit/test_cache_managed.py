"""A cache as people look at it and manage it: entries and their evidence, judges, rules, export, the hours."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from playground.cache.cache import Cache
from playground.cache.judges import Opinion
from playground.cache.rules import Rules
from playground.errors import BadRequestError, NotFoundError
from playground.store.place import Where
from tests.caches import Parrot, ask, opened, wait_until


@pytest.fixture
def cache(place: Where) -> Iterator[Cache]:
    made = opened(place)
    yield made
    made.close()


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


def test_entries_of_both_books_are_deleted_however_they_are_named(tmp_path: Path):
    cache = opened(tmp_path / "data.db")
    cache.load_demo("mine")
    ask(cache, Parrot(), namespace="mine")
    named = [
        next(line.entry for line in cache.entries("mine", limit=999) if line.demo is demo) for demo in (True, False)
    ]
    cache.forget("mine", iter(named))
    assert not {line.entry for line in cache.entries("mine", limit=999)} & set(named)
    cache.close()
