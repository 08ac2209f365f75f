"""Near prompts with different answers, in caches that learned on prompts of another kind with the bundled encoder."""

from collections.abc import Sequence

import numpy as np
import pytest

from playground.cache.core import Core, make
from playground.cache.decision import Decision
from tests.bench.labelled import Request, Row, embedded, generated
from tests.bench.streams import Outcome, Student, run, through
from tests.near_misses import NEAR_MISSES, PARAPHRASES

DELTA = 0.02
MISSES = [pair for kind in NEAR_MISSES.values() for pair in kind]
ASIDES = ("on Monday", "on Friday", "not now", "never", "for 3", "for 12", "in Rome", "in Oslo", "in May", "up", "down")


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> list[Request]:
    """The near misses and then the paraphrases, each stored prompt before the one that is asked."""
    rows = [Row(text, number) for number, pair in enumerate([*MISSES, *PARAPHRASES]) for text in pair]
    return embedded(rows, tmp_path_factory.mktemp("pairs"))


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Core:
    """A core that saw 1,000 generated prompts."""
    rows = embedded(generated(1000), tmp_path_factory.mktemp("vectors"))
    core = make(384, delta=DELTA, seed=0)
    outcome = Outcome()
    run(rows, Student(core, outcome).ask, outcome)
    assert outcome.hits > 20
    return core


def harmless(count: int) -> list[Request]:
    """Prompts of 20 classes in made-up words; days, numbers, names and negations come and go and never matter."""
    die = np.random.default_rng(0)
    vocabulary = [one + two for one in "bcdfghjklmnpqrstvwxz" for two in ("abe", "oru", "ini", "uta", "elo", "ari")]
    topics = np.repeat(die.normal(size=(10, 384)), 2, axis=0)
    centres = topics + 0.7 * die.normal(size=topics.shape)
    shared = [die.choice(vocabulary, 6, replace=False) for _ in range(10)]
    own = [die.choice(vocabulary, 2) for _ in centres]
    made = []
    for _ in range(count):
        cls = int(die.integers(len(centres)))
        vector = centres[cls] + die.normal(size=384)
        said = [word for word in [*shared[cls // 2], *own[cls]] if die.random() > 0.35]
        text = " ".join([*said, die.choice(vocabulary), *die.choice(ASIDES, 2)])
        made.append(Request(text, cls, (vector / np.linalg.norm(vector)).astype(np.float32)))
    return made


def second(core: Core, pairs: Sequence[Request]) -> list[Decision]:
    """What the second prompt of each pair would get, once the first was answered; each pair in a scope of its own."""
    found = []
    for stored, asked in zip(pairs[::2], pairs[1::2], strict=True):
        decision = core.peek(stored.vector, stored.text, scope=stored.text)
        entry, _ = core.remember(stored.vector, stored.text, "stored", scope=stored.text)
        core.observe(decision, entry, None)
        found.append(core.peek(asked.vector, asked.text, scope=stored.text))
    return found


@pytest.fixture(scope="module")
def careless() -> Core:
    """A core whose model has learned that alarms are harmless."""
    return through(harmless(700), DELTA, 0)[1]


def test_where_such_differences_never_mattered_they_are_still_not_served(careless: Core, pairs: list[Request]):
    misses, same = (second(careless, each) for each in (pairs[: 2 * len(MISSES)], pairs[2 * len(MISSES) :]))
    assert sum((decision.chance or 0) < DELTA for decision in misses) > 20, "it would serve them"
    assert sum(decision.serve for decision in misses) <= 1
    assert sum(decision.serve for decision in same) >= 4


def test_an_alarm_is_harmless_in_a_group_while_that_was_right_in_spite_of_it(careless: Core):
    prompts = harmless(1)
    vector, reasons = prompts[0].vector, []
    for number, right in ((1, True), (2, True), (3, False), (4, True)):
        prompt = f"rice for {number} people"
        decision = careless.peek(vector, prompt, scope="rice")
        reasons.append(decision.reason)
        entry, _ = careless.remember(vector, prompt, number, scope="rice")
        careless.observe(decision, entry, lambda stored, right=right: right)
        if not right:
            careless.forget([entry])
    assert reasons == ["empty", "alarm", "below_allowed", "alarm"]


@pytest.mark.slow
def test_near_misses_are_hardly_ever_served(learned: Core, pairs: list[Request]):
    decisions = second(learned, pairs[: 2 * len(MISSES)])
    served = [pair for pair, decision in zip(MISSES, decisions, strict=True) if decision.serve]
    assert len(served) <= 1, served
    assert sum(decision.similarity > 0.85 for d in decisions for decision in d.candidates) > 10, "they are near"


@pytest.mark.slow
def test_paraphrases_look_better_than_near_misses(learned: Core, pairs: list[Request]):
    misses = [decision.chance for decision in second(learned, pairs[: 2 * len(MISSES)])]
    same = [decision.chance for decision in second(learned, pairs[2 * len(MISSES) :])]
    assert sorted(same)[len(same) // 2] < sorted(misses)[len(misses) // 10]
