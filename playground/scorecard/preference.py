"""Whose answers people prefer: the share of votes that a pane won, and one sentence for every two panes."""

import math
from collections.abc import Mapping, Sequence
from itertools import combinations

from playground.comparison import Set
from playground.scorecard.ballot import named
from playground.scorecard.estimate import LEVEL, Estimate, certain_share
from playground.scorecard.votes import Vote
from playground.store.votes import Ballot

FARTHEST = 500
"""More votes than this are not promised to settle anything."""


def concerning(asked: Set, ballots: Sequence[Ballot]) -> list[Ballot]:
    """The votes between two panes of this set: those of every set between the same two models. Panes that have one
    model are told apart by their letter only, so of them the votes of this very set.
    """
    names = named(asked)
    models = {f"{pane.provider}/{pane.model}" for pane in asked.panes}
    here = {*names.values()}
    return [
        each
        for each in ballots
        if {each.left_model, each.right_model} <= here
        and (each.part_of == asked.id or {each.left_model, each.right_model} <= models)
    ]


def won(votes: Sequence[Vote], names: Mapping[str, str]) -> dict[str, Estimate]:
    """Letter to the share of its votes that a pane won, a tie or "both bad" as half a win; letters without a vote are
    left out. `names` says what the letters are called among the votes.
    """
    worths = {letter: [vote.worth(name) for vote in votes if name in _two(vote)] for letter, name in names.items()}
    return {letter: certain_share(sum(found), len(found)) for letter, found in worths.items() if found}


def sentences(votes: Sequence[Vote], names: Mapping[str, str]) -> list[str]:
    """What can be said of every two panes between which somebody has voted; a claim is wrong at most as often as its
    interval misses.
    """
    found = []
    for first, second in combinations(names, 2):
        both = {names[first], names[second]}
        worths = [vote.worth(names[first]) for vote in votes if _two(vote) == both]
        if worths:
            found.append(_sentence(first, second, certain_share(sum(worths), len(worths))))
    return found


def _sentence(first: str, second: str, share: Estimate) -> str:
    low, high = share.low or 0.0, share.high or 0.0
    if low > 0.5:
        return f"{first} is preferred to {second} ({_told(share)})."
    if high < 0.5:
        return f"{second} is preferred to {first} ({_told(Estimate(1 - share.value, 1 - high, 1 - low, share.n))})."
    question = f"whether {first} or {second} is preferred ({_told(share)})"
    more = _more(share.value - 0.5, share.value - low if share.value > 0.5 else high - share.value, share.n)
    if more is None:
        return f"Cannot tell {question}: they are too alike."
    return f"Cannot tell yet {question}: about {more} more vote{'' if more == 1 else 's'} would."


def _more(away: float, reach: float, n: int) -> int | None:
    """About how many more would part the interval from a half; it shrinks with the square root of their number."""
    if away == 0:
        return None
    more = math.ceil(n * ((reach / away) ** 2 - 1))
    return max(1, more) if more <= FARTHEST else None


def _told(share: Estimate) -> str:
    votes = f"{share.n:,} vote{'s' * (share.n != 1)}"
    return f"{share.value:.0%} of {votes}, {LEVEL:.0%} {share.low:.0%} to {share.high:.0%}"


def _two(vote: Vote) -> set[str]:
    return {vote.left, vote.right}
