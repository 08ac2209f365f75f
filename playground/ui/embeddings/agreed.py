"""What every two models share of their nearest neighbours, computed once, and as a sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import streamlit as st

from playground.scorecard.overlap import Overlap, needed, shared
from playground.ui.embeddings.embedded import FARTHEST, Embedded

KS = (1, 3, 5, 10, 20, FARTHEST)
QUICK = 5000
"""More items than this are not compared unasked."""
Founds = Mapping[str, Embedded]
"""The models' vectors of the same items, by the models' letters."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """Two models by their letters, and what they share."""

    first: str
    second: str
    found: Overlap

    @property
    def name(self) -> str:
        """`A and B`."""
        return f"{self.first} and {self.second}"


def offered_ks(total: int) -> list[int]:
    """The numbers of neighbours that so many items can be compared by."""
    return [k for k in KS if k <= total - 2]


def agreements(founds: Founds, k: int) -> list[Agreed]:
    """Of every two models, by `k` neighbours. Raises BadRequestError for what cannot be compared."""
    return [Agreed(one, other, _overlap(founds[one], founds[other], k)) for one, other in combinations(founds, 2)]


def said(agreed: Agreed) -> str:
    """The sentence, in Markdown."""
    found, share = agreed.found, agreed.found.share
    whose = "nearest neighbour" if found.k == 1 else f"{found.k} nearest neighbours"
    interval = "" if share.low is None or share.high is None else f" (95 % {share.low:.0%} to {share.high:.0%})"
    return (
        f"**{agreed.name} share {share.value:.0%} of their {whose}**{interval}; chance would give "
        f"{found.chance:.0%}. {_meaning(found)}"
    )


@st.cache_resource(max_entries=48, show_spinner=False, hash_funcs={Embedded: lambda found: found.run.id})
def _overlap(first: Embedded, second: Embedded, k: int) -> Overlap:
    return shared(first.near.indices, second.near.indices, k)


def _meaning(found: Overlap) -> str:
    low, high = found.share.low, found.share.high
    if low is None or high is None:
        return f"What other items like these would share cannot be told from so few: that takes {needed(found.k):,}."
    if low <= found.chance <= high:
        return "That is no more than chance can do."
    if found.share.value >= 0.75:
        return "They see these items much alike."
    return "They agree far more than chance, and differ in much." if low > 2 * found.chance else "They agree a little."
