"""Pace: when the pieces of an answer came, so that it can be shown again as it was.

A burst is `(milliseconds since the run was asked for, characters)`; what came within `NEAR` of its first piece counts
as one. A run keeps at most `MOST` of them: a longer one is remembered in coarser steps.
"""

from collections.abc import Iterable, Sequence

Burst = tuple[int, int]

NEAR = 30
"""Milliseconds that nobody can tell apart."""
MOST = 512
"""Bursts of one run, all prompts together; about 6 kB."""


class Pace:
    """The bursts of a run that is under way, one list per prompt. One thread adds."""

    def __init__(self, prompts: int) -> None:
        self._bursts: list[list[Burst]] = [[] for _ in range(prompts)]
        self._near = NEAR

    def add(self, prompt: int, ms: float, characters: int) -> None:
        """Take in a piece of text that came `ms` after the run was asked for."""
        _join(self._bursts[prompt], (round(ms), characters), self._near)
        while sum(map(len, self._bursts)) > max(MOST, len(self._bursts)):
            self._near *= 2
            self._bursts = [_coarser(bursts, self._near) for bursts in self._bursts]

    @property
    def bursts(self) -> tuple[tuple[Burst, ...], ...]:
        """What a record keeps: one tuple per prompt, nothing when no text came."""
        return tuple(map(tuple, self._bursts)) if any(self._bursts) else ()


def told(texts: Sequence[str], pace: Sequence[Sequence[Burst]], ms: float) -> tuple[str, ...]:
    """The texts as far as they had come `ms` after the run was asked for; whole once the last burst is there.

    The kept text may be a little shorter than what came (blanks at its ends are not kept).
    """
    return tuple(_told(text, bursts, ms) for text, bursts in zip(texts, pace, strict=False))


def last(pace: Iterable[Sequence[Burst]]) -> int:
    """Milliseconds from asking to the last burst."""
    return max((bursts[-1][0] for bursts in pace if bursts), default=0)


def _told(text: str, bursts: Sequence[Burst], ms: float) -> str:
    if not bursts or bursts[-1][0] <= ms:
        return text
    return text[: sum(characters for moment, characters in bursts if moment <= ms)]


def _join(bursts: list[Burst], burst: Burst, near: int) -> None:
    if bursts and burst[0] - bursts[-1][0] < near:
        bursts[-1] = (bursts[-1][0], bursts[-1][1] + burst[1])
    else:
        bursts.append(burst)


def _coarser(bursts: Iterable[Burst], near: int) -> list[Burst]:
    joined: list[Burst] = []
    for burst in bursts:
        _join(joined, burst, near)
    return joined
