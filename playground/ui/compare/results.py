"""Many rows: how far they are, and the answers as a table of rows and panes, of which one row is looked at."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.comparison import Cell
from playground.store.row import Glance
from playground.ui.compare import session
from playground.ui.compare.rows import abreast
from playground.ui.compare.session import ROW, Shown
from playground.ui.core import core
from playground.ui.look import quiet
from playground.units import dollars

_BEAT = 0.7
_MARKS = {"failed": "✕ failed: ", "cancelled": "■ stopped: ", "done": ""}


def draw_results(shown: Shown) -> None:
    """Draw progress and table; both grow while the set runs."""
    with st.container(key="compare_results"):
        st.fragment(run_every=_BEAT if shown.live else None)(_results)(shown.asked.id, live=shown.live)


def _results(id: str, *, live: bool) -> None:  # noqa: A002 - the field's name
    shown = session.shown_set(id)
    if shown is None or shown.live != live:
        st.rerun()
        return
    glances = core().history.sets.glances(id)
    _progress(shown, glances)
    table = [_line(shown, row, glances) for row in range(len(shown.asked.rows))]
    st.dataframe(
        table,
        hide_index=True,
        height="content" if len(table) < 9 else 340,
        key="compare_table_of_rows",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "#": st.column_config.NumberColumn(width=48),
            **{name: st.column_config.Column(width="small") for name in shown.asked.rows[0]},
            **{pane.letter: st.column_config.Column(width="medium") for pane in shown.asked.panes},
        },
        alt="Answers by row and pane",
    )
    _look()
    st.markdown(quiet(f"Row {shown.row + 1} stands below; choose another one by the box at its left."))


def _look() -> None:
    """Follow the choice in the table."""
    chosen = st.session_state["compare_table_of_rows"].selection.rows
    if chosen and chosen[0] != st.session_state.get(ROW):
        st.session_state[ROW] = chosen[0]
        st.rerun()


def _progress(shown: Shown, glances: Mapping[str, Glance]) -> None:
    runs = [run for cell, run in shown.runs.items() if cell.repeat == 0]  # a scorecard has more, on its own page
    found = Counter(glances[run].status for run in runs if run in glances)
    total = len(shown.asked.cells())
    running = len(runs) - sum(found.values())
    words = [f"{found['done']:,} of {total:,} answers"]
    words += [f"{count:,} {word}" for count, word in ((found["failed"], "failed"), (found["cancelled"], "stopped"))]
    words += [f"{running:,} running"] if shown.live else []
    costs = [glance.cost for glance in glances.values()]
    if costs and None not in costs:
        words.append(dollars(sum(cost or 0 for cost in costs)).replace("$", "\\$"))
    told = " · ".join(word for word in words if not word.startswith("0 ") or word.endswith("answers"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="compare_progress"):
        if shown.live:
            st.progress(sum(found.values()) / total, f":small[{told}]")
        else:
            st.markdown(quiet(told), width="stretch")
            _left(shown, glances)
        st.download_button(
            "Download",
            lambda: _file(shown),
            f"{shown.asked.id}.jsonl",
            "application/x-ndjson",
            key="compare_download",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )


def _left(shown: Shown, glances: Mapping[str, Glance]) -> None:
    """The way to run what has no answer."""
    done = {cell for cell, run in shown.runs.items() if run in glances and glances[run].status == "done"}
    rest = [cell for cell in shown.asked.cells() if cell not in done]
    if rest:
        st.button(
            f"Run the {len(rest):,} without an answer",
            key="compare_rest",
            icon=":material/play_arrow:",
            type="tertiary",
            on_click=session.again,
            args=(shown.asked, rest),
            kwargs={"abreast": abreast()},
        )


def _line(shown: Shown, row: int, glances: Mapping[str, Glance]) -> dict[str, Any]:
    said = {pane.letter: _said(shown, Cell(row, pane.letter), glances) for pane in shown.asked.panes}
    return {"#": row + 1, **shown.asked.rows[row], **said}


def _said(shown: Shown, cell: Cell, glances: Mapping[str, Glance]) -> str:
    run = shown.runs.get(cell)
    if run is None:
        return "waits" if shown.live else "not run"
    glance = glances.get(run)
    return "runs …" if glance is None else _MARKS[glance.status] + glance.answer


def _file(shown: Shown) -> bytes:
    """A line of JSON for each run that has ended."""
    lines = []
    for cell, run in shown.runs.items():
        record = core().history.get(run, shown.asked.namespace)
        if record is not None:
            pane = shown.asked.pane(cell.pane)
            lines.append(
                {
                    "row": cell.row + 1,
                    "values": shown.asked.rows[cell.row],
                    "pane": cell.pane,
                    "provider": pane.provider if pane else record.provider,
                    "model": record.model,
                    "status": record.status,
                    "data": (record.response or {}).get("data"),
                    "error": (record.error or {}).get("error"),
                    "timings_ms": {"first_token": record.timings.first_token, "total": record.timings.total},
                    "tokens": {"prompt": record.prompt_tokens, "completion": record.completion_tokens},
                    "cost": record.cost,
                    "cached": record.cached,
                    "run": record.id,
                }
            )
    text = "\n".join(json.dumps(line, ensure_ascii=False, default=str) for line in lines)
    return core().settings.masked(text).encode()
