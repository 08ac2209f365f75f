"""The cache's core from outside: look up, remember, observe; on a small world of synthetic meanings."""

import math
import random
import threading
from collections.abc import Callable

import numpy as np
import pytest

from playground.cache.core import Core, make
from playground.cache.journal import Change, Forgot, Joined, Judged, Learned, Remembered, Spent
from playground.cache.learner import NEEDED
from playground.cache.mind import LONGEST
from tests.worlds import DIM, World, ask, probes, served, stream


@pytest.fixture(scope="module")
def history() -> list[Change]:
    """All changes of a stream of 700 requests."""
    changes: list[Change] = []
    stream(make(DIM, delta=0.05, seed=1), World(1), 700, changes)
    return changes


@pytest.fixture
def trained(history: list[Change]) -> Core:
    """A core that has learned."""
    core = make(DIM, delta=0.05, seed=1)
    core.apply(history)
    return core


@pytest.mark.parametrize("seed", [5, *(pytest.param(seed, marks=pytest.mark.slow) for seed in (6, 7, 8))])
def test_it_learns_and_keeps_delta(seed: int):
    """Hits, and no more errors than delta and three standard deviations; cold, it serves nothing."""
    core, world = make(DIM, delta=0.05, seed=seed), World(seed)
    assert stream(core, world, NEEDED) == (0, 0)
    hits, wrong = stream(core, world, 500)
    assert hits > 30, "twins are near, and the alarm about their numbers is never harmless"
    assert wrong <= 0.05 * 700 + 3 * math.sqrt(0.05 * 0.95 * 700)
    assert core.watch().served == hits


@pytest.mark.parametrize("guarantee", ["average", "per_request"])
def test_served_answers_are_within_what_is_allowed(history: list[Change], guarantee):
    core = make(DIM, delta=0.05, guarantee=guarantee)
    core.apply(history)
    seen = [core.peek(vector, prompt) for vector, prompt, _ in probes()]
    assert {decision.status for decision in seen} >= {"hit", "guarded"} or {d.status for d in seen} >= {"hit", "miss"}
    for decision in seen:
        assert decision.serve == (decision.chance <= decision.allowed), decision
        assert (decision.audit == 1) == (not decision.serve)


def test_delta_zero_serves_exact_repeats_only(trained: Core):
    vector, prompt, _ = served(trained)
    decision = trained.lookup(vector, prompt, delta=0)
    assert (decision.status, decision.reason, decision.allowed) == ("miss", "delta_zero", 0)
    trained.remember(vector, prompt, "fresh")
    assert trained.lookup(vector, prompt, delta=0).status == "exact"


def test_a_smaller_delta_allows_less(trained: Core):
    vector, prompt, _ = served(trained)
    allowed = [trained.peek(vector, prompt, delta=delta).allowed for delta in (0.001, 0.01, 0.05, 0.2)]
    assert allowed == sorted(allowed)
    assert allowed[0] < allowed[-1]


def test_peek_moves_nothing(trained: Core):
    before = trained.ledger()
    for vector, prompt, _ in probes():
        trained.peek(vector, prompt)
    assert trained.ledger() == before


def test_without_a_vector_or_with_a_long_prompt_only_exact_repeats_are_found(trained: Core):
    vector, prompt, _ = served(trained)
    assert trained.lookup(None, prompt).reason == "no_vector"
    long = prompt + " x" * LONGEST
    assert trained.lookup(vector, long).reason == "too_long"
    entry, _ = trained.remember(vector, long, "long")
    trained.observe(trained.peek(vector, long), entry, None)
    assert trained.lookup(vector, long).status == "exact"
    assert entry not in {candidate.entry for candidate in trained.peek(vector, prompt).candidates}


def test_the_journal_makes_the_same_cache_again(history: list[Change], trained: Core):
    """Also when some of it comes twice."""
    again = make(DIM, delta=0.05, seed=1)
    again.apply(history)
    again.apply(change for change in history[-300:] if not isinstance(change, Spent))
    assert again.ledger() == trained.ledger()
    assert again.watch() == trained.watch()
    for vector, prompt, _ in probes():
        first, second = trained.peek(vector, prompt), again.peek(vector, prompt)
        assert (first.status, first.chance, first.candidates) == (second.status, second.chance, second.candidates)


def test_the_newest_model_is_enough_where_old_labels_are_gone(history: list[Change], trained: Core):
    """A store that kept the last 50 labels: the same chances, and the next fit comes when it is due."""
    labels = [change for change in history if isinstance(change, Judged)]
    kept = [change for change in history if not isinstance(change, Judged) or change in labels[-50:]]
    again = make(DIM, delta=0.05, seed=1)
    again.apply(kept)
    assert again.watch().labels >= NEEDED
    fits = sum(isinstance(change, Learned) for change in history)
    made: list[Change] = []
    stream(again, World(4), 150, made)
    assert fits
    assert any(isinstance(change, Learned) for change in made)


def test_the_journal_has_every_kind_of_change(history: list[Change]):
    assert {type(change) for change in history} == {Remembered, Joined, Judged, Learned, Spent}


def test_the_same_seed_rolls_the_same_dice():
    runs = []
    for _ in range(2):
        core, world = make(DIM, delta=0.05, seed=9), World(2)
        runs.append((stream(core, world, 300), core.watch()))
    assert runs[0] == runs[1]


def test_a_verdict_of_wrong_vetoes_the_group_until_it_is_right(trained: Core):
    vector, prompt, decision = served(trained)
    [label, *_] = trained.verdict(decision, right=False)
    assert isinstance(label, Judged)
    assert label.person
    assert trained.peek(vector, prompt).reason in {"vetoed", "budget_spent", "too_uncertain", "alarm"}
    assert not trained.peek(vector, prompt).serve
    trained.verdict(decision, right=True)
    assert trained.peek(vector, prompt).reason != "vetoed"


def test_forgetting(trained: Core):
    vector, prompt, decision = served(trained)
    best = decision.candidates[0].group
    while near := [one.entry for one in trained.peek(vector, prompt).candidates if one.group == best]:
        assert trained.forget(near * 2) == (Forgot(tuple(near)),)
        assert trained.forget(near) == ()
    assert trained.peek(vector, prompt).candidates, "the others are still there"


def test_threads_look_up_while_others_learn():
    """Eight threads on one core: nothing is lost, nothing fails, look-ups go on while a judge is being waited for."""
    core = make(DIM, delta=0.05, seed=1)
    failures: list[BaseException] = []
    world = World(3)
    prompts = [[world.prompt() for _ in range(60)] for _ in range(8)]

    def work(own: list[tuple[np.ndarray, str, int]]) -> None:
        try:
            for vector, prompt, answer in own:
                ask(core, vector, prompt, answer)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test fails with it
            failures.append(error)

    waiting, done = threading.Event(), threading.Event()
    decision = core.lookup(np.ones(DIM), "slow")
    entry, _ = core.remember(np.ones(DIM), "slow", 1)
    core.observe(decision, entry, None)
    slow = core.lookup(np.ones(DIM), "slower")
    entry, _ = core.remember(np.ones(DIM), "slower", 2)

    def judge(stored) -> bool:
        waiting.set()
        assert done.wait(120)
        return False

    threads = [threading.Thread(target=core.observe, args=(slow, entry, judge))]
    threads[0].start()
    assert waiting.wait(60)
    threads += [threading.Thread(target=work, args=(own,)) for own in prompts]
    for thread in threads[1:]:
        thread.start()
    for thread in threads[1:]:
        thread.join()
    done.set()
    threads[0].join()
    assert failures == []
    watch = core.watch()
    assert watch.requests == 482
    assert 400 <= watch.labels <= 481 - watch.served, "a request that found nothing near has no label"


def test_a_stream_of_prompts_that_are_all_different_stays_silent():
    """Only wrong labels: there is nothing to tell right from wrong by."""
    core, die = make(DIM, seed=0), np.random.default_rng(0)
    for number in range(NEEDED + 30):
        ask(core, die.normal(size=DIM), f"prompt {number}", number)
    decision = core.peek(die.normal(size=DIM), "another")
    assert (decision.status, decision.reason) == ("learning", "unproven")


def audits_per_hit(guarantee, history: list[Change]) -> float:
    core = make(DIM, delta=0.05, seed=3, guarantee=guarantee)
    core.apply(history)
    found = [core.lookup(vector, prompt).status for vector, prompt, _ in probes(60) * 3]
    return found.count("audited") / max(found.count("hit"), 1)


def test_some_hits_are_audited(history: list[Change]):
    assert 0 < audits_per_hit("average", history) < 0.5


def spoiled(answer: Callable[[int], int], trained: Core, requests: int) -> Core:
    """The cache after requests whose answers are not what they were."""
    world, die = World(1), random.Random(0)
    for _ in range(requests):
        vector, prompt, truth = world.prompt()
        ask(trained, vector, f"{prompt} {die.random()}", answer(truth))
    return trained


def test_answers_that_change_turn_the_cache_careful(trained: Core):
    """Every stored answer becomes wrong from one request to the next."""
    before = trained.watch().estimate
    watch = spoiled(lambda truth: truth + 100_000, trained, 500).watch()
    assert watch.careful
    assert watch.rho > 1
    assert watch.estimate > before
    assert not spoiled(lambda truth: truth, trained, 0).watch().served > watch.served
