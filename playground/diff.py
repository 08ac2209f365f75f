"""Two texts word by word: tokens -> aligned pairs, by the fewest edits."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

Kind = Literal["same", "changed", "removed", "added"]
_KINDS: Mapping[str, Kind] = {"equal": "same", "replace": "changed", "delete": "removed", "insert": "added"}
_SIDES = ("before", "after")


@dataclass(frozen=True, slots=True)
class Pair:
    """One place of the alignment: a token of either side, as it was given; empty where that side has none.

    `same` means equal by the key, so the two may be written differently (`Hello,` and `hello`).
    """

    kind: Kind
    before: str
    after: str


def align(before: Sequence[str], after: Sequence[str], key: Callable[[str], str] = str) -> list[Pair]:
    """The tokens of two texts side by side, in order; tokens are compared by their `key`.

    No alignment has fewer changed, removed and added tokens (Levenshtein).
    """
    from rapidfuzz.distance import Levenshtein

    numbers: dict[str, int] = {}
    first, second = ([numbers.setdefault(key(token), len(numbers)) for token in side] for side in (before, after))
    pairs: list[Pair] = []
    for step in Levenshtein.opcodes(first, second):
        kind = _KINDS[step.tag]
        left, right = before[step.src_start : step.src_end], after[step.dest_start : step.dest_end]
        blank = [""] * max(len(left), len(right))
        pairs += map(Pair, [kind] * len(blank), left or blank, right or blank)
    return pairs


def counts(pairs: Sequence[Pair]) -> Counter[Kind]:
    """How many pairs there are of each kind; a kind that there is none of counts 0."""
    return Counter(pair.kind for pair in pairs)


def joined(pairs: Sequence[Pair], space: str = " ") -> list[Pair]:
    """The same alignment with each stretch of `same` pairs as one; all others stay single."""
    found: list[Pair] = []
    for same, stretch in groupby(pairs, lambda pair: pair.kind == "same"):
        together = list(stretch)
        found += stretches(together, space) if same else together
    return found


def stretches(pairs: Sequence[Pair], space: str = " ") -> list[Pair]:
    """The same alignment with each stretch of one kind as one pair, for texts that are read rather than counted."""
    found: list[Pair] = []
    for kind, stretch in groupby(pairs, lambda pair: pair.kind):
        together = list(stretch)
        found.append(Pair(kind, *(space.join(filter(None, (getattr(p, side) for p in together))) for side in _SIDES)))
    return found
