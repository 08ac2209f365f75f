"""What the chance of an error is computed from: a request beside its nearest answer group, as a few numbers."""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from playground.cache.words import Words, is_number, negations

NAMES = (
    "similarity",  # cosine to the nearest prompt of the group
    "margin",  # how much nearer it is than the nearest prompt of any other group
    "vote",  # the group's share of the neighbours, near ones counting more: exp(20 (s - s1))
    "share",  # the group's share of the ten nearest prompts
    "overlap",  # shared words / all words, rare ones counting more
    "apart",  # words that only one of the two prompts has: log(1 + sum of rarity)
    "rarest",  # the rarest of them
    "numbers",  # 1 when the numbers differ
    "negation",  # 1 when one negates and the other does not
    "same",  # 1 when the words are the same
    "order",  # 1 when the words are the same in another order
    "foreign",  # the rarest word of the request that no prompt of the group has
    "lacking",  # the rarest word that every prompt of the group has and the request lacks
    "record",  # how much better (+) or worse (-) the group did than was predicted
    "size",  # prompts of the group among the neighbours, log
    "suspect",  # the worst record of the words apart
)
NEIGHBOURS = 12
SHARPNESS = 20.0


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One of the nearest stored prompts."""

    group: int
    similarity: float
    words: Words


def ranked(neighbours: Sequence[Neighbour]) -> list[int]:
    """The groups among the neighbours, the one with the nearest prompt first."""
    return list(dict.fromkeys(neighbour.group for neighbour in neighbours))


def features(
    request: Words,
    neighbours: Sequence[Neighbour],
    group: int,
    *,
    rarity: Callable[[str], float],
    record: float,
    harm: Callable[[str], float],
) -> tuple[float, ...]:
    """The numbers of `NAMES` for a request and one group among its neighbours (nearest first)."""
    own = [neighbour for neighbour in neighbours if neighbour.group == group]
    nearest = own[0]
    return (
        nearest.similarity,
        *_crowd(neighbours, own),
        *_difference(request, nearest.words, rarity),
        *_against_group(request, own, rarity),
        record,
        math.log(len(own)),
        max((harm(word) for word in set(request) ^ set(nearest.words)), default=0.0),
    )


def _crowd(neighbours: Sequence[Neighbour], own: Sequence[Neighbour]) -> tuple[float, float, float]:
    top = neighbours[0].similarity
    votes: defaultdict[int, float] = defaultdict(float)
    for neighbour in neighbours:
        votes[neighbour.group] += math.exp(SHARPNESS * (neighbour.similarity - top))
    group = own[0].group
    other = max((n.similarity for n in neighbours if n.group != group), default=0.0)
    first = neighbours[:10]
    share = sum(n.group == group for n in first) / len(first)
    return min(own[0].similarity - other, 0.5), votes[group] / sum(votes.values()), share


def _difference(request: Words, stored: Words, rarity: Callable[[str], float]) -> tuple[float, ...]:
    mine, theirs = set(request), set(stored)
    apart = [rarity(word) for word in mine ^ theirs]
    shared = sum(rarity(word) for word in mine & theirs)
    total = shared + sum(apart)
    same = sorted(request) == sorted(stored)
    return (
        shared / total if total else 1.0,
        math.log1p(sum(apart)),
        max(apart, default=0.0),
        float(sorted(filter(is_number, request)) != sorted(filter(is_number, stored))),
        float((negations(request) - negations(stored)) % 2),
        float(same),
        float(same and request != stored),
    )


def _against_group(request: Words, own: Sequence[Neighbour], rarity: Callable[[str], float]) -> tuple[float, float]:
    sets = [set(neighbour.words) for neighbour in own]
    mine = set(request)
    foreign = max((rarity(word) for word in mine.difference(*sets)), default=0.0)
    lacking = max((rarity(word) for word in sets[0].intersection(*sets[1:]) - mine), default=0.0)
    return foreign, lacking
