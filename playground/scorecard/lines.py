"""The runs of a set as lines of a file, for whoever wants to do the sums again."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from playground.comparison import Cell, Set
from playground.record import RunRecord
from playground.scorecard.card import MEASURES, apart, valid
from playground.scorecard.votes import WORTH
from playground.store.votes import Ballot


def rows(asked: Set, runs: Mapping[Cell, RunRecord], ballots: Sequence[Ballot] = ()) -> list[dict[str, Any]]:
    """One dict per run, for CSV and JSON: who, where, how it ended, its figures, the votes on it, its text."""
    panes = {pane.letter: pane for pane in asked.panes}
    judged, alone = _judged(ballots), apart(runs)
    return [
        {
            "pane": cell.pane,
            "provider": panes[cell.pane].provider,
            "model": panes[cell.pane].model,
            "row": cell.row + 1,
            "repeat": cell.repeat + 1,
            "warm_up": cell.repeat < 0,
            "run": run.id,
            "status": run.status,
            "cached": run.cached,
            "apart": run.id in alone,
            **{f"{name}_{measure.unit}": measure.read(run) for name, measure in MEASURES.items()},
            "schema_valid": valid(run) if panes[cell.pane].schema is not None else None,
            "votes": len(judged[run.id]),
            "votes_won": sum(judged[run.id]),
            "text": "\n\n".join(run.texts),
        }
        for cell, run in sorted(runs.items())
        if cell.pane in panes
    ]


def _judged(ballots: Sequence[Ballot]) -> Mapping[str, list[float]]:
    """Run to what its votes are worth for it."""
    found: Mapping[str, list[float]] = defaultdict(list)
    for ballot in ballots:
        found[ballot.left_run].append(WORTH[ballot.outcome])
        found[ballot.right_run].append(1 - WORTH[ballot.outcome])
    return found
