"""The values of variables: typed, or rows of a file, of which one or all are run."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from playground import texts
from playground.comparison import Pane, Set, variables
from playground.errors import BadRequestError, PlaygroundError
from playground.texts import Table
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.units import counted

MOST = 1000
"""Rows that are run in one go."""
_TABLE, _NAME, _PROBLEM, _ROUND = "compare_table", "compare_table_name", "compare_table_problem", "compare_table_round"
_ALL, _ROW, _ABREAST = "compare_all", "compare_from_row", "compare_abreast"
_TYPES = ["csv", "tsv", "jsonl", "ndjson"]


def rows_button() -> None:
    """Draw the popover that takes a file of rows."""
    table = _table()
    label = f"Rows · {len(table):,}" if table else "Rows"
    with st.popover(label, icon=":material/table_rows:", type="tertiary", key="compare_rows_panel"):
        st.markdown(quiet("A CSV or JSON Lines file: each column is a variable, each row a run for every pane."))
        if table is None:
            widget = f"compare_rows_{st.session_state.setdefault(_ROUND, 0)}"
            st.file_uploader("File of rows", _TYPES, key=widget, on_change=_given, args=(widget,), max_upload_size=20)
        else:
            st.markdown(f"**{st.session_state.get(_NAME, 'Rows')}** {quiet(_columns(table))}")
            st.dataframe(
                dict(table.take(range(min(len(table), 50))).columns),
                height="content" if len(table) < 6 else 220,
                alt="The first rows of the file",
            )
            st.button("Remove the file", key="compare_rows_remove", icon=":material/close:", on_click=_forget)
        if st.session_state.get(_PROBLEM):
            st.markdown(f":red[:material/error:] {sentence(st.session_state[_PROBLEM])}")


def ask(prompt: str, panes: Sequence[Pane]) -> tuple[Mapping[str, Any], ...]:
    """Draw what gives the variables their values; returns the rows to run, one empty row where there are none."""
    table, names = _table(), variables(prompt, panes)
    if table is not None:
        return _pick(table, names)
    if names:
        with st.grid(3, min_column_width=200, gap="small", key="compare_values"):
            for name in names:
                st.text_input(f"{{{{{name}}}}}", key=_value(name), placeholder="value", persist_state="session")
    return ({name: st.session_state.get(_value(name)) or "" for name in names if _given_value(name)},)


def abreast() -> int:
    """How many rows run at the same time for each pane."""
    return int(st.session_state.get(_ABREAST) or 2)


def fill(asked: Set) -> None:
    """Set the values as they were for a set."""
    if len(asked.rows) == 1:
        for name, value in asked.rows[0].items():
            st.session_state[_value(name)] = "" if value is None else str(value)
        _forget()
        return
    columns = dict.fromkeys(name for row in asked.rows for name in row)
    give(Table({name: [row.get(name) for row in asked.rows] for name in columns}), "Rows of this comparison")


def give(table: Table | None, name: str) -> None:
    """Put a table in as if it had been chosen, all of it to be run; None takes away what is there."""
    _forget()
    if table is not None:
        st.session_state[_TABLE], st.session_state[_NAME], st.session_state[_ALL] = table, name, "All"


def _pick(table: Table, names: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
    """Which rows of a file: one, or all."""
    unknown = [name for name in names if name not in table.columns]
    count = min(len(table), MOST)
    for widget, usual in ((_ALL, "One"), (_ABREAST, 2), (_ROW, 1)):
        st.session_state.setdefault(widget, usual)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="compare_pick"):
        how = st.segmented_control(
            "Rows to run",
            ["One", "All"],
            required=True,
            key=_ALL,
            format_func=lambda word: "One row" if word == "One" else f"All {counted(count, 'row')}",
            persist_state="session",
            label_visibility="collapsed",
        )
        if how == "All":
            st.number_input(
                "At once for each pane",
                1,
                8,
                key=_ABREAST,
                icon=":material/layers:",
                persist_state="session",
                width=160,
            )
            chosen = list(range(count))
        else:
            number = st.number_input("Row", 1, len(table), key=_ROW, persist_state="session", width=120)
            chosen = [int(number) - 1]
    if unknown:
        listed = " and ".join(f"`{name}`" for name in unknown)
        st.markdown(f":red[:material/error:] The file has no column {listed}; {_columns(table)}.")
    elif not names:
        st.markdown(quiet(f"No variable yet: write `{{{{{next(iter(table.columns))}}}}}` into the prompt."))
    elif how == "One":
        st.markdown(quiet(" · ".join(f"{name}: {_short(table.columns[name][chosen[0]])}" for name in names)))
    if how == "All" and len(table) > MOST:
        st.markdown(quiet(f"The first {MOST:,} of {len(table):,} rows are run."))
    return tuple({name: values[row] for name, values in table.columns.items()} for row in chosen)


def _table() -> Table | None:
    found: Table | None = st.session_state.get(_TABLE)
    return found


def _value(name: str) -> str:
    return f"compare_value_{name}"


def _given_value(name: str) -> bool:
    return bool(st.session_state.get(_value(name)))


def _columns(table: Table) -> str:
    named = ", ".join(f"`{name}`" for name in table.columns)
    return f"{counted(len(table), 'row')} with {named}"


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _given(widget: str) -> None:
    file = st.session_state[widget]
    st.session_state.pop(_PROBLEM, None)
    if file is None:
        return
    st.session_state[_ROUND] += 1
    try:
        table = texts.read(file.name, file.getvalue())
        if not len(table):
            raise BadRequestError(f"`{file.name}` has no rows")
    except PlaygroundError as error:
        st.session_state[_PROBLEM] = error.message
    else:
        st.session_state[_TABLE], st.session_state[_NAME] = table, file.name
        st.session_state[_ROW] = 1


def _forget() -> None:
    st.session_state.pop(_TABLE, None)
    st.session_state.pop(_NAME, None)
