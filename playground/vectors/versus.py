"""Two lists of hits side by side: what both found, what only one did, and how far the ranks lie apart."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shared:
    """One document that both found, with its rank in each list from 1 on."""

    id: str
    first: int
    second: int

    @property
    def change(self) -> int:
        """Places that it climbs in the second list; negative: it falls."""
        return self.first - self.second


@dataclass(frozen=True, slots=True)
class Versus:
    """`both` in the order of the first list, `only_first` and `only_second` in their own.

    `k` is the length of the longer list; `depths[d - 1]` the share of the first `d` that both lists have.
    """

    both: tuple[Shared, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    k: int
    depths: tuple[float, ...]

    @property
    def share(self) -> float:
        """Overlap@k: documents that both found, over the length of the longer list; 0 where nothing was found."""
        return len(self.both) / self.k if self.k else 0.0

    def chance(self, total: int) -> float:
        """The overlap that two lists drawn at random from `total` documents would have on average."""
        return min(1.0, self.k / total) if total else 0.0


def versus(first: Sequence[str], second: Sequence[str]) -> Versus:
    """Compare two lists of ids, best first, each id at most once in a list."""
    ranks = {id_: rank for rank, id_ in enumerate(second, 1)}
    k = max(len(first), len(second))
    return Versus(
        both=tuple(Shared(id_, rank, ranks[id_]) for rank, id_ in enumerate(first, 1) if id_ in ranks),
        only_first=tuple(id_ for id_ in first if id_ not in ranks),
        only_second=tuple(id_ for id_ in second if id_ not in set(first)),
        k=k,
        depths=tuple(len(set(first[:depth]) & set(second[:depth])) / depth for depth in range(1, k + 1)),
    )
