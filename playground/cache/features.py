"""What the chance of an error is computed from: a request beside its nearest answer group, as a few numbers."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playground.cache.closed import swapped
from playground.cache.words import Names, Words, is_number, names, negations, words

NAMES = (
    "similarity",  # cosine to the nearest prompt of the group
    "margin",  # how much nearer it is than the nearest prompt of any other group
    "vote",  # the group's share of the neighbours, near ones counting more: exp(20 (s - s1))
    "share",  # the group's share of the ten nearest prompts
    "overlap",  # shared words / all words, rare ones counting more
    "apart",  # words that only one of the two prompts has: log(1 + sum of rarity)
    "rarest",  # the rarest of them
    "same",  # 1 when the words are the same
    "foreign",  # the rarest word of the request that no prompt of the group has
    "lacking",  # the rarest word that every prompt of the group has and the request lacks
    "record",  # how much better (+) or worse (-) the group did than was predicted
    "size",  # prompts of the group among the neighbours, log
    "suspect",  # the worst record of the words apart
    # The alarms, 0 or 1. The model is sceptical of them until labels teach it otherwise.
    "numbers",  # the numbers differ
    "negation",  # one negates and the other does not
    "order",  # the words are the same in another order
    "swap",  # words of one closed set differ: Monday and Tuesday, miles and meters, on and off
    "names",  # both have names with a capital letter, and they differ
    "uncanny",  # much nearer than the shared words explain, as when a vector was forged
)
ALARMS = 6
"""So many of the last features are alarms."""
NEIGHBOURS = 12
SHARPNESS = 20.0
_ALONE = 0.1  # margin that is taken where there is no other group
_UNCANNY = 0.75


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One of the nearest stored prompts."""

    group: int
    similarity: float
    prompt: str


def ranked(neighbours: Sequence[Neighbour]) -> list[int]:
    """The groups among the neighbours, the one with the nearest prompt first."""
    return list(dict.fromkeys(neighbour.group for neighbour in neighbours))


def raised(row: Sequence[float]) -> frozenset[str]:
    """The names of the alarms that are raised in the numbers of `NAMES`."""
    return frozenset(name for name, value in zip(NAMES[-ALARMS:], row[-ALARMS:], strict=False) if value)


def features(
    prompt: str,
    neighbours: Sequence[Neighbour],
    group: int,
    *,
    rarity: Callable[[str], float],
    record: float,
    harm: Callable[[str], float],
) -> tuple[float, ...]:
    """The numbers of `NAMES` for a request and one group among its neighbours (nearest first).

    `rarity` is of a word, `record` the group's, `harm` the record of a word.
    """
    request = words(prompt)
    own = [neighbour for neighbour in neighbours if neighbour.group == group]
    stored = [words(neighbour.prompt) for neighbour in own]
    similarity = own[0].similarity
    difference = _difference(request, stored[0], rarity)
    return (
        similarity,
        *_crowd(neighbours, own),
        *difference,
        *_against_group(request, stored, rarity),
        record,
        math.log(len(own)),
        max((harm(word) for word in set(request) ^ set(stored[0])), default=0.0),
        *_alarms(request, stored[0], names(prompt), names(own[0].prompt)),
        float(similarity - difference[0] > _UNCANNY),
    )


def _crowd(neighbours: Sequence[Neighbour], own: Sequence[Neighbour]) -> tuple[float, float, float]:
    """Margin, vote and share. Where all neighbours are of one group, another is assumed at a usual distance."""
    group, nearest = own[0].group, own[0].similarity
    others = [n.similarity for n in neighbours if n.group != group] or [nearest - _ALONE]
    vote, against = (
        sum(math.exp(SHARPNESS * (s - nearest)) for s in side) for side in ([n.similarity for n in own], others)
    )
    share = sum(n.group == group for n in neighbours[:10]) / 10
    return min(nearest - others[0], 0.5), vote / (vote + against), share


def _difference(request: Words, stored: Words, rarity: Callable[[str], float]) -> tuple[float, ...]:
    mine, theirs = set(request), set(stored)
    apart = [rarity(word) for word in mine ^ theirs]
    shared = sum(rarity(word) for word in mine & theirs)
    total = shared + sum(apart)
    return (
        shared / total if total else 1.0,
        math.log1p(sum(apart)),
        max(apart, default=0.0),
        float(sorted(request) == sorted(stored)),
    )


def _alarms(request: Words, stored: Words, mine: Names, theirs: Names) -> tuple[float, ...]:
    return (
        float(_numbers(request) != _numbers(stored)),
        float((negations(request) - negations(stored)) % 2),
        float(request != stored and sorted(request) == sorted(stored)),
        float(swapped(frozenset(request), frozenset(stored))),
        float(bool(mine and theirs) and mine != theirs),
    )


def _numbers(prompt: Words) -> list[str]:
    return sorted(filter(is_number, prompt))


def _against_group(request: Words, stored: Sequence[Words], rarity: Callable[[str], float]) -> tuple[float, float]:
    sets = [set(prompt) for prompt in stored]
    mine = set(request)
    foreign = max((rarity(word) for word in mine.difference(*sets)), default=0.0)
    lacking = max((rarity(word) for word in sets[0].intersection(*sets[1:]) - mine), default=0.0)
    return foreign, lacking
