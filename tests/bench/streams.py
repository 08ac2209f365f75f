"""Streams of labelled requests through a cache, and what comes out: errors, hits, what they cost."""

import random
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from playground.cache.core import Core, Judge, make
from playground.cache.decision import Decision, Guarantee
from tests.bench.labelled import Request
from tests.bench.published import Published

SETTLED = 500
"""Requests after which the running error is watched."""


@dataclass(slots=True)
class Outcome:
    """Counts of one stream. `worst` is the highest running error from request 500 on; CPU in seconds."""

    requests: int = 0
    hits: int = 0
    wrong: int = 0
    exact: int = 0
    judged: int = 0
    asked: float = 0.0
    learned: float = 0.0
    worst: float = 0.0
    early: list[int] = field(default_factory=list)

    @property
    def error(self) -> float:
        """Wrong answers / requests."""
        return self.wrong / self.requests

    @property
    def rate(self) -> float:
        """Answers from the cache / requests."""
        return self.hits / self.requests

    def count(self, served: int | None, truth: int) -> None:
        """One more request, served with the answer of a class, or not."""
        self.requests += 1
        self.hits += served is not None
        self.wrong += served is not None and served != truth
        if self.requests >= SETTLED:
            self.worst = max(self.worst, self.error)
        if self.requests in {500, 1000}:
            self.early.append(self.hits)


class Student:
    """The core with a judge that errs in a share of its verdicts, and verdicts that come some requests late."""

    def __init__(self, core: Core, outcome: Outcome, errs: float = 0.0, late: int = 0, seed: int = 0) -> None:
        self._core, self._outcome = core, outcome
        self._errs, self._late = errs, late
        self._die = random.Random(seed)
        self._waiting: deque[tuple[Decision, int, Judge]] = deque()

    def ask(self, request: Request) -> int | None:
        """The class of the answer that is served, None when the model is asked (and learned from)."""
        before = time.thread_time()
        decision = self._core.lookup(request.vector, request.text)
        between = time.thread_time()
        self._outcome.asked += between - before
        if decision.serve:
            self._outcome.exact += decision.status == "exact"
            return decision.candidates[0].answer
        entry, _ = self._core.remember(request.vector, request.text, request.cls)
        self._waiting.append((decision, entry, self._judge(request.cls)))
        if len(self._waiting) > self._late:
            self._core.observe(*self._waiting.popleft())
        self._outcome.learned += time.thread_time() - between
        return None

    def _judge(self, truth: int) -> Judge:
        def judge(stored) -> bool:
            self._outcome.judged += 1
            return (stored.answer == truth) != (self._die.random() < self._errs)

        return judge


def through(
    requests: Sequence[Request],
    delta: float,
    seed: int,
    guarantee: Guarantee = "average",
    errs: float = 0.0,
    late: int = 0,
) -> tuple[Outcome, Core]:
    """The stream through the core, from cold."""
    core, outcome = make(384, delta=delta, seed=seed, guarantee=guarantee), Outcome()
    student = Student(core, outcome, errs, late, seed)
    run(requests, student.ask, outcome)
    return outcome, core


def published(requests: Sequence[Request], delta: float, seed: int) -> Outcome:
    """The stream through the published algorithm, from cold."""
    outcome = Outcome()
    cache = Published(delta, seed, len(requests))
    run(requests, cache.ask, outcome)
    outcome.judged = cache.judged
    return outcome


def run(requests: Sequence[Request], ask: Callable[[Request], int | None], outcome: Outcome) -> None:
    """Ask one by one."""
    for request in requests:
        outcome.count(ask(request), request.cls)


def shuffled(rows: Sequence[Request], seed: int, count: int) -> list[Request]:
    """The first `count` rows in a random order."""
    return random.Random(seed).sample(rows, min(count, len(rows)))


def shifted(rows: Sequence[Request], seed: int, count: int) -> list[Request]:
    """An abrupt change of topic: no class of the first half comes in the second."""
    die = random.Random(seed)
    classes = sorted({row.cls for row in rows})
    early = set(die.sample(classes, len(classes) // 2))
    halves = [row for row in rows if row.cls in early], [row for row in rows if row.cls not in early]
    return [row for half in halves for row in die.sample(half, min(count // 2, len(half)))]


def heavy(rows: Sequence[Request], seed: int, count: int, power: float = 1.1) -> list[Request]:
    """Heavy-tailed repeats: the row of rank r comes with probability in proportion to r ** -power."""
    die = random.Random(seed)
    ranked = die.sample(rows, len(rows))
    weights = [(rank + 1) ** -power for rank in range(len(ranked))]
    return die.choices(ranked, weights, k=count)


def colliding(rows: Sequence[Request], seed: int, count: int, every: int = 10) -> list[Request]:
    """From request 1,000 on, each tenth is an attack: the vector of an earlier request under another's words."""
    requests = shuffled(rows, seed, count)
    die = random.Random(seed)
    for place in range(min(1000, count // 2), len(requests), every):
        victim, words = requests[die.randrange(place)], die.choice(rows)
        requests[place] = Request(f"{words.text} {place}", -place, victim.vector)
    return requests
