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
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from playground.cache.budget import Budget
from playground.cache.decision import Answer, Candidate, Decision, Guarantee
from playground.cache.features import NAMES, Neighbour, features, raised, ranked
from playground.cache.index import Row
from playground.cache.journal import Change, Changes, Forgot, Joined, Judged, Learned, Remembered, Spent, new_id
from playground.cache.learner import NEEDED, Learner, learn
from playground.cache.memory import Entry, Group, Memory
from playground.cache.rule import CAREFUL, UNLIKELY, Ruling, average, per_request
from playground.cache.watch import Audits, Watch
from playground.cache.words import Rarity, words

Judge = Callable[[Candidate], bool | None]
"""Whether a stored answer is as good as the fresh one; None when that cannot be said, and then there is no label."""

LONGEST = 8000
"""Characters; a longer prompt is served to exact repeats only: encoders read its beginning at most."""
_PERSON = 5.0  # labels that a person's word counts for


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
    """Memory, model, rule and watch behind one lock. Methods that change something return the changes."""

    def __init__(
        self, dim: int, delta: float, die: random.Random, guarantee: Guarantee, clock: Callable[[], float]
    ) -> None:
        self.delta = delta
        self.guarantee: Guarantee = guarantee
        self._dim, self._die, self._clock = dim, die, clock
        self._lock = threading.RLock()
        self._fitting = threading.Lock()
        self._memory = Memory(dim, clock)
        self._learner = Learner()
        self._rarity = Rarity()
        self._budget = Budget(len(NAMES))
        self._audits = Audits()

    def lookup(self, vector: ArrayLike | None, prompt: str, *, scope: str = "", delta: float | None = None) -> Decision:
        """What to do with a request. Counts it, spends from the budget, rolls the audits' die.

        `vector` (dim,) is the prompt's embedding; None finds exact repeats only. Raises ValueError for another length
        and for a vector of zeros, infinite or missing numbers.
        """
        with self._lock:
            decision = self._consider(vector, prompt, scope, self.delta if delta is None else delta)
            if decision.status == "exact":
                self._audits.exact += 1
                self._used(decision)
                return decision
            known = tuple(decision.features.values()) or None
            self._budget.meet(None if decision.reason == "alarm" else known, decision.chance, decision.delta)
            self._audits.met(decision.delta)
            return self._roll(decision) if decision.serve else decision

    def peek(self, vector: ArrayLike | None, prompt: str, *, scope: str = "", delta: float | None = None) -> Decision:
        """What `lookup` would say, were the request not audited; nothing is counted and nothing moves."""
        with self._lock:
            return self._consider(vector, prompt, scope, self.delta if delta is None else delta)

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
        known = None if vector is None else self._unit(vector).tobytes()
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
                changes.append(self._judged(decision, entry, right))
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
            row = tuple(decision.features.values())
            score, chance = self._learner.score(row)
            surprise = _PERSON * (right - chance)
            group = decision.candidates[0].group
            label = Judged(new_id(), group, row, (), right, score, surprise, _PERSON, False, True, self._clock())
            self.apply((label,))
        return (label, *self._fit())

    def forget(self, entries: Iterable[int]) -> Changes:
        """Delete entries; a group goes with its last one."""
        with self._lock:
            gone = self._memory.forget(entries)
        return (Forgot(gone),) if gone else ()

    def clear(self, scope: str) -> Changes:
        """Delete all entries of a scope."""
        with self._lock:
            return self.forget(self._memory.of_scope(scope))

    def trim(self, size: int) -> Changes:
        """Delete what has expired, and then the least recently used entries until at most `size` are left."""
        with self._lock:
            entries = list(self._memory.entries.values())
        return self.forget(self._memory.first_out(entries, size))  # sorted while look-ups go on

    def apply(self, changes: Iterable[Change]) -> None:
        """Take in changes from a store or from another server; those that are known change nothing."""
        for change in changes:
            with self._lock:
                self._apply(change)

    def ledger(self) -> Spent:
        """The budget and the watch's sums. Look-ups move them without a word: write them down now and then."""
        with self._lock:
            return Spent({"budget": self._budget.state(), "audits": self._audits.state()})

    def watch(self) -> Watch:
        """What audits show of the error so far."""
        with self._lock:
            return self._audits.watch(self._budget.rho, self._learner.labels, NEEDED)

    def _consider(self, vector: ArrayLike | None, prompt: str, scope: str, delta: float) -> Decision:
        labels = self._learner.labels
        blank = Decision(new_id(), "miss", "empty", delta, self.guarantee, labels=labels, needed=NEEDED)
        found = self._memory.exact(scope, prompt)
        if found is not None:
            same = Candidate(found.group, found.id, found.prompt, found.answer, 1.0)
            return replace(blank, status="exact", reason="exact", candidates=(same,), chance=0.0)
        if vector is None:
            return replace(blank, reason="no_vector")
        if len(prompt) > LONGEST:
            return replace(blank, reason="too_long")
        near = self._memory.nearest(scope, self._unit(vector))
        if not near:
            return blank
        candidates, row = self._compare(prompt, near)
        chance = self._learner.chance(row)
        ruling = self._ruling(self._memory.groups[candidates[0].group], row, chance, delta)
        return replace(
            blank,
            status=ruling.status,
            reason=ruling.reason,
            candidates=candidates,
            chance=chance,
            allowed=None if chance is None else ruling.allowed,
            features=dict(zip(NAMES, row, strict=True)),
            audit=ruling.audit,
        )

    def _compare(
        self, prompt: str, near: Sequence[tuple[Entry, float]]
    ) -> tuple[tuple[Candidate, ...], tuple[float, ...]]:
        neighbours = [Neighbour(entry.group, cosine, entry.prompt) for entry, cosine in near]
        candidates = []
        for group in ranked(neighbours)[:2]:
            entry, cosine = next(pair for pair in near if pair[0].group == group)
            candidates.append(Candidate(group, entry.id, entry.prompt, self._memory.groups[group].answer, cosine))
        best = candidates[0].group
        record = self._memory.groups[best].record
        row = features(
            prompt,
            neighbours,
            best,
            rarity=self._rarity.of,
            record=record,
            harm=self._learner.harm,
        )
        return tuple(candidates), row

    def _ruling(self, group: Group, row: tuple[float, ...], chance: float | None, delta: float) -> Ruling:
        if delta <= 0:
            return Ruling("miss", "delta_zero", 0.0, 1.0)
        if chance is None:
            return Ruling("learning", "cold" if self._learner.labels < NEEDED else "unproven", 0.0, 1.0)
        if chance <= UNLIKELY and raised(row) - group.harmless:
            return Ruling("guarded", "alarm", 0.0, 1.0)
        careful = self._audits.careful
        if self.guarantee == "average":
            share = self._learner.ramp * (CAREFUL if careful else 1)
            ruling = average(chance, delta, self._budget.allowed(delta, share), careful)
        else:
            ruling = per_request(chance, delta, self._budget.rho, careful)
        if ruling.status == "hit" and group.vetoed:
            return Ruling("guarded", "vetoed", ruling.allowed, 1.0)
        return ruling

    def _roll(self, decision: Decision) -> Decision:
        if self._die.random() < decision.audit:
            if decision.audit > 0.5:
                return replace(decision, status="guarded", reason="unlucky")
            return replace(decision, status="audited", reason="audit")
        self._audits.served += 1
        self._budget.spend(decision.chance or 0.0)
        self._used(decision)
        return decision

    def _used(self, decision: Decision) -> None:
        entry = self._memory.entries.get(decision.candidates[0].entry)
        if entry is not None:
            entry.used = self._clock()

    def _judged(self, decision: Decision, entry: int, right: bool) -> Judged:
        candidate = decision.candidates[0]
        row = tuple(decision.features.values())
        audit = decision.audit
        with self._lock:
            fresh = self._memory.entries.get(entry)
            apart = set(words(fresh.prompt)) ^ set(words(candidate.prompt)) if fresh else set()
            score, chance = self._learner.score(row)
            audited = audit < 1
            label = Judged(
                label=decision.id,
                group=candidate.group,
                features=row,
                apart=tuple(sorted(apart)),
                right=right,
                score=score,
                surprise=right - chance,
                weight=1 / audit,
                audited=audited,
                person=False,
                at=self._clock(),
            )
            if audited and decision.id not in self._learner:
                self._audits.judged(audit, right)
                self._budget.audited(decision.chance or 0.0, (1 - audit) / audit, right)
            self._apply(label)
        return label

    def _joined(self, entry: int, group: int) -> Joined:
        with self._lock:
            if group not in self._memory.groups:
                group = entry
            change = Joined(entry, group)
            self._apply(change)
        return change

    def _fit(self) -> Changes:
        with self._fitting:
            with self._lock:
                if not self._learner.due:
                    return ()
                labels, count = self._learner.snapshot()
            model = learn(labels)
            with self._lock:
                self._learner.adopt(model, count)
                self._budget.rescore(model, self._learner.z)
                return (Learned(self._learner.state()),)

    def _apply(self, change: Change) -> None:
        match change:
            case Remembered():
                self._remembered(change)
            case Joined():
                self._memory.join(change.entry, change.group)
            case Judged():
                if self._learner.add(change):
                    self._memory.record(change)
            case Learned():
                self._learner.restore(change.state)
            case Spent():
                self._budget.restore(change.state["budget"])
                self._audits.restore(change.state["audits"])
            case Forgot():
                self._memory.forget(change.entries)

    def _remembered(self, change: Remembered) -> None:
        reusable = change.vector is not None and len(change.prompt) <= LONGEST
        vector = np.frombuffer(change.vector or b"", "<f4") if reusable else None
        entry = Entry(change.entry, change.scope, change.prompt, change.answer, change.created, change.expires, vector)
        if self._memory.add(entry):
            self._rarity.add(words(change.prompt))

    def _unit(self, vector: ArrayLike) -> Row:
        row = np.asarray(vector, np.float64)
        if row.shape != (self._dim,):
            raise ValueError(f"this cache holds vectors of {self._dim} numbers; one of shape {row.shape} was given")
        length = float(np.linalg.norm(row))
        if not 0 < length < np.inf:
            raise ValueError("a vector of zeros, or with numbers that are not finite, has no direction to compare")
        return (row / length).astype(np.float32)
