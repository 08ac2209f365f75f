"""Mind: what a core remembers and has learned, and what it decides about a request from that.

The mathematics stands in `features`, `learner`, `rule`, `budget` and `watch`; here is in which order they are asked.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from playground.cache.budget import Budget
from playground.cache.decision import Candidate, Decision, Guarantee
from playground.cache.features import NAMES, Neighbour, features, raised, ranked
from playground.cache.index import Row
from playground.cache.journal import Change, Forgot, Joined, Judged, Learned, Remembered, Spent, new_id
from playground.cache.learner import NEEDED, Learner
from playground.cache.memory import Entry, Group, Memory
from playground.cache.model import Model
from playground.cache.rule import CAREFUL, UNLIKELY, Ruling, average, per_request
from playground.cache.watch import Audits, Watch
from playground.cache.words import Rarity, words

LONGEST = 8000
"""Characters; a longer prompt is served to exact repeats only: encoders read its beginning at most."""
_PERSON = 5.0  # labels that a person's word counts for


class Mind:
    """Memory, model, rule and watch. Not locked: whoever shares one locks around it."""

    def __init__(self, dim: int, die: random.Random, clock: Callable[[], float]) -> None:
        self._dim, self._die, self._clock = dim, die, clock
        self.memory = Memory(dim, clock)
        self.learner = Learner()
        self._rarity = Rarity()
        self._budget = Budget(len(NAMES))
        self._audits = Audits()

    def decide(self, vector: ArrayLike | None, prompt: str, scope: str, delta: float, guarantee: Guarantee) -> Decision:
        """What to do with a request, which is counted: budget and audits take note, and the die is rolled."""
        decision = self.consider(vector, prompt, scope, delta, guarantee)
        if decision.status == "exact":
            self._audits.exact += 1
            self._used(decision)
            return decision
        known = tuple(decision.features.values()) or None
        self._budget.meet(None if decision.reason == "alarm" else known, decision.chance, decision.delta)
        self._audits.met(decision.delta)
        return self._roll(decision) if decision.serve else decision

    def consider(
        self, vector: ArrayLike | None, prompt: str, scope: str, delta: float, guarantee: Guarantee
    ) -> Decision:
        """What could be done with a request before the die is rolled; nothing moves.

        Raises ValueError for a `vector` that is no direction of `dim` numbers.
        """
        labels = self.learner.labels
        blank = Decision(new_id(), "miss", "empty", delta, guarantee, labels=labels, needed=NEEDED)
        found = self.memory.exact(scope, prompt)
        if found is not None:
            same = Candidate(found.group, found.id, found.prompt, found.answer, 1.0)
            return replace(blank, status="exact", reason="exact", candidates=(same,), chance=0.0)
        if vector is None:
            return replace(blank, reason="no_vector")
        if len(prompt) > LONGEST:
            return replace(blank, reason="too_long")
        near = self.memory.nearest(scope, self.unit(vector))
        if not near:
            return blank
        candidates, row = self._compare(prompt, near)
        chance = self.learner.chance(row)
        ruling = self._ruling(self.memory.groups[candidates[0].group], row, chance, blank)
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

    def judged(self, decision: Decision, entry: int, right: bool) -> Judged:
        """Learn whether the best group's answer was right, as the fresh one, remembered as `entry`, shows."""
        candidate = decision.candidates[0]
        row = tuple(decision.features.values())
        audit = decision.audit
        fresh = self.memory.entries.get(entry)
        apart = set(words(fresh.prompt)) ^ set(words(candidate.prompt)) if fresh else set()
        score, chance = self.learner.score(row)
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
        if audited and decision.id not in self.learner:
            self._audits.judged(audit, right)
            self._budget.audited(decision.chance or 0.0, (1 - audit) / audit, right)
        self.apply(label)
        return label

    def told(self, decision: Decision, right: bool) -> Judged:
        """Learn a person's word on the best group's answer."""
        row = tuple(decision.features.values())
        score, chance = self.learner.score(row)
        surprise = _PERSON * (right - chance)
        group = decision.candidates[0].group
        label = Judged(new_id(), group, row, (), right, score, surprise, _PERSON, False, True, self._clock())
        self.apply(label)
        return label

    def adopt(self, model: Model, labels: int) -> Learned:
        """Use a model that was fitted when there were so many labels; what was met lately is seen with its eyes."""
        self.learner.adopt(model, labels)
        self._budget.rescore(model, self.learner.z)
        return Learned(self.learner.state())

    def ledger(self) -> Spent:
        """The budget and the watch's sums."""
        return Spent({"budget": self._budget.state(), "audits": self._audits.state()})

    def watch(self) -> Watch:
        """What audits show of the error so far."""
        return self._audits.watch(self._budget.rho, self.learner.labels, NEEDED)

    def apply(self, change: Change) -> None:
        """Take in a change; one that is known changes nothing."""
        match change:
            case Remembered():
                self._remembered(change)
            case Joined():
                self.memory.join(change.entry, change.group)
            case Judged():
                if self.learner.add(change):
                    self.memory.record(change)
            case Learned():
                self.learner.restore(change.state)
            case Spent():
                self._budget.restore(change.state["budget"])
                self._audits.restore(change.state["audits"])
            case Forgot():
                self.memory.forget(change.entries)

    def unit(self, vector: ArrayLike) -> Row:
        """A vector (dim,) at length 1, float32. Raises ValueError for another shape, and where it has no direction."""
        row = np.asarray(vector, np.float64)
        if row.shape != (self._dim,):
            raise ValueError(f"this cache holds vectors of {self._dim} numbers; one of shape {row.shape} was given")
        length = float(np.linalg.norm(row))
        if not 0 < length < np.inf:
            raise ValueError("a vector of zeros, or with numbers that are not finite, has no direction to compare")
        return (row / length).astype(np.float32)

    def _compare(
        self, prompt: str, near: Sequence[tuple[Entry, float]]
    ) -> tuple[tuple[Candidate, ...], tuple[float, ...]]:
        neighbours = [Neighbour(entry.group, cosine, entry.prompt) for entry, cosine in near]
        candidates = []
        for group in ranked(neighbours)[:2]:
            entry, cosine = next(pair for pair in near if pair[0].group == group)
            candidates.append(Candidate(group, entry.id, entry.prompt, self.memory.groups[group].answer, cosine))
        best = candidates[0].group
        record = self.memory.groups[best].record
        row = features(
            prompt,
            neighbours,
            best,
            rarity=self._rarity.of,
            record=record,
            harm=self.learner.harm,
        )
        return tuple(candidates), row

    def _ruling(self, group: Group, row: tuple[float, ...], chance: float | None, blank: Decision) -> Ruling:
        delta = blank.delta
        if delta <= 0:
            return Ruling("miss", "delta_zero", 0.0, 1.0)
        if chance is None:
            return Ruling("learning", "cold" if self.learner.labels < NEEDED else "unproven", 0.0, 1.0)
        if chance <= UNLIKELY and raised(row) - group.harmless:
            return Ruling("guarded", "alarm", 0.0, 1.0)
        careful = self._audits.careful
        if blank.guarantee == "average":
            share = self.learner.ramp * (CAREFUL if careful else 1)
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
        entry = self.memory.entries.get(decision.candidates[0].entry)
        if entry is not None:
            entry.used = self._clock()

    def _remembered(self, change: Remembered) -> None:
        reusable = change.vector is not None and len(change.prompt) <= LONGEST
        vector = np.frombuffer(change.vector or b"", "<f4") if reusable else None
        entry = Entry(change.entry, change.scope, change.prompt, change.answer, change.created, change.expires, vector)
        if self.memory.add(entry):
            self._rarity.add(words(change.prompt))
