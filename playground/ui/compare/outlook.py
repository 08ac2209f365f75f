"""The strip of a comparison: what its panes would meet, in one line above the buttons."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from playground.call import Task
from playground.comparison import Cell, Set, request
from playground.errors import PlaygroundError
from playground.preflight import Preflight, Problem, Range
from playground.ui.cache.controls import limit
from playground.ui.compare.pane import Head
from playground.ui.compare.question import Question
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.preflight import likelihood, price, tokens

_HELD = "compare_preflight_held"
_BEFORE = f":gray[:material/flight_takeoff:] {quiet('Tokens, price and what is refused stand here before you run.')}"
Found = Mapping[str, Preflight]
"""What each pane would meet, by its letter."""


def strip(task: Task, asked: Question, heads: Sequence[Head]) -> None:
    """Draw the line; empty while there is no request yet. It is made anew when the request is another one."""
    cache = limit("compare") if task == "chat" else None
    with st.container(key="compare_preflight"):
        found = _found(task, asked, heads, cache)
        st.markdown(line(found, len(asked.rows), switched=task == "chat" and cache is None) if found else _BEFORE)


def line(found: Found, rows: int = 1, *, switched: bool = False) -> str:
    """What stops a pane first, what all take after; of many rows it is the first one's, times their number."""
    facts = quiet(" · ".join(part for part in (_facts(found, rows), _cache(found, rows, switched)) if part))
    said = [(letter, problem) for letter, each in found.items() for problem in each.problems]
    stops = [each for each in said if each[1].stops]
    if not said:
        return f":gray[:material/flight_takeoff:] {facts}"
    colour, icon = ("red", "block") if stops else ("orange", "info")
    first, *others = stops or said
    more = f" :small[and {len(others)} more: {', '.join(_named(each) for each in others)}]" if others else ""
    return f":{colour}[:material/{icon}:] :small[**{first[0]}**{_said(first[1])}]{more} {facts}"


def _said(problem: Problem) -> str:
    """What stops a pane; one that is not set up says itself how to do it."""
    return " is not set up." if problem.code == "not_ready" else f": {sentence(problem.message)}"


def _found(task: Task, asked: Question, heads: Sequence[Head], cache: float | None) -> Found | None:
    panes = tuple(head.pane for head in heads)
    files = [file.reference for file in asked.files]
    ready = [head.choice.readiness.ready for head in heads]
    mark = (task, asked.prompt, files, json.dumps([asked.rows[0], *map(_plain, panes)], default=str), ready, cache)
    held = st.session_state.get(_HELD)
    if held is None or held[0] != mark:
        of = Set("", NAMESPACE, 0.0, "comparison", task, asked.prompt, panes, asked.rows[:1], cache=cache)
        held = (mark, _asked(of, asked))
        st.session_state[_HELD] = held
    found: Found | None = held[1]
    return found


def _asked(of: Set, asked: Question) -> Found | None:
    try:
        parts = [file.part for file in asked.files]
        return {
            pane.letter: core().preflight(request(of, Cell(0, pane.letter), parts), NAMESPACE)
            for pane in of.panes
            if pane.model
        }
    except PlaygroundError:  # no words yet, or no value: the buttons say so
        return None


def _plain(pane: Any) -> list[Any]:
    return [pane.letter, pane.provider, pane.model, dict(pane.parameters), pane.system, pane.schema]


def _facts(found: Found, rows: int) -> str:
    times = f"{rows:,} rows × {len(found)} panes" if rows > 1 else f"{len(found)} panes"
    counted = _sum([each.tokens for each in found.values()], rows)
    paid = _sum([each.dollars for each in found.values()], rows)
    exact = rows == 1 and all(each.exact for each in found.values())
    return " · ".join(part for part in (times, tokens(counted, exact=exact), price(paid)) if part)


def _sum(ranges: Sequence[Range | None], times: int) -> Range | None:
    """All of them together, None where one is not known."""
    known = [each for each in ranges if each is not None]
    if not known or len(known) < len(ranges):
        return None
    highs = [each.high for each in known]
    high = None if None in highs else sum(each or 0 for each in highs) * times
    return Range(sum(each.low for each in known) * times, high)


def _cache(found: Found, rows: int, switched: bool) -> str:
    if switched:
        return "cache: off"
    words = {letter: likelihood(each.cache).removeprefix("cache: ") for letter, each in found.items() if each.cache}
    if not words:
        return ""
    several = len(set(words.values())) > 1
    told = ", ".join(f"{letter} {word}" for letter, word in words.items()) if several else next(iter(words.values()))
    return f"cache: {told}" + (" (first row)" if rows > 1 else "")


def _named(each: tuple[str, Problem]) -> str:
    return f"{each[0]} {each[1].code}"
