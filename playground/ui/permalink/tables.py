"""A set's tables: who was asked and how, what came of each pane, and every run with its receipt."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from playground.comparison import Cell, Pane, Set
from playground.store.row import Glance
from playground.ui.scorecard.figure import called
from playground.ui.transcribe.words import plain
from playground.units import dollars, seconds

GONE = "not in the history any more"
_ENDED = {"done": "answered", "failed": "failed", "cancelled": "stopped"}
_SHORT = 90


@dataclass(frozen=True, slots=True)
class Ended:
    """A set's runs by their places; `glances` has those that the history holds, by their ids."""

    asked: Set
    ids: Mapping[Cell, str]
    glances: Mapping[str, Glance]

    def of(self, pane: str) -> list[Glance | None]:
        """The runs of a pane but for warm-ups, None for one that the history does not hold."""
        return [self.glances.get(id_) for cell, id_ in self.ids.items() if cell.pane == pane and cell.repeat >= 0]


def panes_table(asked: Set) -> dict[str, list[str]]:
    """Who was asked, and how, as Markdown."""
    panes = asked.panes
    found = {
        "Pane": [f"**{pane.letter}**" for pane in panes],
        "Model": [f"{pane.provider} / `{pane.model}`" for pane in panes],
        "Parameters": [_parameters(pane) for pane in panes],
        "System prompt": [_short(pane.system or "") for pane in panes],
        "Schema": [_short(json.dumps(pane.schema)) if pane.schema is not None else "" for pane in panes],
    }
    return {name: column for name, column in found.items() if any(column)}


def outcomes(ended: Ended) -> dict[str, list[str]]:
    """What came of each pane: medians of its times, sums of its tokens and cost."""
    lines = [_outcome(pane, ended.of(pane.letter)) for pane in ended.asked.panes]
    return {name: [line[name] for line in lines] for name in lines[0] if any(line[name] for line in lines)}


def runs_table(ended: Ended) -> dict[str, list[str]]:
    """Every run, warm-ups too, with the link to its receipt, as Markdown."""
    cells = sorted(ended.ids)
    several = {"Row": {cell.row for cell in cells}, "Repeat": {cell.repeat for cell in cells}}
    lines = [_line(ended.asked, cell, ended.ids[cell], ended.glances.get(ended.ids[cell])) for cell in cells]
    left_out = {name for name, values in several.items() if len(values) < 2}
    left_out |= {name for name in ("First token",) if all(line[name] == "–" for line in lines)}
    return {name: [line[name] for line in lines] for name in (lines[0] if lines else {}) if name not in left_out}


def costs(ended: Ended) -> str:
    """What all of it cost, as Markdown; empty where the price of a run is not known."""
    known = [glance.cost for glance in ended.glances.values()]
    return "" if not known or None in known else _money(sum(filter(None, known)))


def _outcome(pane: Pane, runs: Sequence[Glance | None]) -> dict[str, str]:
    there = [run for run in runs if run is not None]
    done = [run for run in there if run.status == "done"]
    fresh = [run for run in done if not run.cached]
    gone = len(runs) - len(there)
    counts = [[run.prompt_tokens for run in there], [run.completion_tokens for run in there]]
    return {
        "Pane": f"**{called(pane)}**",
        "Answered": f"{len(done):,} of {len(runs):,}" + (f", {gone:,} {GONE}" if gone else ""),
        "First token": _median([run.ttft_ms for run in fresh if run.ttft_ms is not None]),
        "Total time": _median([run.total_ms for run in fresh]),
        "Tokens": _tokens(*(sum(filter(None, each)) if set(each) - {None} else None for each in counts)),
        "Cost": "unknown" if any(run.cost is None for run in there) else _money(sum(run.cost or 0 for run in there)),
        "From the cache": f"{len(done) - len(fresh):,}" if len(fresh) < len(done) else "",
    }


def _line(asked: Set, cell: Cell, id_: str, run: Glance | None) -> dict[str, str]:
    place = {
        "Row": asked.row(cell.row),
        "Pane": f"**{cell.pane}**",
        "Repeat": "warm-up" if cell.repeat < 0 else f"{cell.repeat + 1}",
    }
    if run is None:
        nothing = dict.fromkeys(("First token", "Total time", "Tokens", "Cost"), "–")
        return place | {"Ended": GONE} | nothing | {"Answer": "", "Receipt": f"`{id_}`"}
    return place | {
        "Ended": _ENDED[run.status] + (", from the cache" if run.cached else ""),
        "First token": "–" if run.ttft_ms is None else seconds(run.ttft_ms),
        "Total time": seconds(run.total_ms),
        "Tokens": _tokens(run.prompt_tokens, run.completion_tokens),
        "Cost": "unknown" if run.cost is None else _money(run.cost),
        "Answer": _short(run.answer),
        "Receipt": f"[open](/receipt?run={id_})",
    }


def _median(values: Sequence[float]) -> str:
    return seconds(median(values)) if values else "–"


def _tokens(prompt: int | None, completion: int | None) -> str:
    """`14 in · 24 out`, on one line."""
    found = [
        f"{count:,}\N{NO-BREAK SPACE}{way}" for count, way in ((prompt, "in"), (completion, "out")) if count is not None
    ]
    return "\N{NO-BREAK SPACE}·\N{NO-BREAK SPACE}".join(found) or "unknown"


def _money(cost: float) -> str:
    return dollars(cost).replace("$", "\\$")


def _parameters(pane: Pane) -> str:
    return " ".join(f":gray-badge[{name} {_short(_plain(value))}]" for name, value in pane.parameters.items())


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _short(text: str) -> str:
    """A text on one line of a table, as it was written."""
    line = " ".join(text.split())
    line = line if len(line) <= _SHORT else f"{line[:_SHORT]}…"
    return plain(line)
