"""Dossier: a set with its runs as they ended, one seal over all of it, and what a second set of them has changed.

The seal is made of the runs' own, so anybody can check it with the downloaded document at hand:

    asked = {name: document["set"][name] for name in ("kind", "task", "prompt", "panes", "rows", "files", "cache")}
    runs = [[run["row"], run["pane"], run["repeat"], run["seal"]] for run in document["runs"]]
    text = json.dumps({"set": asked, "runs": runs}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    "sha256:" + hashlib.sha256(text.encode()).hexdigest()

A run that is not kept any more has null for a seal, so the set's is another one from then on.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from playground.comparison import Cell, Set
from playground.drift import Drift, drift
from playground.errors import NotFoundError
from playground.record import RunRecord
from playground.seal import canonical, seal

if TYPE_CHECKING:
    from playground.store.history import History

COVERED = ("kind", "task", "prompt", "panes", "rows", "files", "cache")
"""What the seal covers of a set: all that was asked of whom, and not when, and under which id."""


@dataclass(frozen=True)
class Dossier:
    """A set that has ended. A run is None when the history does not hold it any more."""

    asked: Set
    ids: Mapping[Cell, str]
    runs: Mapping[Cell, RunRecord | None]

    @cached_property
    def seals(self) -> Mapping[Cell, str | None]:
        """The seal of each run."""
        return {cell: seal(run) if run is not None else None for cell, run in sorted(self.runs.items())}

    @cached_property
    def seal(self) -> str:
        """`sha256:<64 hex digits>` over question, panes, rows and the seals of all runs."""
        asked = asdict(self.asked)
        covered = {"set": {name: asked[name] for name in COVERED}, "runs": [[*cell, s] for cell, s in self._sealed]}
        return f"sha256:{sha256(canonical(covered)).hexdigest()}"

    @property
    def document(self) -> dict[str, Any]:
        """All of it as JSON; rows and repeats are counted from 0, a repeat below that is a warm-up."""
        runs = [
            cell._asdict() | {"run": self.ids[cell], "seal": found, "record": _plain(self.runs[cell])}
            for cell, found in self._sealed
        ]
        return {"seal": self.seal, "set": asdict(self.asked), "runs": runs}

    @property
    def _sealed(self) -> list[tuple[Cell, str | None]]:
        return list(self.seals.items())


def dossier(history: "History", id: str, namespace: str) -> Dossier:  # noqa: A002 - the field's name
    """The set of this id with all that the history holds of its runs. Raises NotFoundError."""
    asked = history.sets.get(id, namespace)
    if asked is None:
        message = f"there is no set `{id[:80]}` in the namespace `{namespace}`"
        raise NotFoundError(message, details={"resource": "set", "id": id})
    ids = history.sets.runs(id)
    return Dossier(asked, ids, {cell: history.get(run, namespace) for cell, run in ids.items()})


@dataclass(frozen=True, slots=True)
class Change:
    """One place of two sets: both runs, None where one is not kept or was not made; `drift` where both are there."""

    cell: Cell
    before: RunRecord | None
    after: RunRecord | None
    drift: Drift | None

    @property
    def same(self) -> bool:
        """Whether both answered, and the same."""
        found, first, second = self.drift, self.before, self.after
        return bool(found and first and second and first.status == second.status == "done" and found.same)


def changes(before: Dossier, after: Dossier) -> list[Change]:
    """What the second has changed, place by place, warm-ups left out."""
    cells = [cell for cell in sorted({*before.runs, *after.runs}) if cell.repeat >= 0]
    return [_change(cell, before.runs.get(cell), after.runs.get(cell)) for cell in cells]


def alike(first: Set, second: Set) -> bool:
    """Whether two sets ask the same."""
    return all(getattr(first, name) == getattr(second, name) for name in COVERED)


def _change(cell: Cell, before: RunRecord | None, after: RunRecord | None) -> Change:
    return Change(cell, before, after, drift(before, after) if before and after else None)


def _plain(run: RunRecord | None) -> dict[str, Any] | None:
    """A record as a dict. Its parts are not copied, as `asdict` would: the vectors of a long list are millions."""
    if run is None:
        return None
    return {each.name: getattr(run, each.name) for each in fields(run)} | {"timings": asdict(run.timings)}
