"""Word and character error rates of a transcript against what was really said, by `jiwer`.

WER = (S + D + I) / N: words substituted, deleted and inserted, over the words of the reference. It is no percentage of
anything: a transcript that says more than was said goes over 1. CER is the same over characters.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from playground.diff import Pair, align
from playground.errors import BadRequestError

_HYPHENS = r"\-‐‑‒–—―…/"
_WORD = re.compile(rf"[^\s{_HYPHENS}]+[{_HYPHENS}]*")
_SPOKEN = frozenset("%&@#")
"""Punctuation by Unicode that is read out as a word."""
_APOSTROPHES = str.maketrans(dict.fromkeys("’ʼ＇", "'"))
# Thai, Lao, Burmese, Khmer, kana, Han: scripts that put no space between words.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
NO_WORDS = (
    "This language puts no spaces between words, so there is no word error rate: where a word ends would be a matter "
    "of taste. The character error rate leaves spaces out."
)


@dataclass(frozen=True, slots=True)
class Normalisation:
    """What is made alike before two texts are compared: its `steps` in words, and the steps themselves.

    `split` gives the tokens of a text as they were written, `word` what a token is compared as.
    """

    name: str
    steps: tuple[str, ...]
    split: Callable[[str], list[str]]
    word: Callable[[str], str]


def _canonical(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _lower(text: str) -> str:
    return _canonical(_canonical(text).casefold())


def _bare(token: str) -> str:
    """In lower case, without punctuation but for what is spoken or stands inside a word or a number."""
    text = _lower(token.translate(_APOSTROPHES))
    return "".join(mark for place, mark in enumerate(text) if _stays(text, place))


def _stays(text: str, place: int) -> bool:
    mark = text[place]
    if not unicodedata.category(mark).startswith("P") or mark in _SPOKEN:
        return True
    around = text[place - 1 : place] + text[place + 1 : place + 2]
    return len(around) == 2 and ((mark == "'" and around.isalnum()) or (mark in ".,:" and around.isdecimal()))


_NUMBERS = "numbers stay as they are written: `9` and `nine` differ"
_CANONICAL = "each character in one Unicode form (NFC)"
_SPACES = "any white space is one space"

NORMALISATIONS = (
    Normalisation(
        "Words only",
        (
            "lower case",
            "no punctuation, save inside words and numbers (`don't`, `3.5`) and what is read out (`%`, `&`, `@`, `#`)",
            "a hyphen, dash or slash is a space",
            _NUMBERS,
            _CANONICAL,
            _SPACES,
        ),
        _WORD.findall,
        _bare,
    ),
    Normalisation("Lower case", ("lower case", _NUMBERS, _CANONICAL, _SPACES), str.split, _lower),
    Normalisation("As written", (_CANONICAL, _SPACES), str.split, _canonical),
)


@dataclass(frozen=True, slots=True)
class Errors:
    """What it takes to make a transcript of `length` units (N) out of the reference."""

    substitutions: int
    deletions: int
    insertions: int
    length: int

    @property
    def rate(self) -> float:
        """(S + D + I) / N."""
        return (self.substitutions + self.deletions + self.insertions) / self.length


@dataclass(frozen=True, slots=True)
class Score:
    """`words` is None where a language has no spaces between them. Characters are code points, spaces among them."""

    words: Errors | None
    characters: Errors


def unspaced(text: str) -> bool:
    """Whether most letters of a text belong to scripts without spaces between words."""
    return len(_UNSPACED.findall(text)) * 2 > sum(map(str.isalpha, text))


@lru_cache(maxsize=64)
def measure(reference: str, transcript: str, how: Normalisation) -> Score:
    """The error rates of a transcript. Raises BadRequestError for a reference without a word."""
    import jiwer

    said, heard = _words(reference, how), _words(transcript, how)
    if not said:
        raise BadRequestError(
            "the reference holds no word, so there is nothing to measure against; write down what was said"
        )
    space = "" if unspaced(reference) else " "
    texts = space.join(said), space.join(heard)
    letters = jiwer.Compose([jiwer.ReduceToListOfListOfChars()])
    characters = _errors(jiwer.process_characters(*texts, letters, letters))
    if not space:
        return Score(None, characters)
    words = jiwer.Compose([jiwer.ReduceToListOfListOfWords()])
    return Score(_errors(jiwer.process_words(*texts, words, words)), characters)


@lru_cache(maxsize=64)
def aligned(first: str, second: str, how: Normalisation) -> tuple[Pair, ...]:
    """Two texts side by side: the words as they were written, or the characters where `first` is `unspaced`."""
    if unspaced(first):
        return tuple(align("".join(_words(first, how)), "".join(_words(second, how))))
    return tuple(align(_tokens(first, how), _tokens(second, how), how.word))


def _tokens(text: str, how: Normalisation) -> list[str]:
    return [token for token in how.split(text) if how.word(token)]


def _words(text: str, how: Normalisation) -> list[str]:
    return [how.word(token) for token in _tokens(text, how)]


def _errors(found: Any) -> Errors:
    length = found.hits + found.substitutions + found.deletions
    return Errors(found.substitutions, found.deletions, found.insertions, length)
