"""Which panes there are: their letters in the session and in the URL, and what each of their controls holds."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from playground.call import Task
from playground.comparison import LETTERS, Pane, Set
from playground.ui import knobs, schema
from playground.ui.core import core
from playground.ui.listings import listings

FEWEST = 2
SHARED = "compare_shared"
"""Whether system prompt and schema are one for all."""
SYNC = "compare_sync"
"""Whether the parameters are one for all."""
_LETTERS, _PARAM = "compare_letters", "panes"


def key(task: Task, letter: str = "") -> str:
    """What the keys of a pane's controls begin with; without a letter, of those that hold for all panes."""
    return f"compare_{task}_{letter}" if letter else f"compare_{task}"


def letters() -> list[str]:
    """The panes on the page, in order; the URL carries them over a refresh."""
    if _LETTERS not in st.session_state:
        wanted = [letter for letter in LETTERS if letter in st.query_params.get(_PARAM, "")]
        st.session_state[_LETTERS] = wanted if len(wanted) >= FEWEST else list(LETTERS[:FEWEST])
    found: list[str] = st.session_state[_LETTERS]
    return found


def address() -> None:
    """Let the URL name the panes."""
    named = "".join(letters())
    if st.query_params.get(_PARAM) != named:
        st.query_params[_PARAM] = named


def another(task: Task, letter: str) -> None:
    """Let a chat pane that has no model yet begin with one that no pane before it has, of the same provider."""
    box = f"{key(task, letter)}_model"
    place = letters().index(letter)
    if task != "chat" or place == 0 or st.session_state.get(box) or box in st.query_params:
        return
    before = [key(task, each) for each in letters()[:place]]
    provider = st.session_state.get(f"{before[-1]}_provider")
    used = {st.session_state.get(f"{each}_model") for each in before}
    models = listings(core()).get(provider).models if provider else ()
    free = [model.id for model in models if task in model.tasks and model.id not in used]
    if free and f"{key(task, letter)}_provider" not in st.query_params:
        st.session_state[f"{key(task, letter)}_provider"], st.session_state[box] = provider, free[0]


def add(task: Task, letter: str) -> None:
    """One more pane, a copy of this one."""
    new = next((each for each in LETTERS if each not in letters()), None)
    if new is not None:
        for name in _held(task):
            if f"{key(task, letter)}_{name}" in st.session_state:
                st.session_state[f"{key(task, new)}_{name}"] = st.session_state[f"{key(task, letter)}_{name}"]
        st.session_state[_LETTERS] = sorted([*letters(), new])


def remove(letter: str) -> None:
    """One pane less; its runs stay in the set and in the history."""
    if len(letters()) > FEWEST:
        st.session_state[_LETTERS] = [each for each in letters() if each != letter]


def switched(task: Task, switch: str) -> None:
    """After a switch was turned: what held for all now stands in each pane, or what the first pane had for all."""
    names = ("system", "schema") if switch == SHARED else (*_knobs(task), "extra")
    first, all_ = key(task, letters()[0]), key(task)
    if st.session_state[switch]:
        _copy(first, [all_], names)
    else:
        _copy(all_, [key(task, letter) for letter in letters()], names)


def fill(asked: Set) -> None:
    """Set the panes as they were for a set; providers and models in the URL go before."""
    task, panes = asked.task, asked.panes
    if _PARAM not in st.query_params:
        st.session_state[_LETTERS] = [pane.letter for pane in panes]
    synced = _same([pane.parameters for pane in panes])
    shared = _same([(pane.system, pane.schema) for pane in panes])
    st.session_state[SYNC], st.session_state[SHARED] = synced, shared
    for pane in panes:
        _fill(task, key(task, pane.letter), pane)
        for name, value in (("provider", pane.provider), ("model", pane.model)):
            box = f"{key(task, pane.letter)}_{name}"
            if box not in st.query_params:
                st.session_state[box] = value
    if panes:
        _fill(task, key(task), panes[0])


def _fill(task: Task, prefix: str, pane: Pane) -> None:
    knobs.fill(task, prefix, pane.parameters)
    st.session_state[f"{prefix}_system"] = pane.system or ""
    schema.fill(prefix, pane.schema)


def _same(values: Sequence[Any]) -> bool:
    return all(value == values[0] for value in values)


def _copy(source: str, targets: Sequence[str], names: Sequence[str]) -> None:
    held: Mapping[str, Any] = {name: st.session_state.get(f"{source}_{name}") for name in names}
    for target in targets:
        for name, value in held.items():
            st.session_state[f"{target}_{name}"] = value


def _held(task: Task) -> tuple[str, ...]:
    return ("provider", "model", *_knobs(task), "extra", "system", "schema")


def _knobs(task: Task) -> tuple[str, ...]:
    return tuple(knob.name for knob in knobs.KNOBS[task])
