"""Near prompts with different answers, in a cache that learned on prompts of another kind with the bundled encoder."""

import random

import pytest

from playground.cache.core import Core, make
from playground.cache.decision import Decision
from tests.bench.labelled import Row, embedded, generated
from tests.bench.streams import Outcome, Student, run
from tests.near_misses import NEAR_MISSES, PARAPHRASES

pytestmark = pytest.mark.slow

DELTA = 0.02


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Core:
    """A core that saw 1,000 generated prompts."""
    rows = embedded(generated(1000), tmp_path_factory.mktemp("vectors"))
    learned = make(384, delta=DELTA, seed=0)
    outcome = Outcome()
    run(rows, Student(learned, outcome).ask, outcome)
    assert outcome.hits > 20
    return learned


def second(core: Core, pairs: list[tuple[str, str]], folder) -> list[Decision]:
    """What the second prompt of each pair would get, once the first was answered."""
    rows = embedded([Row(text, number) for number, pair in enumerate(pairs) for text in pair], folder)
    found = []
    for number, (stored, asked) in enumerate(zip(rows[::2], rows[1::2], strict=True)):
        scope = f"{number} {random.random()}"
        decision = core.peek(stored.vector, stored.text, scope=scope)
        entry, _ = core.remember(stored.vector, stored.text, "stored", scope=scope)
        core.observe(decision, entry, None)
        found.append(core.peek(asked.vector, asked.text, scope=scope))
    return found


def test_near_misses_are_hardly_ever_served(core: Core, tmp_path):
    pairs = [pair for kind in NEAR_MISSES.values() for pair in kind]
    decisions = second(core, pairs, tmp_path)
    served = [pair for pair, decision in zip(pairs, decisions, strict=True) if decision.serve]
    assert len(served) <= 1, served
    assert sum(decision.similarity > 0.85 for d in decisions for decision in d.candidates) > 10, "they are near"


def test_paraphrases_look_better_than_near_misses(core: Core, tmp_path):
    misses = [decision.chance for decision in second(core, [p for k in NEAR_MISSES.values() for p in k], tmp_path)]
    same = [decision.chance for decision in second(core, list(PARAPHRASES), tmp_path)]
    assert sorted(same)[len(same) // 2] < sorted(misses)[len(misses) // 10]
