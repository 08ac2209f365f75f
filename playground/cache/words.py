"""Prompts as words, and how two prompts differ in them: what an embedding blurs and an answer hangs on."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence

Words = tuple[str, ...]
Names = frozenset[str]

_WORD = re.compile(
    r"\d+(?:[.,:/]\d+)*"  # 280, 3.5, 10:30, 24/12
    r"|[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]"  # scripts without spaces: each sign is a word
    r"|[^\W\d_]+(?:['’][^\W\d_]+)?"  # word, don't
    r"|[%$€£¥°+=<>#@&]|-(?=\d)"  # signs that carry meaning, and a minus before a number
)
_NEGATION = re.compile(r"^(?:not?|never|none|nothing|nobody|neither|nor|without|cannot|except|unless|.*n['’]t)$")
_NAME = re.compile(r"(?<=[^\s.!?:])\s+[\"'(]?([^\W\d_a-z][^\W\d_]*)")
_LARGEST = 50_000


def words(text: str) -> Words:
    """The words of a text in lower case, in order; numbers and signs with a meaning are words too."""
    return tuple(_WORD.findall(text.lower()))


def names(text: str) -> Names:
    """Words with a capital letter that do not begin the text or a sentence, in lower case."""
    return frozenset(found.lower() for found in _NAME.findall(text) if found != "I")


def is_number(word: str) -> bool:
    """Whether a word has a digit."""
    return word[0].isdigit()


def negations(prompt: Iterable[str]) -> int:
    """How many words negate (English)."""
    return sum(_NEGATION.match(word) is not None for word in prompt)


class Rarity:
    """How rare a word is among the prompts seen so far, 0 (in all of them) to 1 (never seen).

    idf(w) = log((n + 1) / (n_w + 1)) / log(n + 1), n prompts, n_w of them with w: it does not drift as n grows. Above
    50,000 different words those seen once are dropped, and read as never seen.
    """

    def __init__(self) -> None:
        self._prompts = 0
        self._counts: Counter[str] = Counter()

    def add(self, prompt: Sequence[str]) -> None:
        """Count the words of one more prompt."""
        self._prompts += 1
        self._counts.update(set(prompt))
        if len(self._counts) > _LARGEST:
            self._counts = Counter({word: count for word, count in self._counts.items() if count > 1})

    def of(self, word: str) -> float:
        """The idf of a word."""
        count = self._counts.get(word)
        if not count:
            return 1.0
        n = max(self._prompts, 10)
        return 1 - math.log(min(count, n) + 1) / math.log(n + 1)
