"""The scorecard of a set of runs: what each pane took, said and cost, and what can be said of every two of them.

Left out, and counted as such: warm-ups, answers from the cache (they tell nothing of the model), and runs that failed,
except from the share that answered. What was asked apart from the others of its round, because its pane was late or it
was stopped before, counts among the figures of its own pane, but not in what is said of the time of two.
"""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from rapidfuzz.distance import Levenshtein

from playground.comparison import Cell, Set
from playground.metrics import tokens_per_second
from playground.record import RunRecord
from playground.scorecard.ballot import named
from playground.scorecard.estimate import Estimate, mean, median, share
from playground.scorecard.pair import Metric, compare, sentence
from playground.scorecard.preference import concerning, won
from playground.scorecard.preference import sentences as preferences
from playground.scorecard.votes import Vote
from playground.store.votes import Ballot

BESIDE = 2.0
"""Seconds within which the runs of a round are started."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a run: its metric, its unit, how it is read; None from `read` where the run has none. `timed`: it
    hangs on what else went on at that moment.
    """

    metric: Metric
    unit: str
    read: Callable[[RunRecord], float | None]
    timed: bool = False


MEASURES: Mapping[str, Measure] = {
    "ttft": Measure(
        Metric("time to first token", "quicker to start", "quick to start"), "ms", lambda r: r.timings.ttft, timed=True
    ),
    "total": Measure(Metric("total time", "faster", "fast"), "ms", lambda run: run.timings.total, timed=True),
    "rate": Measure(
        Metric("tokens per second", "faster at writing", "fast at writing", False), "tok/s", tokens_per_second, True
    ),
    "tokens": Measure(Metric("tokens per answer", "shorter", "short"), "tok", lambda run: run.completion_tokens),
    "cost": Measure(Metric("cost", "cheaper", "cheap"), "$", lambda run: run.cost),
}


@dataclass(frozen=True, slots=True)
class Score:
    """One pane. `figures` has a median for each measure that some run has; shares are None where nothing can have one.

    `agreement` is how alike repeats of one row are, 1 for the same words in the same order: the mean over rows of the
    word similarity (1 - Levenshtein distance / longer length) of every two repeats. `votes` is the share that it won
    of the blind votes between models of this set. `apart` are runs that were not started with the others.
    """

    letter: str
    figures: Mapping[str, Estimate]
    answered: Estimate | None
    schema_valid: Estimate | None
    agreement: Estimate | None
    votes: Estimate | None
    cached: int
    apart: int


@dataclass(frozen=True, slots=True)
class Card:
    """The panes in their order, and for each measure, votes among them, one sentence per pair."""

    scores: tuple[Score, ...]
    sentences: Mapping[str, tuple[str, ...]]


def card(asked: Set, runs: Mapping[Cell, RunRecord], ballots: Sequence[Ballot] = ()) -> Card:
    """Of the runs that have ended; a cell without one is not there yet. Of all votes those count that concern it."""
    panes = {pane.letter: _of(pane.letter, runs) for pane in asked.panes}
    alone = apart(runs)
    observed = {
        letter: {name: _observed(measure, counted) for name, measure in MEASURES.items()}
        for letter, (counted, _) in panes.items()
    }
    beside = {
        letter: {
            name: _observed(measure, counted, alone if measure.timed else frozenset())
            for name, measure in MEASURES.items()
        }
        for letter, (counted, _) in panes.items()
    }
    schemas = {pane.letter: pane.schema is not None for pane in asked.panes}
    names = named(asked)
    votes = [Vote(each.left_model, each.right_model, each.outcome) for each in concerning(asked, ballots)]
    preferred = won(votes, names)
    return Card(
        scores=tuple(
            _score(
                letter,
                counted,
                observed[letter],
                cached=cached,
                schema=schemas[letter],
                votes=preferred.get(letter),
                apart=sum(run.id in alone for row in counted.values() for run in row.values()),
            )
            for letter, (counted, cached) in panes.items()
        ),
        sentences={name: tuple(_sentences(measure, name, beside)) for name, measure in MEASURES.items()}
        | {"votes": tuple(preferences(votes, names))},
    )


_Counted = dict[int, dict[int, RunRecord]]
"""Row to repeat to run."""
_Observed = Mapping[int, Sequence[float]]
"""Row to the values of its repeats, NaN where there is none, so that repeats stay beside each other."""


def _of(letter: str, runs: Mapping[Cell, RunRecord]) -> tuple[_Counted, int]:
    """A pane's runs, and how many were left out as cached."""
    counted: _Counted = defaultdict(dict)
    cached = 0
    for cell, run in runs.items():
        if cell.pane == letter and cell.repeat >= 0:
            if run.cached:
                cached += 1
            else:
                counted[cell.row][cell.repeat] = run
    return counted, cached


def apart(runs: Mapping[Cell, RunRecord]) -> frozenset[str]:
    """The runs, that were started later than the first of their row and repeat."""
    first: dict[tuple[int, int], float] = {}
    for cell, run in runs.items():
        place = cell.row, cell.repeat
        first[place] = min(run.created_at, first.get(place, run.created_at))
    late = [run.id for cell, run in runs.items() if run.created_at > first[cell.row, cell.repeat] + BESIDE]
    return frozenset(late)


def _observed(measure: Measure, counted: _Counted, without: Container[str] = ()) -> dict[int, list[float]]:
    return {
        row: [_value(measure, runs.get(each), without) for each in range(max(runs) + 1)]
        for row, runs in counted.items()
    }


def _value(measure: Measure, run: RunRecord | None, without: Container[str]) -> float:
    counts = run is not None and run.status == "done" and run.id not in without
    value = measure.read(run) if run is not None and counts else None
    return math.nan if value is None else value


def _score(
    letter: str,
    counted: _Counted,
    observed: Mapping[str, _Observed],
    *,
    cached: int,
    schema: bool,
    votes: Estimate | None,
    apart: int,
) -> Score:
    runs = [run for each in counted.values() for run in each.values() if run.status != "cancelled"]
    done = [run for run in runs if run.status == "done"]
    figures = {
        name: [value for row in found.values() for value in row if not math.isnan(value)]
        for name, found in observed.items()
    }
    alike = [each for row in counted.values() if (each := _alike(row.values())) is not None]
    return Score(
        letter=letter,
        figures={name: median(values) for name, values in figures.items() if values},
        answered=share(len(done), len(runs)) if runs else None,
        schema_valid=share(sum(map(valid, done)), len(done)) if schema and done else None,
        agreement=mean(alike) if alike else None,
        votes=votes,
        cached=cached,
        apart=apart,
    )


def valid(run: RunRecord) -> bool:
    """Whether the answer of a run obeyed its schema."""
    data = (run.response or {}).get("data")
    return isinstance(data, dict) and data.get("json") is not None and not data.get("schema_errors")


def _alike(runs: Iterable[RunRecord]) -> float | None:
    """The mean word similarity of every two answers; None when there are no two."""
    answers = [_words(run) for run in runs if run.status == "done"]
    pairs = [Levenshtein.normalized_similarity(one, other) for one, other in combinations(answers, 2)]
    return sum(pairs) / len(pairs) if pairs else None


def _words(run: RunRecord) -> list[str]:
    """What was said, word by word; JSON with its keys in order, so that their order makes no difference."""
    data = (run.response or {}).get("data")
    if isinstance(data, dict) and data.get("json") is not None:
        return json.dumps(data["json"], sort_keys=True, ensure_ascii=False).split()
    return " ".join(run.texts).casefold().split()


def _sentences(measure: Measure, name: str, observed: Mapping[str, Mapping[str, _Observed]]) -> Iterable[str]:
    for first, second in combinations(observed, 2):
        found = compare(observed[first][name], observed[second][name])
        if found.ratio is not None:
            yield sentence(measure.metric, first, second, found)
