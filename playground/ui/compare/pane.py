"""The head of a pane: its letter, who answers and how, and the ways to copy and to remove it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.call import Task
from playground.comparison import LETTERS, Pane
from playground.ui.compare.panes import FEWEST, add, another, key, letters, remove
from playground.ui.fault import sentence
from playground.ui.knobs import Knobs, knobs
from playground.ui.look import quiet
from playground.ui.picker import Choice, pick_model
from playground.ui.schema import schema_editor
from playground.ui.system import system_prompt


@dataclass(frozen=True, slots=True)
class Common:
    """What holds for all panes; None where each has its own. `problem` is why nothing can be run."""

    knobs: Knobs | None
    system: str | None
    schema: Mapping[str, Any] | None
    own: bool
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """What a pane's controls say. `problem` is why it cannot be run, empty when it can; `place` is for its run."""

    place: DeltaGenerator
    pane: Pane
    choice: Choice
    problem: str


def head(task: Task, letter: str, common: Common) -> Head:
    """Draw the head of a pane into the container around."""
    prefix = key(task, letter)
    row = st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"{prefix}_title")
    another(task, letter)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=f"{prefix}_bar"):
        choice = pick_model(task, prefix)
    with row:
        ready = "" if choice.readiness.ready else ":orange-badge[:material/key: Not ready]"
        st.markdown(f"**{letter}** {ready}", width="stretch")
        if common.knobs is None:
            found = knobs(task, choice.refuses, prefix)
        _buttons(task, letter)
    if not choice.readiness.ready:
        st.markdown(quiet(sentence(choice.readiness.advice)))
    if common.knobs is not None:
        found = _sent(common.knobs, choice)
    system, schema, problem = _words(task, prefix, choice, common)
    return Head(
        st.container(),
        Pane(letter, choice.provider, choice.model, found.parameters, system, schema),
        choice,
        _problem(choice) or found.problem or problem,
    )


def _problem(choice: Choice) -> str:
    return "" if choice.model else "no model is picked"


def _buttons(task: Task, letter: str) -> None:
    full, few = len(letters()) == len(LETTERS), len(letters()) == FEWEST
    with st.container(horizontal=True, width="content", gap="xsmall", key=f"compare_tools_{letter}"):
        st.button(
            "Copy",
            key=f"compare_copy_{letter}",
            icon=":material/content_copy:",
            type="tertiary",
            help="There are six panes, no more" if full else f"One more pane with what {letter} has",
            disabled=full,
            on_click=add,
            args=(task, letter),
        )
        st.button(
            "Remove",
            key=f"compare_remove_{letter}",
            icon=":material/close:",
            type="tertiary",
            help="Two panes at least" if few else f"Take pane {letter} away",
            disabled=few,
            on_click=remove,
            args=(letter,),
        )


def _sent(common: Knobs, choice: Choice) -> Knobs:
    """The parameters of all, without those that this model refuses; says which."""
    refused = choice.refuses(common.parameters)
    left_out = [name for name in common.parameters if name in refused]
    if left_out:
        named = " and ".join(f"`{name}`" for name in left_out)
        st.markdown(quiet(f":material/block: {named} left out here: {refused[left_out[0]]}"))
    return Knobs({name: value for name, value in common.parameters.items() if name not in refused}, common.problem)


def _words(task: Task, prefix: str, choice: Choice, common: Common) -> tuple[str | None, Mapping[str, Any] | None, str]:
    """(system prompt, schema, problem) of a chat pane, without what its model refuses."""
    if task != "chat":
        return None, None, ""
    if common.own:
        with st.container(horizontal=True, gap="xsmall", key=f"{prefix}_words"):
            system = system_prompt(prefix, choice.known)
            return system, *schema_editor(prefix, choice.known)
    refuses = choice.known.refuses if choice.known else {}
    left_out = [name for name, value in (("system", common.system), ("schema", common.schema)) if value]
    left_out = [name for name in left_out if name in refuses]
    for name in left_out:
        st.markdown(quiet(f":material/block: `{name}` left out here: {refuses[name]}"))
    system = None if "system" in left_out else common.system
    return system, None if "schema" in left_out else common.schema, common.problem
