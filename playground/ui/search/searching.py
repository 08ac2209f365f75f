"""A search on its way and what came of it; asked again only when the question, the target or its documents changed."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import streamlit as st

from playground.record import RunRecord
from playground.snippets import Post
from playground.ui.search import mixpeek
from playground.ui.search.place import library
from playground.ui.search.question import Question, Target, given, plain, post
from playground.ui.search.work import Work
from playground.vectors.execution import Found
from playground.vectors.fusion import Strategy
from playground.vectors.store import Metric
from playground.vectors.view import shown

PATIENCE = 0.45
"""Seconds that a page waits before it says that it is searching."""
_KEPT, _MEMORY = 24, "search_outcomes"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a target answered: `found` best first, `ms` altogether.

    `runs` are the records of what was embedded for it, or of the search itself where it was asked elsewhere.
    """

    question: Question
    target: Target
    post: Post
    found: Sequence[Found]
    warnings: Sequence[str]
    runs: Sequence[RunRecord]
    ms: float

    @property
    def ids(self) -> list[str]:
        """The documents that were found."""
        return [each.place.id for each in self.found]

    @property
    def embedding_ms(self) -> float:
        """Milliseconds that the question took to become a vector."""
        return min(self.ms, sum(run.timings.total for run in self.runs))

    @property
    def searching_ms(self) -> float:
        """Milliseconds of the search itself."""
        return self.ms - self.embedding_ms

    @property
    def vector(self) -> Sequence[float] | None:
        """The vector that was looked for in the first index; None for a document's own, or of a run without one."""
        if isinstance(self.question.value, tuple):
            return self.question.value
        data = (self.runs[0].response or {}).get("data") if self.runs else None
        if not isinstance(data, Mapping):
            return None
        found: Sequence[float] | None = (data.get("embeddings") or [data.get("embedding")])[0]
        return found

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """What compares the vectors, by index."""
        return {index.name: index.metric for index in self.target.space.indexes}

    @property
    def strategy(self) -> Strategy:
        """How several searches were fused, in the last stage that searched."""
        stages = [stage["config"].get("parameters") or {} for stage in plain(self.target, self.question).stages]
        found: Strategy = next((each["fusion"] for each in reversed(stages) if each.get("fusion")), "rrf")
        return found


Searching: TypeAlias = Work[Outcome]


def search(target: Target, question: Question) -> Searching:
    """The search for this, begun when it has not been yet; waits a moment, for most are there by then."""
    kept: OrderedDict[object, Searching] = st.session_state.setdefault(_MEMORY, OrderedDict())
    saved = target.retriever
    key = (
        *(question, target.space.id, target.space.namespace.created, target.space.namespace.changes, target.indexes),
        *((saved.id, saved.version) if saved else ()),
        target.hosted,
    )
    if key not in kept:
        kept[key] = Work(lambda work: _search(work, target, question))
        while len(kept) > _KEPT:
            kept.popitem(last=False)[1].stop.set()
    kept.move_to_end(key)
    kept[key].wait(PATIENCE)
    return kept[key]


def again(searching: Searching) -> None:
    """Forget how a search ended, so that it is asked once more."""
    kept: OrderedDict[object, Searching] = st.session_state[_MEMORY]
    for key in [key for key, each in kept.items() if each is searching]:
        del kept[key]


def _search(work: Searching, target: Target, question: Question) -> Outcome:
    retriever, request = plain(target, question), post(target, question)
    if target.hosted:
        done = mixpeek.execute(request, work)
    else:
        filters = request.body.get("filters")
        done = library().execute(target.space.scope, retriever, given(retriever, question), filters=filters)
    found = [Found(each.place, shown(each.payload)) for each in done.found[: question.k]]
    return Outcome(question, target, request, found, done.warnings, list(work.runs), done.ms)
