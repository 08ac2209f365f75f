"""The scorecard of a set of runs: what each pane took, said and cost, and what can be said of every two of them.

Left out, and counted as such: warm-ups, answers from the cache (they tell nothing of the model), and runs that failed,
except from the share that answered.
"""

import json
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
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


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a run: its metric, its unit, how it is read; None from `read` where the run has none."""

    metric: Metric
    unit: str
    read: Callable[[RunRecord], float | None]


MEASURES: Mapping[str, Measure] = {
    "ttft": Measure(
        Metric("time to first token", "quicker to start", "quick to start"), "ms", lambda r: r.timings.ttft
    ),
    "total": Measure(Metric("total time", "faster", "fast"), "ms", lambda run: run.timings.total),
    "rate": Measure(
        Metric("tokens per second", "faster at writing", "fast at writing", False), "tok/s", tokens_per_second
    ),
    "tokens": Measure(Metric("tokens per answer", "shorter", "short"), "tok", lambda run: run.completion_tokens),
    "cost": Measure(Metric("cost", "cheaper", "cheap"), "$", lambda run: run.cost),
}


@dataclass(frozen=True, slots=True)
class Score:
    """One pane. `figures` has a median for each measure that some run has; shares are None where nothing can have one.

    `agreement` is how alike repeats of one row are, 1 for the same words in the same order: the mean over rows of the
    word similarity (1 - Levenshtein distance / longer length) of every two repeats. `votes` is the share that it won
    of the blind votes between models of this set.
    """

    letter: str
    figures: Mapping[str, Estimate]
    answered: Estimate | None
    schema_valid: Estimate | None
    agreement: Estimate | None
    votes: Estimate | None
    cached: int


@dataclass(frozen=True, slots=True)
class Card:
    """The panes in their order, and for each measure, votes among them, one sentence per pair."""

    scores: tuple[Score, ...]
    sentences: Mapping[str, tuple[str, ...]]


def card(asked: Set, runs: Mapping[Cell, RunRecord], ballots: Sequence[Ballot] = ()) -> Card:
    """Of the runs that have ended; a cell without one is not there yet. Of all votes those count that concern it."""
    panes = {pane.letter: _of(pane.letter, runs) for pane in asked.panes}
    observed = {
        letter: {name: _observed(measure, counted) for name, measure in MEASURES.items()}
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
            )
            for letter, (counted, cached) in panes.items()
        ),
        sentences={name: tuple(_sentences(measure, name, observed)) for name, measure in MEASURES.items()}
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


def _observed(measure: Measure, counted: _Counted) -> dict[int, list[float]]:
    return {row: [_value(measure, runs.get(each)) for each in range(max(runs) + 1)] for row, runs in counted.items()}


def _value(measure: Measure, run: RunRecord | None) -> float:
    value = measure.read(run) if run is not None and run.status == "done" else None
    return math.nan if value is None else value


def _score(
    letter: str,
    counted: _Counted,
    observed: Mapping[str, _Observed],
    *,
    cached: int,
    schema: bool,
    votes: Estimate | None,
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
