"""What a core remembers: exact repeats, answer groups, what expires, is evicted and forgotten."""

import numpy as np
import pytest

from playground.cache.core import make
from playground.cache.journal import Forgot, Joined, Judged
from playground.cache.learner import NEEDED
from tests.worlds import DIM, ask


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


@pytest.mark.parametrize("bad", [np.zeros(DIM), np.ones(DIM + 1), np.full(DIM, np.nan), np.full(DIM, np.inf)])
def test_a_vector_without_a_direction_is_refused(bad: np.ndarray):
    with pytest.raises(ValueError, match="vector"):
        make(DIM).lookup(bad, "prompt")
    with pytest.raises(ValueError, match="vector"):
        make(DIM).remember(bad, "prompt", "answer")


def test_an_exact_repeat_called_wrong_is_forgotten():
    core = make(DIM)
    entry, _ = core.remember(None, "prompt", "bad")
    found = core.lookup(None, "prompt")
    assert core.verdict(found, right=True) == ()
    assert core.verdict(found, right=False) == (Forgot((entry,)),)
    assert core.lookup(None, "prompt").status == "miss"


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
