"""A small world of synthetic meanings, streamed through a core: what tests of the core share."""

import numpy as np

from playground.cache.core import Core
from playground.cache.decision import Decision
from playground.cache.journal import Change

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


def probes(count: int = 60) -> list[tuple[np.ndarray, str, int]]:
    """Prompts of the first world that come after those of a stream of 700."""
    world = World(1)
    return [world.prompt() for _ in range(760)][-count:]


def served(core: Core) -> tuple[np.ndarray, str, Decision]:
    """A prompt that a core would serve."""
    for vector, prompt, _ in probes():
        decision = core.peek(vector, prompt)
        if decision.status == "hit":
            return vector, prompt, decision
    raise AssertionError("nothing would be served")
