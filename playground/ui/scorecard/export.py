"""A scorecard as files: every run as CSV, and runs with card and sentences as JSON."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from playground.comparison import Cell, Set
from playground.record import RunRecord
from playground.scorecard.card import card
from playground.scorecard.lines import rows
from playground.scorecard.preference import concerning
from playground.store.votes import Ballot
from playground.ui.core import core

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_csv(asked: Set, runs: Mapping[Cell, RunRecord], ballots: Sequence[Ballot] = ()) -> bytes:
    """One line per run; UTF-8 with a mark, for spreadsheets, which shall not take an answer for a formula."""
    lines = rows(asked, runs, ballots)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(lines[0]) if lines else ["pane"])
    writer.writeheader()
    writer.writerows({name: _plain(value) for name, value in line.items()} for line in lines)
    return core().settings.masked(out.getvalue()).encode("utf-8-sig", "replace")


def as_json(asked: Set, runs: Mapping[Cell, RunRecord], ballots: Sequence[Ballot] = ()) -> bytes:
    """What was asked, the card, and the runs and votes it was made from."""
    found = {
        "set": asdict(asked),
        **asdict(card(asked, runs, ballots)),
        "runs": rows(asked, runs, ballots),
        "votes": [each.line for each in concerning(asked, ballots)],
    }
    return core().settings.masked(json.dumps(found, ensure_ascii=False, indent=1)).encode("utf-8", "replace")


def _plain(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
