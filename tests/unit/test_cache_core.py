"""The cache's core from outside: look up, remember, observe; on a small world of synthetic meanings."""

import math
import random
import threading
from collections.abc import Callable

import numpy as np
import pytest

from playground.cache.core import LONGEST, Core, make
from playground.cache.decision import Decision
from playground.cache.journal import Change, Forgot, Joined, Judged, Learned, Remembered, Spent
from playground.cache.learner import NEEDED

DIM = 32
WORDS = [f"w{number}" for number in range(300)]
_LETTERS = str.maketrans("0123456789", "abcdefghij")


class World:
    """Prompts with vectors: a class is a direction and four words, a prompt a noisy copy of both.

    Twins lie close to a class and differ from it in a number.
    """

    def __init__(self, seed: int, classes: int = 40) -> None:
        self._die = np.random.default_rng(seed)
        self._centres = self._die.normal(size=(classes, DIM))
        self._words = [self._die.choice(WORDS, 4, replace=False) for _ in range(classes)]
        self._made = 0

    def prompt(self) -> tuple[np.ndarray, str, int]:
        """Vector, text and class of a prompt that never came before."""
        topic, number = int(self._die.integers(len(self._centres))), int(self._die.integers(2, 4))
        vector = self._centres[topic] + 0.05 * number + 0.25 * self._die.normal(size=DIM)
        filler = " ".join(self._die.choice(WORDS[:8], 2))
        self._made += 1
        mark = str(self._made).translate(_LETTERS)
        return vector, f"{filler} {' '.join(self._words[topic])} {number} {mark}", 10 * topic + number


def ask(core: Core, vector: np.ndarray, prompt: str, answer: int, changes: list[Change] | None = None) -> Decision:
    """One request through the cache, learned from when it was not served."""
    decision = core.lookup(vector, prompt)
    if not decision.serve:
        entry, made = core.remember(vector, prompt, answer)
        made += core.observe(decision, entry, lambda stored: stored.answer == answer)
        if changes is not None:
            changes += made
    return decision


def stream(core: Core, world: World, count: int, changes: list[Change] | None = None) -> tuple[int, int]:
    """Hits and wrong ones of so many requests."""
    hits = wrong = 0
    for _ in range(count):
        vector, prompt, answer = world.prompt()
        decision = ask(core, vector, prompt, answer, changes)
        hits += decision.serve
        wrong += decision.serve and decision.candidates[0].answer != answer
    return hits, wrong


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


def probes(count: int = 60) -> list[tuple[np.ndarray, str, int]]:
    world = World(1)
    return [world.prompt() for _ in range(760)][-count:]


def served(core: Core) -> tuple[np.ndarray, str, Decision]:
    """A prompt that a core would serve."""
    for vector, prompt, _ in probes():
        decision = core.peek(vector, prompt)
        if decision.status == "hit":
            return vector, prompt, decision
    raise AssertionError("nothing would be served")


def test_empty():
    decision = make(DIM).lookup(np.ones(DIM), "hello")
    assert (decision.status, decision.reason, decision.candidates, decision.serve) == ("miss", "empty", (), False)


def test_an_exact_repeat_is_served_at_once_and_only_in_its_scope():
    core = make(DIM)
    core.remember(np.ones(DIM), "What is IT?", "a", scope="one")
    found = core.lookup(None, "  What is IT?\n", scope="one")
    assert (found.status, found.candidates[0].answer, found.candidates[0].similarity) == ("exact", "a", 1)
    assert core.lookup(None, "What is it?", scope="one").status == "miss"
    assert core.lookup(np.ones(DIM), "What is IT?", scope="two").status == "miss"


def test_similar_prompts_find_an_answer_once_it_was_observed():
    core = make(DIM)
    first = core.lookup(np.ones(DIM), "a b c")
    entry, _ = core.remember(np.ones(DIM), "a b c", "answer")
    assert core.peek(np.ones(DIM), "a b d").candidates == ()
    core.observe(first, entry, None)
    again = core.peek(np.ones(DIM), "a b d")
    assert [candidate.answer for candidate in again.candidates] == ["answer"]
    assert (again.status, again.reason, again.labels, again.needed) == ("learning", "cold", 0, NEEDED)


def test_an_answer_judged_equal_joins_the_group_of_the_second_candidate_too():
    core = make(DIM)
    vectors = np.eye(DIM)
    for place, answer in enumerate("ab"):
        ask(core, vectors[place], f"prompt {answer}", answer)
    near = vectors[0] + 0.9 * vectors[1]
    decision = core.lookup(near, "prompt c")
    asked = []
    entry, _ = core.remember(near, "prompt c", "b")
    changes = core.observe(decision, entry, lambda stored: asked.append(stored.answer) or stored.answer == "b")
    assert asked == ["a", "b"]
    [joined] = [change for change in changes if isinstance(change, Joined)]
    assert joined.group == decision.candidates[1].group
    [label] = [change for change in changes if isinstance(change, Judged)]
    assert (label.group, label.right) == (decision.candidates[0].group, False)


def test_a_judge_that_cannot_say_gives_no_label():
    core = make(DIM)
    ask(core, np.ones(DIM), "one", "a")
    decision = core.lookup(np.ones(DIM), "two")
    entry, _ = core.remember(np.ones(DIM), "two", "b")
    changes = core.observe(decision, entry, lambda stored: None)
    assert not any(isinstance(change, Judged) for change in changes)
    assert core.watch().labels == 0
    assert Joined(entry, entry) in changes


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


@pytest.mark.parametrize("bad", [np.zeros(DIM), np.ones(DIM + 1), np.full(DIM, np.nan), np.full(DIM, np.inf)])
def test_a_vector_without_a_direction_is_refused(bad: np.ndarray):
    with pytest.raises(ValueError, match="vector"):
        make(DIM).lookup(bad, "prompt")
    with pytest.raises(ValueError, match="vector"):
        make(DIM).remember(bad, "prompt", "answer")


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


def test_an_exact_repeat_called_wrong_is_forgotten():
    core = make(DIM)
    entry, _ = core.remember(None, "prompt", "bad")
    found = core.lookup(None, "prompt")
    assert core.verdict(found, right=True) == ()
    assert core.verdict(found, right=False) == (Forgot((entry,)),)
    assert core.lookup(None, "prompt").status == "miss"


def test_forgetting(trained: Core):
    vector, prompt, decision = served(trained)
    best = decision.candidates[0].group
    while near := [one.entry for one in trained.peek(vector, prompt).candidates if one.group == best]:
        assert trained.forget(near * 2) == (Forgot(tuple(near)),)
        assert trained.forget(near) == ()
    assert trained.peek(vector, prompt).candidates, "the others are still there"


def test_clearing_a_scope_leaves_the_others():
    core = make(DIM)
    for scope in "ab":
        core.remember(np.ones(DIM), "prompt", scope, scope=scope)
    core.clear("a")
    assert core.lookup(None, "prompt", scope="a").status == "miss"
    assert core.lookup(None, "prompt", scope="b").status == "exact"


class Clock:
    """Seconds that the test sets."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_expired_entries_are_not_found_and_a_clock_that_goes_back_does_no_harm():
    clock = Clock()
    core = make(DIM, clock=clock)
    first = core.lookup(np.ones(DIM), "prompt")
    entry, _ = core.remember(np.ones(DIM), "prompt", "a", expires=1100)
    core.observe(first, entry, None)
    assert core.peek(np.ones(DIM), "other").candidates
    clock.now = 1100
    assert core.lookup(None, "prompt").status == "miss"
    assert core.peek(np.ones(DIM), "other").reason == "empty"
    clock.now = -5
    assert core.lookup(np.ones(DIM), "prompt").status == "exact"
    assert core.trim(10) == ()


def test_eviction_takes_the_expired_first_and_then_the_least_recently_used():
    clock = Clock()
    core = make(DIM, clock=clock)
    ids = []
    for number in range(4):
        clock.now += 1
        ids.append(core.remember(None, f"prompt {number}", number, expires=1010 if number == 3 else None)[0])
    clock.now = 1020
    core.lookup(None, "prompt 0")
    assert core.trim(2) == (Forgot((ids[3], ids[1])),)
    assert core.trim(2) == ()


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
