"""Finds the passages that answer a question, and knows when there are none.

A passage scores by meaning (cosine of the question to its text and to the questions it answers) and by words (BM25).
Whether the handbook has an answer is told by comparison: `elsewhere.txt` holds everyday questions that it does not
answer, and a question must be closer to a passage than to any of those. Weights and margins were tuned on the rows
marked `tuned` in `tests/golden/handbook.jsonl`; a test measures those and the others.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from playground.providers.local.encoder import BUNDLED, load
from playground.providers.local.handbook import vectors
from playground.providers.local.handbook.lexical import Bm25, words
from playground.providers.local.handbook.passages import Passage, passages

SURE, PERHAPS = 0.07, 0.0
"""How much closer than everyday questions the best passage must be: to be quoted, to be quoted with a doubt."""
QUOTED = 3
"""Most passages of an answer."""
NEAR = 0.85
"""A further passage is quoted when it has at least this share of the best one's score."""
_TEXT, _ASKS, _WORDS = 0.3, 0.7, 0.3

Verdict = Literal["sure", "perhaps", "nothing"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage and how well it fits; about 0.5 and more is good."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: best hit first, and whether it answers the question."""

    hits: tuple[Hit, ...]
    verdict: Verdict


class Index:
    """The passages, ready to be searched."""

    def __init__(self) -> None:
        self._texts, self._asks, self._elsewhere = vectors.vectors()
        owners = [place for place, _ in vectors.asks()]
        self._first_ask = [owners.index(place) for place in range(len(passages()))]
        self._lexicon = Bm25([words(_searched(passage)) for passage in passages()])

    def search(self, question: str) -> Finding:
        """The passages closest to a question."""
        import numpy as np

        vector = np.array(load(BUNDLED).embed(question).values, np.float32)
        meaning = _TEXT * (self._texts @ vector) + _ASKS * np.maximum.reduceat(self._asks @ vector, self._first_ask)
        scores = meaning + _WORDS * np.array(self._lexicon.scores(question))
        hits = [Hit(passages()[place], float(scores[place])) for place in scores.argsort()[::-1][:QUOTED]]
        lead = hits[0].score - float((self._elsewhere @ vector).max())
        verdict: Verdict = "sure" if lead >= SURE else "perhaps" if lead >= PERHAPS else "nothing"
        return Finding(tuple(hit for hit in hits if hit.score >= NEAR * hits[0].score), verdict)

    def speaks_of(self, question: str) -> bool:
        """Whether every telling word of a question occurs in the handbook."""
        return all(map(self._lexicon.knows, words(question)))


@cache
def index() -> Index:
    """The process-wide index, built on first use."""
    return Index()


def _searched(passage: Passage) -> str:
    return " ".join([*[passage.title] * 3, passage.page, passage.text, *passage.asks])
