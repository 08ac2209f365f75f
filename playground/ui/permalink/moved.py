"""What a second set has changed, as a sentence and as columns of a table."""

from collections.abc import Callable, Mapping, Sequence

from playground.comparison import Set
from playground.diff import align, counts
from playground.dossier import Change
from playground.record import RunRecord, Status
from playground.units import counted, dollars, seconds

PRINTED = 60
"""Lines up to which a table is one that paper shows whole."""
_ENDED: Mapping[Status, str] = {"done": "answered", "failed": "failed", "cancelled": "stopped"}


def verdict(found: Sequence[Change]) -> str:
    """What came of it, in a sentence, as Markdown."""
    same = sum(change.same for change in found)
    both = [change for change in found if change.drift is not None]
    failed = sum(change.after.status != "done" for change in both if change.after is not None)
    lost = len(found) - len(both)
    more = f" {failed:,} did not answer now." if failed else ""
    more += f" {lost:,} cannot be compared: a run is missing." if lost else ""
    if same == len(found) and found:
        all_ = f"All {same:,} answers are" if same > 1 else "The one answer is"
        return f":green[:material/check_circle:] {all_} the same."
    are = "is" if same == 1 else "are"
    return f":orange[:material/difference:] Of {counted(len(found), 'answer')} {same:,} {are} the same.{more}"


def table(found: Sequence[Change], asked: Set) -> dict[str, list[str]]:
    """The changes as columns, as Markdown; rows and repeats only where there are several."""
    lines = [_line(change, asked) for change in found]
    left_out = {
        name
        for name, values in (("Row", {change.cell.row for change in found}), ("Repeat", {c.cell.repeat for c in found}))
        if len(values) < 2
    }
    left_out |= {name for name in ("Tokens out",) if all(line[name] == "unknown" for line in lines)}
    return {name: [line[name] for line in lines] for name in (lines[0] if lines else {}) if name not in left_out}


def _line(change: Change, asked: Set) -> dict[str, str]:
    cell, before, after = change.cell, change.before, change.after
    return {
        "Row": asked.row(cell.row),
        "Pane": f"**{cell.pane}**",
        "Repeat": f"{cell.repeat + 1}",
        "Answer": _said(change),
        "Total time": _pair(before, after, lambda run: seconds(run.timings.total)),
        "Tokens out": _pair(before, after, lambda run: _count(run.completion_tokens)),
        "Cost": _pair(before, after, lambda run: _money(run.cost)),
        "Drift": f"[open]({found})" if (found := link(change)) else "",
    }


def unmarked(table: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Columns of Markdown as they stand in a grid, which knows none."""
    return {name: [value.replace("*", "").replace("\\", "") for value in column] for name, column in table.items()}


def link(change: Change) -> str:
    """The address of the receipt with both runs, empty where one is missing."""
    return f"/receipt?run={change.before.id}&with={change.after.id}" if change.before and change.after else ""


def _said(change: Change) -> str:
    before, after, drift = change.before, change.after, change.drift
    if before is None or after is None or drift is None:
        return "a run is missing"
    if after.status != "done" or before.status != "done":
        both = before.status == after.status
        return f"{_ENDED[before.status]} both times" if both else f"{_ENDED[before.status]}, now {_ENDED[after.status]}"
    if drift.same:
        return "the same"
    if drift.note or drift.cosines:
        return drift.note or f"vectors moved: cosine {min(drift.cosines):.6f} at the lowest"
    parted = [counts(align(then.split(), now.split())) for then, now in drift.texts]
    kept, whole = sum(each["same"] for each in parted), sum(sum(each.values()) for each in parted)
    return f"{kept:,} of {whole:,} words the same"


def _pair(before: RunRecord | None, after: RunRecord | None, told: Callable[[RunRecord], str]) -> str:
    then, now = (told(run) if run else "–" for run in (before, after))
    return then if then == now else f"{then} → {now}"


def _count(value: int | None) -> str:
    return "unknown" if value is None else f"{value:,}"


def _money(cost: float | None) -> str:
    return "unknown" if cost is None else dollars(cost).replace("$", "\\$")
