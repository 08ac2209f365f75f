"""Two answers side by side without names; after the vote the names, and the way to the next two."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import SystemRandom

import streamlit as st

from playground.comparison import Cell, Set
from playground.errors import BadRequestError
from playground.record import RunRecord
from playground.scorecard.ballot import Pair, draw, named, pairs
from playground.scorecard.votes import Outcome
from playground.store.votes import Ballot
from playground.template import render
from playground.ui.attachments.cards import show
from playground.ui.compare.files import files_of
from playground.ui.compare.session import Shown
from playground.ui.conversation import answer_text
from playground.ui.core import core
from playground.ui.look import note, quiet
from playground.ui.watch import draw_text

_DRAWN = "vote_drawn"
_CHANCE = SystemRandom()
_CHOICES: Mapping[Outcome, tuple[str, str]] = {
    "left": ("Left is better", "1"),
    "right": ("Right is better", "2"),
    "tie": ("Tie", "3"),
    "both bad": ("Both bad", "4"),
}
_TOLD: Mapping[Outcome, str] = {
    "left": "You prefer the left one",
    "right": "You prefer the right one",
    "tie": "A tie",
    "both bad": "Both are bad",
}


@dataclass(frozen=True, slots=True)
class _Drawn:
    """The two answers on the page, and the vote on them, None before."""

    part_of: str
    pair: Pair
    outcome: Outcome | None = None


def draw_booth(shown: Shown) -> None:
    """Draw the pair to be judged, or say that there is none."""
    done = {id_ for id_, glance in core().history.sets.glances(shown.asked.id).items() if glance.status == "done"}
    every = pairs(shown.runs, done)
    voted = {ballot.pair for ballot in core().history.votes.all(shown.asked.namespace, shown.asked.id)}
    left = [pair for pair in every if frozenset(shown.runs[cell] for cell in pair) not in voted]
    drawn = _drawn(shown, left)
    if not every or shown.asked.task == "embedding":
        st.markdown(note("There are no two answers to judge: a vote wants words from two panes."))
    elif drawn is None:
        all_ = f"All {len(every):,} pairs of this set are" if len(every) > 1 else "The one pair of this set is"
        st.markdown(f":green[:material/check_circle:] {all_} judged.")
    else:
        _question(shown.asked, drawn.pair[0].row)
        _bar(shown, drawn, len(every) - len(left), len(every))
        with st.grid(2, min_column_width=330, gap="small", key="vote_answers"):
            for side, cell in zip(("Left", "Right"), drawn.pair, strict=True):
                _answer(shown, side, cell, open_=drawn.outcome is not None)


def _drawn(shown: Shown, left: list[Pair]) -> _Drawn | None:
    """The pair that the session looks at, a new one where there is none."""
    held: _Drawn | None = st.session_state.get(_DRAWN)
    if (
        held is not None
        and held.part_of == shown.asked.id
        and (held.outcome or held.pair in left or _turned(held, left))
    ):
        return held
    pair = draw(left, _CHANCE)
    st.session_state[_DRAWN] = new = _Drawn(shown.asked.id, pair) if pair else None
    return new


def _turned(held: _Drawn, left: list[Pair]) -> bool:
    return (held.pair[1], held.pair[0]) in left


def _question(asked: Set, row: int) -> None:
    try:
        text = render(asked.prompt, asked.rows[row])
    except BadRequestError:  # a set that was begun without a value
        text = asked.prompt
    if text.strip():
        st.code(text, language=None, wrap_lines=True, height=160 if len(text) > 600 else "content")
    show(files_of(asked), "vote_question")


def _bar(shown: Shown, drawn: _Drawn, judged: int, every: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="vote_bar"):
        if drawn.outcome is None:
            for outcome, (label, key) in _CHOICES.items():
                name = f"vote_{outcome.replace(' ', '_')}"
                st.button(label, key=name, shortcut=key, on_click=_vote, args=(shown, drawn, outcome))
        else:
            st.markdown(f"**{_TOLD[drawn.outcome]}.**", width="content")
            st.button("Next pair", key="vote_next", type="primary", shortcut="N", on_click=_next)
        st.markdown(quiet(f"{judged:,} of {every:,} pair{'s' * (every > 1)} judged"), width="content")


def _answer(shown: Shown, side: str, cell: Cell, *, open_: bool) -> None:
    run = core().history.get(shown.runs[cell], shown.asked.namespace)
    with st.container(border=True, height="stretch", key=f"vote_{side.lower()}_answer"):
        st.markdown(f"**{side}** {quiet(f'{cell.pane} · {named(shown.asked)[cell.pane]}') if open_ else ''}")
        if isinstance(run, RunRecord):
            draw_text(st.empty(), answer_text(run), as_json="schema" in (run.request.get("parameters") or {}))


def _vote(shown: Shown, drawn: _Drawn, outcome: Outcome) -> None:
    names, (left, right) = named(shown.asked), drawn.pair
    ballot = Ballot(
        namespace=shown.asked.namespace,
        cast_at=time.time(),
        part_of=shown.asked.id,
        left_run=shown.runs[left],
        right_run=shown.runs[right],
        left_model=names[left.pane],
        right_model=names[right.pane],
        outcome=outcome,
    )
    core().history.votes.cast(ballot)
    st.session_state[_DRAWN] = replace(drawn, outcome=outcome)


def _next() -> None:
    st.session_state.pop(_DRAWN, None)
