"""Sets on their way: runs started one behind the other in lanes, until all are done or somebody stops them.

A comparison has a lane for each pane, so that a slow pane keeps nobody waiting. A scorecard has one lane of rounds:
the same row and repeat of every pane start together, and the next round when all of them have ended, so that what is
compared in pairs ran side by side in time. A pane that is late (`pack`) is left out until it has answered; the rounds
that it missed are asked of it at the end, and the times at which runs were started tell what was not side by side.
"""

import logging
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import groupby, islice
from typing import TYPE_CHECKING

from playground.archive import DOTS, without
from playground.cache.visit import Wish
from playground.comparison import Cell, Set, request, restored
from playground.contract import RawInferenceRequest
from playground.errors import PlaygroundError
from playground.pack import PATIENCE, Pack

if TYPE_CHECKING:
    from playground.run import Run
    from playground.runs import Runs

logger = logging.getLogger("playground")

Parts = Sequence[Mapping[str, str]]
"""The files of a set as parts of a message: `{"type", "base64" | "url"}`."""
Lane = deque[tuple[Cell, ...]]
"""What waits, in its order: the cells of an item start together, and the next item when they have ended."""
Begun = Mapping[Cell, "Run"]
"""An item on its way."""


class Sweep:
    """The cells of one set that wait for their turn."""

    def __init__(
        self, runs: "Runs", asked: Set, cells: Sequence[Cell], parts: Parts, *, wish: Wish, patience: float
    ) -> None:
        self._runs = runs
        self._asked = asked
        self._parts = parts
        self._wish: Wish = wish
        self._patience = patience
        self._lock = threading.Lock()
        self._lanes = lanes(asked, cells)
        self._packs: list[Pack] = []
        self._going = 0

    @property
    def ended(self) -> bool:
        """Whether nobody is left who could start anything."""
        return not self._going

    @property
    def waiting(self) -> int:
        """Cells that have not been started."""
        with self._lock:
            return sum(len(item) for lane in self._lanes for item in lane)

    @property
    def late(self) -> tuple[str, ...]:
        """The panes that the others do not wait for any longer."""
        return tuple(sorted({letter for pack in list(self._packs) for letter in pack.late}))

    def begin(self, abreast: int) -> list[tuple[Lane, Begun]]:
        """Start the first of each lane; raises BadRequestError for a cell that asks nothing that can be asked."""
        heads = [(lane, item) for lane in self._lanes for item in islice(lane, abreast)]
        asked = {cell: request(self._asked, cell, self._parts) for _, item in heads for cell in item}
        for lane, _ in heads:
            lane.popleft()
        self._going = len(heads)
        return [(lane, {cell: self._start(asked[cell]) for cell in item}) for lane, item in heads]

    def go_on(self, lane: Lane, begun: Begun) -> None:
        """Start the rest of a lane one after the other, each when the one before has ended; a thread's whole job."""
        pack = Pack(self._patience)
        self._packs.append(pack)
        following = begun
        try:
            while following:
                pack.join(following)
                while not (following := self._next(lane, pack.wait())) and pack.late:
                    pack.wait_for_one()
        except Exception:  # the place of the sets is out of reach
            logger.exception("the rest of set %s is not asked", self._asked.id)
            self.stop()
        finally:
            with self._lock:
                self._going -= 1

    def _next(self, lane: Lane, late: frozenset[str]) -> Begun:
        """The next runs of a lane, kept in the set before anybody can stop them; none where all is for the late."""
        with self._lock:
            for _ in range(len(lane)):
                begun = {}
                for cell in _without(lane, late):
                    try:
                        begun[cell] = self._start(request(self._asked, cell, self._parts))
                    except PlaygroundError:  # who starts a set looks at every cell before
                        continue
                if begun:
                    self._runs.history.sets.add(self._asked.id, {cell: run.id for cell, run in begun.items()})
                    return begun
        return {}

    def stop(self) -> None:
        """Start nothing more."""
        with self._lock:
            for lane in self._lanes:
                lane.clear()

    def drop(self, letter: str) -> None:
        """Start nothing more of one pane."""
        with self._lock:
            for lane in self._lanes:
                left = [tuple(cell for cell in item if cell.pane != letter) for item in lane]
                lane.clear()
                lane.extend(filter(None, left))

    def _start(self, asked: RawInferenceRequest) -> "Run":
        return self._runs.start(asked, namespace=self._asked.namespace, door="page", cache=self._wish)


def _without(lane: Lane, late: frozenset[str]) -> tuple[Cell, ...]:
    """The first item of a lane without what is asked of the late, which goes to the lane's end."""
    item = lane.popleft()
    missed = tuple(cell for cell in item if cell.pane in late)
    if missed:
        lane.append(missed)
    return tuple(cell for cell in item if cell.pane not in late)


def lanes(asked: Set, cells: Sequence[Cell]) -> list[Lane]:
    """The cells in the lanes of a set of this kind, in their order."""
    match asked.kind:
        case "comparison" | "embeddings":
            return [deque((cell,) for cell in cells if cell.pane == pane.letter) for pane in asked.panes]
        case "scorecard":
            rounds = groupby(cells, key=lambda cell: (cell.row, cell.repeat))
            return [deque(tuple(together) for _, together in rounds)]


class Sweeps:
    """The sets of this process that are on their way, found by id."""

    def __init__(self, runs: "Runs", patience: float = PATIENCE) -> None:
        self._runs = runs
        self._patience = patience
        self._live: dict[str, Sweep] = {}

    def start(self, asked: Set, cells: Sequence[Cell], parts: Parts, *, abreast: int = 1, wish: Wish = "") -> None:
        """Keep a new set and start its cells, `abreast` at a time in each lane. When this returns the first ones run.

        Raises BadRequestError when one of those cannot be asked, and then nothing has been started.
        """
        sweep = Sweep(self._runs, asked, cells, parts, wish=wish, patience=self._patience)
        begun = sweep.begin(abreast)
        hidden = dict.fromkeys(self._runs.settings.secret_values, DOTS)
        self._runs.history.sets.keep(restored(without(asdict(asked), hidden)), _ids(begun))
        self._follow(asked.id, sweep, begun)

    def go_on(self, asked: Set, cells: Sequence[Cell], parts: Parts, *, abreast: int = 1, wish: Wish = "") -> None:
        """Start more cells of a set that is kept; a cell that has a run gets a new one."""
        sweep = Sweep(self._runs, asked, cells, parts, wish=wish, patience=self._patience)
        begun = sweep.begin(abreast)
        self._runs.history.sets.add(asked.id, _ids(begun))
        self._follow(asked.id, sweep, begun)

    def waiting(self, id: str) -> int:  # noqa: A002 - the field's name
        """Cells of a set that have not been started."""
        sweep = self._live.get(id)
        return sweep.waiting if sweep else 0

    def late(self, id: str) -> tuple[str, ...]:  # noqa: A002
        """The panes of a set that the others do not wait for any longer."""
        sweep = self._live.get(id)
        return sweep.late if sweep else ()

    def drop(self, id: str, letter: str, namespace: str) -> None:  # noqa: A002
        """Go on without a pane: start nothing more of it and stop what it does; what has arrived is kept."""
        sweep = self._live.get(id)
        if sweep is not None:
            sweep.drop(letter)
        for cell, run in self._runs.history.sets.runs(id).items():
            if cell.pane == letter:
                self._runs.cancel(run, namespace)

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

    def _follow(self, id_: str, sweep: Sweep, begun: Sequence[tuple[Lane, Begun]]) -> None:
        if sweep.waiting:
            self._live[id_] = sweep
            for number, (lane, item) in enumerate(begun):
                name = f"sweep-{number}"
                threading.Thread(target=self._lane, args=(id_, sweep, lane, item), name=name, daemon=True).start()

    def _lane(self, id_: str, sweep: Sweep, lane: Lane, begun: Begun) -> None:
        try:
            sweep.go_on(lane, begun)
        finally:
            if sweep.ended:
                self._live.pop(id_, None)


def _ids(begun: Sequence[tuple[Lane, Begun]]) -> dict[Cell, str]:
    return {cell: run.id for _, item in begun for cell, run in item.items()}
