"""The set that the page shows: its id in the session and in the URL, found again after a refresh and a restart."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from playground.cache.visit import Wish
from playground.call import Task
from playground.comparison import Cell, Pane, Set, new_id, request
from playground.errors import NotFoundError, PlaygroundError
from playground.ui.cache import controls
from playground.ui.compare import panes, question, rows
from playground.ui.compare.files import parts_of, put
from playground.ui.core import NAMESPACE, core

TASK, ROW, PROBLEM = "compare_task", "compare_row", "compare_problem"
_SET, _PARAM = "compare_set", "set"


@dataclass(frozen=True, slots=True)
class Shown:
    """The set on the page with its runs; `live`: something of it runs or is going to; `row` is the one looked at."""

    asked: Set
    runs: Mapping[Cell, str]
    live: bool
    row: int

    def run(self, letter: str) -> str | None:
        """The run of a pane for the row that is looked at."""
        return self.runs.get(Cell(self.row, letter))


def reopen() -> PlaygroundError | None:
    """Make the session show the set that the URL names, and the controls as they were; returns why it cannot."""
    last, wanted = st.session_state.get(_SET), st.query_params.get(_PARAM)
    if wanted is None and last is not None:
        st.query_params[_PARAM] = last
    if wanted is None or wanted == last:
        return None
    asked = core().history.sets.get(wanted, NAMESPACE)
    if asked is None:
        return NotFoundError(f"there is no comparison `{wanted[:80]}`; it may belong to another data folder")
    st.session_state.update({_SET: wanted, TASK: asked.task, ROW: 0})
    panes.fill(asked)
    question.fill(asked)
    rows.fill(asked)
    controls.fill("compare", {"enable_semantic_cache": asked.cache is not None, "cache_delta": asked.cache})
    return None


def shown(task: Task) -> Shown | None:
    """What the page shows for a task, None while there is nothing."""
    id_ = st.session_state.get(_SET)
    found = shown_set(id_) if id_ else None
    return found if found is not None and found.asked.task == task else None


def shown_set(id: str) -> Shown | None:  # noqa: A002 - the field's name
    """A set as it stands now, None when there is none."""
    asked = core().history.sets.get(id, NAMESPACE)
    if asked is None:
        return None
    waiting = core().sweeps.waiting(id)
    runs = core().history.sets.runs(id)
    living = {run.id for run in core().live(NAMESPACE)}
    row = min(int(st.session_state.get(ROW, 0)), len(asked.rows) - 1)
    return Shown(asked, runs, live=bool(waiting or living & set(runs.values())), row=row)


def start(
    task: Task,
    asked: question.Question,
    who: Sequence[Pane],
    *,
    cache: float | None,
    wish: Wish,
    abreast: int,
) -> None:
    """Start a set and show it. Raises BadRequestError for what cannot be asked; then nothing has been started."""
    files = put(asked.files)
    new = Set(new_id(), NAMESPACE, time.time(), "comparison", task, asked.prompt, tuple(who), asked.rows, files, cache)
    parts = [file.part for file in asked.files]
    for cell in new.cells():
        request(new, cell, parts)
    core().sweeps.start(new, new.cells(), parts, abreast=abreast, wish=wish)
    _show(new.id)


def again(asked: Set, cells: Sequence[Cell], *, abreast: int = 1) -> None:
    """Run some cells of a set, for the first time or once more; a stored answer does not stand in for a fresh one."""
    try:
        core().sweeps.go_on(asked, cells, parts_of(asked), abreast=abreast, wish="refresh")
    except PlaygroundError as error:
        st.session_state[PROBLEM] = error.message


def stop(asked: Set) -> None:
    """Stop what runs and start nothing more."""
    core().sweeps.stop(asked.id, NAMESPACE)


def clear() -> None:
    """Show no set; it stays, and the question stays where it is."""
    st.session_state.pop(_SET, None)
    st.query_params.pop(_PARAM, None)


def open_set(id: str) -> None:  # noqa: A002 - the field's name
    """Show another set, with its question in the controls."""
    for name in list(st.query_params):
        del st.query_params[name]
    st.session_state.pop("compare_letters", None)
    st.query_params[_PARAM] = id


def _show(id_: str) -> None:
    st.session_state.update({_SET: id_, ROW: 0})
    st.query_params[_PARAM] = id_
