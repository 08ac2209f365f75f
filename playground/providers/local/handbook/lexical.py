"""BM25 over short documents, scaled to 0..1: how many of a question's words, weighted by rarity, a document has."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from difflib import get_close_matches

_K1, _B = 1.2, 0.6
_WORD = re.compile(r"[^\W_]+(?:_[^\W_]+)*")
_COMMON = frozenset(
    """a an the and or of to in on at for with from by is are was were be been am do does did done can could should
    would will shall may might must i me my we our us you your it its this that these those there here what which who
    whom whose when where why how not no if then than as so just some any all into over up out about have has had get
    got let make made""".split()  # noqa: SIM905 - a list of 99 literals reads worse
)
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "er", "es", "ed", "s", "e")
_TYPOS = 8  # unknown words of a question that are looked up among the known ones; each costs milliseconds


def words(text: str) -> list[str]:
    """The telling words of a text in small letters, without common endings; `max_tokens` stays one word."""
    return [_stem(word) for word in _WORD.findall(text.lower()) if word not in _COMMON]


class Bm25:
    """Okapi BM25 (Robertson et al., 1994) over a fixed set of documents."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self._counts = [Counter(document) for document in documents]
        lengths = [len(document) for document in documents]
        mean = sum(lengths) / len(lengths)
        self._damping = [_K1 * (1 - _B + _B * length / mean) for length in lengths]
        appears = Counter(word for count in self._counts for word in count)
        self._rarity = {word: self._idf(number) for word, number in appears.items()}

    def scores(self, question: str) -> list[float]:
        """One score per document, 0 to 1; words that no document has count as missing."""
        asked = {self._known(word, place) for place, word in enumerate(words(question))}
        most = sum(self._rarity.get(word, self._idf(0)) for word in asked) * (_K1 + 1)
        known = [word for word in asked if word in self._rarity]
        return [
            sum(
                self._rarity[word] * count[word] * (_K1 + 1) / (count[word] + damping)
                for word in known
                if word in count
            )
            / (most or 1.0)
            for count, damping in zip(self._counts, self._damping, strict=True)
        ]

    def knows(self, word: str) -> bool:
        """Whether any document has this word, as `words` gives it."""
        return word in self._rarity

    def _idf(self, appears: int) -> float:
        total = len(self._counts)
        return math.log(1 + (total - appears + 0.5) / (appears + 0.5))

    def _known(self, word: str, place: int) -> str:
        """The word, or the known one it is probably meant to be."""
        if word in self._rarity or len(word) < 5 or place >= _TYPOS:
            return word
        return next(iter(get_close_matches(word, self._rarity, 1, 0.8)), word)


def _stem(word: str) -> str:
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
