"""The cache's core, usable alone, without a store: `make` it, `lookup` a prompt, `remember` an answer, `observe`.

    core = make(delta=0.02)
    decision = core.lookup(vector, prompt)
    if decision.serve:
        answer = decision.candidates[0].answer
    else:
        answer = ask_the_model(prompt)
        entry, changes = core.remember(vector, prompt, answer)
        changes += core.observe(decision, entry, lambda stored: same(stored.answer, answer))

What delta means is from arXiv 2502.03771 (vCache): at most that share of requests is answered wrongly from the cache.
How it is kept is another way: one model for all entries, answer groups, an error budget; see `rule`, `model`, `watch`.

Any thread may call anything. A lock is held for a look-up, never while a judge judges or a model is fitted: `observe`
takes the time that this takes, so call it from a thread of its own.
"""

import random
import threading
import time
from collections.abc import Callable, Iterable

from numpy.typing import ArrayLike

from playground.cache.decision import Answer, Candidate, Decision, Guarantee
from playground.cache.journal import Change, Changes, Forgot, Joined, Remembered, Spent, new_id
from playground.cache.learner import learn
from playground.cache.mind import Mind
from playground.cache.watch import Watch

Judge = Callable[[Candidate], bool | None]
"""Whether a stored answer is as good as the fresh one; None when that cannot be said, and then there is no label."""


def make(
    dim: int = 384,
    *,
    delta: float = 0.02,
    seed: int | None = None,
    guarantee: Guarantee = "average",
    clock: Callable[[], float] = time.time,
) -> "Core":
    """An empty cache for vectors of `dim` numbers from one encoder.

    `delta` (0 to 1) is the largest share of requests that may be answered wrongly from it, 0 serves exact repeats only.
    `seed` fixes the audits' dice; `clock` gives seconds since 1970.
    """
    return Core(dim, delta, random.Random(seed), guarantee, clock)


class Core:
    """A mind behind a lock. Methods that change something return the changes."""

    def __init__(
        self, dim: int, delta: float, die: random.Random, guarantee: Guarantee, clock: Callable[[], float]
    ) -> None:
        self.delta = delta
        self.guarantee: Guarantee = guarantee
        self._clock = clock
        self._mind = Mind(dim, die, clock)
        self._lock = threading.RLock()
        self._fitting = threading.Lock()

    def lookup(self, vector: ArrayLike | None, prompt: str, *, scope: str = "", delta: float | None = None) -> Decision:
        """What to do with a request. Counts it, spends from the budget, rolls the audits' die.

        `vector` (dim,) is the prompt's embedding; None finds exact repeats only. Raises ValueError for another length
        and for a vector of zeros, infinite or missing numbers.
        """
        with self._lock:
            return self._mind.decide(vector, prompt, scope, self.delta if delta is None else delta, self.guarantee)

    def peek(self, vector: ArrayLike | None, prompt: str, *, scope: str = "", delta: float | None = None) -> Decision:
        """What `lookup` would say, were the request not audited; nothing is counted and nothing moves."""
        with self._lock:
            return self._mind.consider(vector, prompt, scope, self.delta if delta is None else delta, self.guarantee)

    def remember(
        self,
        vector: ArrayLike | None,
        prompt: str,
        answer: Answer,
        *,
        scope: str = "",
        expires: float | None = None,
        entry: int | None = None,
    ) -> tuple[int, Changes]:
        """Keep a fresh answer: exact repeats find it at once, similar prompts once it was observed.

        Returns the entry's id (`entry`, or a random one). `expires` is in seconds since 1970.
        """
        known = None if vector is None else self._mind.unit(vector).tobytes()
        change = Remembered(entry or new_id(), scope, prompt, known, answer, self._clock(), expires)
        self.apply((change,))
        return change.entry, (change,)

    def observe(self, decision: Decision, entry: int, judge: Judge | None) -> Changes:
        """Learn from a fresh answer, remembered as `entry`, to a request that `decision` was made about.

        `judge` is asked about the best group, and about the second if the first is not it; the entry joins the group
        whose answer is as good, else founds its own. Without a judge it founds its own and nothing is learned. May come
        at any later time. Fits the model when enough was learned since the last time.
        """
        changes: list[Change] = []
        group = entry
        for place, candidate in enumerate(decision.candidates if judge else ()):
            right = judge(candidate) if judge else None
            if right is not None and not place and decision.features:
                with self._lock:
                    changes.append(self._mind.judged(decision, entry, right))
            if right:
                group = candidate.group
                break
        changes.append(self._joined(entry, group))
        changes += self._fit()
        return (*changes, self.ledger())

    def verdict(self, decision: Decision, right: bool) -> Changes:
        """Learn from a person's word on the answer that was served by `decision`.

        It counts as much as five labels, and a group called wrong is not reused for similar prompts until it is called
        right. An exact repeat called wrong is forgotten.
        """
        if not decision.candidates:
            return ()
        if decision.status == "exact":
            return () if right else self.forget([decision.candidates[0].entry])
        with self._lock:
            label = self._mind.told(decision, right)
        return (label, *self._fit())

    def forget(self, entries: Iterable[int]) -> Changes:
        """Delete entries; a group goes with its last one."""
        with self._lock:
            gone = self._mind.memory.forget(entries)
        return (Forgot(gone),) if gone else ()

    def clear(self, scope: str) -> Changes:
        """Delete all entries of a scope."""
        with self._lock:
            return self.forget(self._mind.memory.of_scope(scope))

    def trim(self, size: int) -> Changes:
        """Delete what has expired, and then the least recently used entries until at most `size` are left."""
        with self._lock:
            entries = list(self._mind.memory.entries.values())
        return self.forget(self._mind.memory.first_out(entries, size))  # sorted while look-ups go on

    def apply(self, changes: Iterable[Change]) -> None:
        """Take in changes from a store or from another server; those that are known change nothing."""
        for change in changes:
            with self._lock:
                self._mind.apply(change)

    def ledger(self) -> Spent:
        """The budget and the watch's sums. Look-ups move them without a word: write them down now and then."""
        with self._lock:
            return self._mind.ledger()

    def watch(self) -> Watch:
        """What audits show of the error so far."""
        with self._lock:
            return self._mind.watch()

    def _joined(self, entry: int, group: int) -> Joined:
        with self._lock:
            change = Joined(entry, group if group in self._mind.memory.groups else entry)
            self._mind.apply(change)
        return change

    def _fit(self) -> Changes:
        with self._fitting:
            with self._lock:
                if not self._mind.learner.due:
                    return ()
                labels, count = self._mind.learner.snapshot()
            model = learn(labels)
            with self._lock:
                return (self._mind.adopt(model, count),)
