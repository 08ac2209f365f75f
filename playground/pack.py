"""The panes of a lane while they are at work: for whom the next round waits, and who is late.

A round waits for everybody, so that what is compared ran side by side, but not for ever: a provider that hangs would
hold up all others until the timeout, round by round. Whoever still answers `PATIENCE` seconds after the last of the
others is late, unless an answer of its own has taken nearly as long before: a model that is slow and steady is waited
for. A late pane is left alone with its answer, whose time is measured to the end like any other; it joins the first
round after that, and what it missed is asked when the others are through.
"""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from playground.comparison import Cell

if TYPE_CHECKING:
    from playground.run import Run

PATIENCE = 20.0
"""Seconds that the others wait for one that takes longer than it ever did."""
_STEADY = 2
"""How many times its slowest answer so far a pane is waited for in any case."""
_LOOK = 0.1
"""Seconds after which an end of another run than the one that is waited for is seen."""


class Pack:
    """Who runs, who has ended, who is late. One thread waits; any thread may ask who is `late`."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.late: frozenset[str] = frozenset()
        self._patience = patience
        self._panes: set[str] = set()
        self._going: dict[str, Run] = {}
        self._began: dict[str, float] = {}
        self._slowest: dict[str, float] = {}
        self._moved = time.monotonic()

    def join(self, begun: Mapping[Cell, "Run"]) -> None:
        """More of them are at work; who was late is not any more."""
        now = time.monotonic()
        for cell, run in begun.items():
            self._panes.add(cell.pane)
            self._going[cell.pane], self._began[cell.pane] = run, now
        self._moved = now

    def wait(self) -> frozenset[str]:
        """Wait until all have ended but the late ones, who are returned."""
        while due := self._going.keys() - self.late:
            self._look(min(due))
            self.late = frozenset(self._going.keys() & self.late | {pane for pane in due if self._is_late(pane)})
        return self.late

    def wait_for_one(self) -> None:
        """Wait until one of the late has ended."""
        before = self.late
        while self.late == before:
            self._look(min(self.late))
            self.late = before & self._going.keys()

    def _look(self, pane: str) -> None:
        """Wait a little for one, and note who has ended."""
        self._going[pane].wait(_LOOK)
        ended = [each for each, run in self._going.items() if run.ended]
        for each in ended:
            self._moved = time.monotonic()
            took = self._moved - self._began[each]
            if self._going.pop(each).state == "done":
                self._slowest[each] = max(took, self._slowest.get(each, 0.0))

    def _is_late(self, pane: str) -> bool:
        if pane not in self._going or self._going.keys() == self._panes:  # ended, or nobody is there to be held up
            return False
        steady = self._began[pane] + _STEADY * self._slowest.get(pane, 0.0)
        return time.monotonic() > max(self._moved + self._patience, steady)
