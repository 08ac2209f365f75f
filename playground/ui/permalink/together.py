"""A set of runs as a document: what was asked of whom, how each run ended and what it took, and the seal over all."""

import json
from collections import Counter
from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from playground.comparison import Cell, Kind, Set
from playground.record import RunRecord, Status
from playground.ui.attachments.cards import show
from playground.ui.compare.files import files_of
from playground.ui.compare.session import Shown, shown_set
from playground.ui.content import show_answer
from playground.ui.core import core
from playground.ui.detail import moment
from playground.ui.fault import fault
from playground.ui.look import quiet
from playground.ui.permalink.moved import PRINTED, unmarked
from playground.ui.permalink.sealed import draw_seal
from playground.ui.permalink.share import copy_path, print_button
from playground.ui.permalink.since import again_button, draw_since, path, read
from playground.ui.permalink.tables import GONE, Ended, costs, outcomes, panes_table, runs_table
from playground.ui.permalink.vectors import draw_items, draw_vectors, items_of
from playground.ui.report import report_button
from playground.ui.scorecard.figure import TITLES, called, overview
from playground.ui.scorecard.view import made
from playground.ui.slides.adding import add_button

_KINDS: Mapping[Kind, str] = {
    "comparison": "Comparison of {} panes",
    "scorecard": "Scorecard of {} panes",
    "embeddings": "A/B of {} embedding models",
}
_BACK: Mapping[Kind, tuple[str, str, str]] = {
    "comparison": ("compare.py", "Open in Compare", ":material/view_column:"),
    "scorecard": ("scorecard.py", "Scorecard", ":material/scoreboard:"),
    "embeddings": ("embeddings.py", "Open in Embeddings", ":material/scatter_plot:"),
}
"""The page that shows a set of this kind."""
_BADGES: Mapping[Status, str] = {
    "done": ":green-badge[:material/check: {} answered]",
    "failed": ":red-badge[:material/error: {} failed]",
    "cancelled": ":orange-badge[:material/stop_circle: {} stopped]",
}
_BEAT = 0.7


def draw_together(shown: Shown) -> None:
    """Draw the receipt of a set."""
    ended = Ended(shown.asked, shown.runs, core().history.sets.glances(shown.asked.id))
    _masthead(shown, ended)
    if shown.live:
        st.fragment(run_every=_BEAT)(_live)(shown.asked.id)
        return
    _actions(shown, ended)
    draw_since(shown)
    _body(shown, ended)
    st.markdown("### Every run", anchors=False)
    _runs(ended)
    draw_seal(shown, ended)


def _body(shown: Shown, ended: Ended) -> None:
    """What was asked and what came of it, as it is told of a set of this kind."""
    match shown.asked.kind:
        case "comparison":
            _asked(shown.asked)
            _outcomes(ended)
            if len(shown.asked.rows) == 1:
                _answers(shown)
        case "scorecard":
            _asked(shown.asked)
            _outcomes(ended)
            _card(shown)
        case "embeddings":
            founds = items_of(shown)
            draw_items(shown, founds)
            _panes(shown.asked)
            draw_vectors(shown, founds)


def _outcomes(ended: Ended) -> None:
    st.markdown("### What came of it", anchors=False)
    with st.container(key="receipt_outcomes"):
        st.table(outcomes(ended), border="horizontal", alt="What came of each pane")


def _title(asked: Set) -> str:
    return _KINDS[asked.kind].format(len(asked.panes))


def _masthead(shown: Shown, ended: Ended) -> None:
    asked = shown.asked
    st.markdown(f"## {_title(asked)}", anchors=False)
    found = Counter(glance.status for glance in ended.glances.values())
    badges = [badge.format(f"{found[status]:,}") for status, badge in _BADGES.items() if found[status]]
    gone = len(set(shown.runs.values()) - set(ended.glances))
    if gone and not shown.live:
        badges.append(f":gray-badge[:material/delete: {gone:,} {GONE}]")
    st.markdown(" ".join([*badges, f":gray-badge[{asked.task}]", f":small[{moment(asked.created_at)}]"]))


def _live(id: str) -> None:  # noqa: A002 - the field's name
    shown = shown_set(id)
    if shown is None or not shown.live:
        st.rerun()
        return
    there, total = len(core().history.sets.glances(id)), len(shown.runs) + core().sweeps.waiting(id)
    st.progress(min(1.0, there / max(1, total)), f":small[{there:,} of {total:,} runs have ended]")
    st.markdown(quiet("The receipt stands here when all have."))


def _actions(shown: Shown, ended: Ended) -> None:
    ids, asked = [shown.runs[cell] for cell in sorted(shown.runs)], shown.asked
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="receipt_doing"):
        again_button(shown, costs(ended))
        copy_path(path(asked.id), "receipt")
        print_button("receipt")
        report_button(ids, "receipt", title=_title(asked))
        add_button(ids, "receipt")
        st.download_button(
            "JSON",
            partial(_file, shown),
            f"{asked.id}.json",
            "application/json",
            key="receipt_json",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            help="All runs whole, and what the seal is made of.",
        )
        page, label, icon = _BACK[asked.kind]
        st.page_link(page, label=label, icon=icon, query_params={"set": asked.id})


def _asked(asked: Set) -> None:
    with st.container(border=True, key="receipt_asked"):
        st.markdown(":small[:gray[Asked]]")
        if asked.prompt.strip():
            st.code(asked.prompt, language=None, wrap_lines=True)
        show(files_of(asked), "receipt_asked")
        if any(asked.rows):
            rows = [{"#": number, **row} for number, row in enumerate(asked.rows, 1)]
            st.dataframe(
                rows, hide_index=True, height="content" if len(rows) < 9 else 300, alt="The values, row by row"
            )
        if asked.cache is not None:
            st.markdown(quiet(f"The semantic cache was on, with a limit of {asked.cache:.1%} of wrong answers."))
    _panes(asked)


def _panes(asked: Set) -> None:
    st.table(panes_table(asked), border="horizontal", alt="Who was asked, and how")


def _card(shown: Shown) -> None:
    """The card's figures and sentences; its drawings are on its own page."""
    card = made(shown).card
    columns = overview(card, shown.asked.panes)
    st.table(columns, border="horizontal", alt="Medians and shares by measure and pane, with their intervals")
    for name, sentences in card.sentences.items():
        if sentences:
            said = "\n".join(f"- :small[{words}]" for words in sentences)
            st.markdown(f"**{TITLES[name]}**\n{said}")


def _answers(shown: Shown) -> None:
    """Each pane's answer, whole."""
    for pane in shown.asked.panes:
        id_ = shown.runs.get(Cell(0, pane.letter))
        run = core().history.get(id_, shown.asked.namespace) if id_ else None
        with st.container(key=f"receipt_pane_{pane.letter}"):
            st.markdown(f"**{called(pane)}**" + (f" · [receipt](/receipt?run={id_})" if run else ""))
            if run is None:
                st.markdown(quiet(f"This run is {GONE}." if id_ else "This pane was not run."))
            else:
                _answer(run, pane.letter)


def _answer(run: RunRecord, letter: str) -> None:
    if run.status == "failed" and run.error:
        fault(run.error, key=f"receipt_{letter}")
    if run.response or any(run.partial) or run.status != "failed":
        show_answer(run, f"receipt_{letter}")


def _runs(ended: Ended) -> None:
    table = runs_table(ended)
    if len(ended.ids) <= PRINTED:
        with st.container(key="receipt_every"):
            st.table(table, border="horizontal", alt="Every run of the set, with its receipt")
        return
    links = [f"/receipt?run={id_}" for _, id_ in sorted(ended.ids.items())]
    link = st.column_config.LinkColumn(display_text="open")
    st.dataframe(
        unmarked(table) | {"Receipt": links},
        hide_index=True,
        height=420,
        column_config={"Receipt": link},
        key="receipt_runs",
        alt="Every run of the set, with its receipt",
    )


def _file(shown: Shown) -> bytes:
    document: dict[str, Any] = read(shown).document
    return core().settings.masked(json.dumps(document, ensure_ascii=False, indent=1, default=str)).encode()
