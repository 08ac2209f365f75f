"""What came of a retrieval check: recall@k, MRR and nDCG@k with intervals, who finds more, and every query's ranks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any, get_args

import streamlit as st

from playground.matrix import matrix
from playground.pairs import Pair
from playground.record import RunRecord
from playground.scorecard.better import difference, signed, title, verdict
from playground.scorecard.estimate import Estimate
from playground.scorecard.retrieval import Measure, Retrieval, retrieval
from playground.ui.embeddings.download import csv_of, draw_exports
from playground.ui.embeddings.embedded import Embedded
from playground.ui.look import quiet
from playground.whiskers import Whisker, height, whiskers

KS = (1, 3, 5, 10, 20)
USUAL = 5
_HELP = (
    "Recall@k: of the expected items, the share among the first k. MRR: the mean of 1 / rank of the first expected "
    "one. nDCG@k: gains by place among the first k, 1 at best. Intervals hold the mean over such queries 95 times in "
    "100; models are compared by the differences query by query."
)
_FEW = 20


@dataclass(frozen=True, slots=True)
class Checked:
    """A check: the queries with the row numbers of what they expect, the items' texts, and what each model found, by
    its letter, with its run of the queries.
    """

    pairs: Sequence[Pair]
    expected: Sequence[Sequence[int]]
    texts: Sequence[str]
    found: Mapping[str, Retrieval]
    runs: Mapping[str, RunRecord]


def draw_ranking(
    founds: Mapping[str, Embedded],
    runs: Mapping[str, RunRecord],
    pairs: Sequence[Pair],
    expected: Sequence[Sequence[int]],
) -> None:
    """Draw the result. Raises BadRequestError for vectors that do not fit."""
    checked = ranked(founds, runs, pairs, expected, _choose())
    sentences = verdicts(checked)
    if sentences:
        st.markdown("  \n".join(f"**{each}**" for each in sentences))
    _figure(checked)
    _queries_table(checked)


def ranked(
    founds: Mapping[str, Embedded],
    runs: Mapping[str, RunRecord],
    pairs: Sequence[Pair],
    expected: Sequence[Sequence[int]],
    k: int = USUAL,
) -> Checked:
    """What each model finds among the first `k`. Raises BadRequestError for vectors that do not fit."""
    found = {letter: retrieval(_queries(runs[letter]), each.vectors, expected, k) for letter, each in founds.items()}
    return Checked(pairs, expected, next(iter(founds.values())).texts, found, runs)


def verdicts(checked: Checked) -> list[str]:
    """A sentence for every two models."""
    return [_verdict(checked, one, other) for one, other in combinations(checked.found, 2)]


def _queries(run: RunRecord) -> Any:
    data = (run.response or {}).get("data") or {}
    return matrix(data.get("embeddings") or [data.get("embedding", [])])


def _choose() -> int:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="embeddings_at_row"):
        st.markdown("Among the first", width="content", help=_HELP)
        found = st.segmented_control(
            "Among the first",
            KS,
            default=USUAL,
            required=True,
            key="embeddings_at",
            label_visibility="collapsed",
            persist_state="session",
        )
    return int(found or USUAL)


def _verdict(checked: Checked, one: str, other: str) -> str:
    first, second = checked.found[one], checked.found[other]
    return verdict(one, other, difference(first, second), title("ndcg", first.k))


def _figure(checked: Checked) -> None:
    measures: tuple[Measure, ...] = get_args(Measure)
    k = next(iter(checked.found.values())).k
    rows = [
        (title(measure, k), letter, getattr(found, measure))
        for measure in measures
        for letter, found in checked.found.items()
    ]
    drawn, listed = st.tabs(["Scores", "Table"], key="embeddings_scores_tabs")
    several = len(checked.found) > 1
    with drawn:
        lines = [
            Whisker(f"{name} {letter}" if several else name, f"{letter} · {checked.runs[letter].model}", estimate)
            for name, letter, estimate in rows
        ]
        alt = "; ".join(f"{name} of {letter}: {_worded(estimate)}" for name, letter, estimate in rows)
        st.echarts_chart(whiskers(lines), height=height(lines), key="embeddings_scores", alt=alt)
        if len(checked.pairs) < _FEW:
            st.markdown(quiet(f"{len(checked.pairs)} queries are few, which is why the intervals are wide."))
    with listed:
        st.dataframe(
            scores(checked),
            hide_index=True,
            key="embeddings_scores_table",
            alt="Scores by model with 95 % intervals, and differences query by query",
        )


def scores(checked: Checked) -> dict[str, list[str]]:
    """The measures as columns: a row for each model, and one for each difference of two."""
    measures: tuple[Measure, ...] = get_args(Measure)
    k = next(iter(checked.found.values())).k
    pairs = list(combinations(checked.found, 2))
    names = [f"{letter} · {checked.runs[letter].model}" for letter in checked.found]
    columns = {" ": [*names, *(f"{one} − {other}" for one, other in pairs)]}
    for measure in measures:
        means = [_worded(getattr(found, measure)) for found in checked.found.values()]
        apart = [_worded(difference(checked.found[a], checked.found[b], measure), sign=True) for a, b in pairs]
        columns[title(measure, k)] = [*means, *apart]
    return columns


def _worded(estimate: Estimate, *, sign: bool = False) -> str:
    say = signed if sign else "{:.2f}".format
    if estimate.low is None or estimate.high is None:
        return f"{say(estimate.value)} (too few for an interval)"
    return f"{say(estimate.value)} ({say(estimate.low)} to {say(estimate.high)})"


def _queries_table(checked: Checked) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown("**Query by query**", width="content")
        draw_exports("retrieval", partial(as_csv, checked), partial(as_json, checked))
    letters = list(checked.found)
    ranks = {f"Rank {letter}": list(found.ranks) for letter, found in checked.found.items()}
    better = {"Better": [_better(letters, each) for each in zip(*ranks.values(), strict=True)]} if letters[1:] else {}
    st.dataframe(
        {
            "Query": [pair.query for pair in checked.pairs],
            **ranks,
            **better,
            "Expected": [" | ".join(checked.texts[row] for row in rows) for rows in checked.expected],
            **{f"nDCG {letter}": list(found.scores["ndcg"]) for letter, found in checked.found.items()},
        },
        column_config={
            "Query": st.column_config.TextColumn(width=180),
            "Expected": st.column_config.TextColumn(width=220),
            **{
                name: st.column_config.NumberColumn(help="Of the first expected item; 1 is best.", width=66)
                for name in ranks
            },
            **{f"nDCG {letter}": st.column_config.NumberColumn(format="%.2f", width=84) for letter in letters},
        },
        hide_index=True,
        key="embeddings_queries",
        alt="Every query with what it expects and the rank of the first expected item by each model",
    )


def _better(letters: Sequence[str], ranks: Sequence[int]) -> str:
    """Who ranks the first expected item higher, in words."""
    best = [letter for letter, rank in zip(letters, ranks, strict=True) if rank == min(ranks)]
    return "alike" if len(best) == len(letters) else " and ".join(best)


def as_csv(checked: Checked) -> bytes:
    """One line per query: what it expects, and per model the rank of the first expected item and the three scores."""
    columns: dict[str, Sequence[Any]] = {
        "query": [pair.query for pair in checked.pairs],
        "expected": [" | ".join(checked.texts[row] for row in rows) for rows in checked.expected],
    }
    for letter, found in checked.found.items():
        columns[f"rank {letter}"] = found.ranks
        columns |= {f"{title(measure, found.k)} {letter}": values for measure, values in found.scores.items()}
    return csv_of(columns)


def as_json(checked: Checked) -> bytes:
    """The models with their means and intervals, the sentences, and the queries with expected rows and ranks."""
    models = {letter: _facts(checked.runs[letter], found) for letter, found in checked.found.items()}
    queries = [
        {
            "query": pair.query,
            "expected": [{"number": row + 1, "item": checked.texts[row]} for row in rows],
            "ranks": {letter: found.ranks[place] for letter, found in checked.found.items()},
        }
        for place, (pair, rows) in enumerate(zip(checked.pairs, checked.expected, strict=True))
    ]
    whole = {"models": models, "verdicts": verdicts(checked), "queries": queries}
    return json.dumps(whole, ensure_ascii=False, indent=2).encode()


def _facts(run: RunRecord, found: Retrieval) -> dict[str, Any]:
    means = {
        title(measure, found.k): {"mean": each.value, "interval": [each.low, each.high], "queries": each.n}
        for measure in found.scores
        for each in (getattr(found, measure),)
    }
    return {"provider": run.provider, "model": run.model, "run": run.id, "scores": means}
