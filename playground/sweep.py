"""Sets on their way: runs started pane by pane, panes side by side, until all are done or somebody stops them."""

import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING

from playground.archive import DOTS, without
from playground.cache.visit import Wish
from playground.comparison import Cell, Set, request, restored
from playground.contract import RawInferenceRequest
from playground.errors import PlaygroundError

if TYPE_CHECKING:
    from playground.runs import Run, Runs

Parts = Sequence[Mapping[str, str]]
"""The files of a set as parts of a message: `{"type", "base64" | "url"}`."""


class Sweep:
    """The cells of one set that wait for their turn, a lane for each pane."""

    def __init__(self, runs: "Runs", asked: Set, cells: Sequence[Cell], parts: Parts, wish: Wish) -> None:
        self._runs = runs
        self._asked = asked
        self._parts = parts
        self._wish: Wish = wish
        self._lock = threading.Lock()
        self._lanes = {pane.letter: deque(cell for cell in cells if cell.pane == pane.letter) for pane in asked.panes}
        self._going = 0

    @property
    def ended(self) -> bool:
        """Whether nobody is left who could start anything."""
        return not self._going

    @property
    def waiting(self) -> int:
        """Cells that have not been started."""
        with self._lock:
            return sum(map(len, self._lanes.values()))

    def begin(self, abreast: int) -> dict[Cell, "Run"]:
        """Start the first of each lane; raises BadRequestError for a cell that asks nothing that can be asked."""
        heads = [cell for lane in self._lanes.values() for cell in islice(lane, abreast)]
        asked = {cell: request(self._asked, cell, self._parts) for cell in heads}
        for cell in heads:
            self._lanes[cell.pane].popleft()
        self._going = len(heads)
        return {cell: self._start(asked[cell]) for cell in heads}

    def go_on(self, cell: Cell, run: "Run") -> None:
        """Start the rest of a lane one after the other, each when the one before has ended; a thread's whole job."""
        following: Run | None = run
        while following is not None:
            following.wait()
            following = self._next(self._lanes[cell.pane])
        with self._lock:
            self._going -= 1

    def _next(self, lane: deque[Cell]) -> "Run | None":
        """The next run of a lane, kept in the set before anybody can stop it; None at the end."""
        with self._lock:
            while lane:
                cell = lane.popleft()
                try:
                    run = self._start(request(self._asked, cell, self._parts))
                except PlaygroundError:  # who starts a set looks at every cell before
                    continue
                self._runs.history.sets.add(self._asked.id, {cell: run.id})
                return run
        return None

    def stop(self) -> None:
        """Start nothing more."""
        with self._lock:
            for lane in self._lanes.values():
                lane.clear()

    def _start(self, asked: RawInferenceRequest) -> "Run":
        return self._runs.start(asked, namespace=self._asked.namespace, door="page", cache=self._wish)


class Sweeps:
    """The sets of this process that are on their way, found by id."""

    def __init__(self, runs: "Runs") -> None:
        self._runs = runs
        self._live: dict[str, Sweep] = {}

    def start(self, asked: Set, cells: Sequence[Cell], parts: Parts, *, abreast: int = 1, wish: Wish = "") -> None:
        """Keep a new set and start its cells, `abreast` at a time for each pane. When this returns the first ones run.

        Raises BadRequestError when one of those cannot be asked, and then nothing has been started.
        """
        sweep = Sweep(self._runs, asked, cells, parts, wish)
        begun = sweep.begin(abreast)
        hidden = dict.fromkeys(self._runs.settings.secret_values, DOTS)
        self._runs.history.sets.keep(
            restored(without(asdict(asked), hidden)), {cell: run.id for cell, run in begun.items()}
        )
        self._follow(asked.id, sweep, begun)

    def go_on(self, asked: Set, cells: Sequence[Cell], parts: Parts, *, abreast: int = 1, wish: Wish = "") -> None:
        """Start more cells of a set that is kept; a cell that has a run gets a new one."""
        sweep = Sweep(self._runs, asked, cells, parts, wish)
        begun = sweep.begin(abreast)
        self._runs.history.sets.add(asked.id, {cell: run.id for cell, run in begun.items()})
        self._follow(asked.id, sweep, begun)

    def waiting(self, id: str) -> int:  # noqa: A002 - the field's name
        """Cells of a set that have not been started."""
        sweep = self._live.get(id)
        return sweep.waiting if sweep else 0

    def stop(self, id: str, namespace: str) -> None:  # noqa: A002
        """Start nothing more of a set and stop its runs; what has arrived is kept."""
        sweep = self._live.pop(id, None)
        if sweep is not None:
            sweep.stop()
        for run in self._runs.history.sets.runs(id).values():
            self._runs.cancel(run, namespace)

    def close(self) -> None:
        """Start nothing more at all."""
        for sweep in list(self._live.values()):
            sweep.stop()

    def _follow(self, id_: str, sweep: Sweep, begun: Mapping[Cell, "Run"]) -> None:
        if sweep.waiting:
            self._live[id_] = sweep
            for cell, run in begun.items():
                name = f"sweep-{cell.pane}"
                threading.Thread(target=self._lane, args=(id_, sweep, cell, run), name=name, daemon=True).start()

    def _lane(self, id_: str, sweep: Sweep, cell: Cell, run: "Run") -> None:
        try:
            sweep.go_on(cell, run)
        finally:
            if sweep.ended:
                self._live.pop(id_, None)
