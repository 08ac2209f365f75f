"""What can be done with an outcome: the request itself, a link, files, a saved retriever."""

import csv
import io
import json
from functools import partial
from typing import Any

import streamlit as st

from playground.errors import BadRequestError, PlaygroundError
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.request import exact_request
from playground.ui.search.asking import USING
from playground.ui.search.place import library
from playground.ui.search.question import plain
from playground.ui.search.searching import Outcome
from playground.units import seconds
from playground.vectors.explained import sentence as explained
from playground.vectors.retriever import Retriever

_PROBLEM = "search_save_problem"


def draw_line(outcome: Outcome, letter: str = "") -> None:
    """Draw what a search took, with its runs, and the buttons."""
    key = f"search{f'_{letter}' if letter else ''}"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_actions"):
        st.markdown(f":small[{took(outcome)}]", width="stretch")
        if st.button("Request", key=f"{key}_request", icon=":material/code:", type="tertiary"):
            _dialog(outcome)
        _downloads(outcome, key)
        if not letter and outcome.target.retriever is None and not outcome.target.hosted:
            _saving(outcome)
    for warning in outcome.warnings:
        st.markdown(f":orange[:material/info:] :small[{sentence(warning)}]")


def took(outcome: Outcome) -> str:
    """The line in Markdown: hits, milliseconds and their parts, the runs that embedded."""
    if outcome.target.hosted:
        way = f"**{seconds(outcome.ms)}** with the way there"
        hits = "1 hit" if len(outcome.found) == 1 else f"{len(outcome.found):,} hits"
        parts = [f"**{hits}**", way, f"`{outcome.post.origin}`"]
    else:
        parts = [f"**{len(outcome.found):,} of {outcome.target.space.count:,}**", f"**{seconds(outcome.ms)}**"]
    if outcome.runs and not outcome.target.hosted:
        parts.append(f"embedding {seconds(outcome.embedding_ms)} + search {seconds(outcome.searching_ms)}")
    links = [f"[run](/runs?run={run.id}) · [receipt](/receipt?run={run.id})" for run in outcome.runs[:2]]
    return " · ".join([*parts, *links])


@st.dialog("This exact request", width="large")
def _dialog(outcome: Outcome) -> None:
    exact_request(outcome.post)


def _downloads(outcome: Outcome, key: str) -> None:
    with st.popover("Download", icon=":material/download:", type="tertiary", key=f"{key}_download"):
        for label, name, mime, make in (
            ("Hits as CSV", "hits.csv", "text/csv", as_csv),
            ("Hits as JSON Lines", "hits.jsonl", "application/x-ndjson", as_jsonl),
        ):
            st.download_button(
                label,
                partial(make, outcome),
                name,
                mime,
                key=f"{key}_{name}",
                on_click="ignore",
                width="stretch",
                type="tertiary",
            )


def lines(outcome: Outcome) -> list[dict[str, Any]]:
    """A row for each hit: rank, id, score, why, then the payload's fields under `payload.`."""
    best = outcome.found[0].place.score if outcome.found else 0.0
    return [
        {
            "rank": rank,
            "document_id": each.place.id,
            "score": each.place.score,
            "why": explained(each.place, rank, outcome.metrics, best),
            **{f"payload.{name}": value for name, value in each.payload.items()},
        }
        for rank, each in enumerate(outcome.found, 1)
    ]


def as_csv(outcome: Outcome) -> bytes:
    """The hits as CSV, UTF-8 with a mark for spreadsheets; lists and objects as JSON."""
    rows = lines(outcome)
    names = list(dict.fromkeys(name for row in rows for name in row))
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names or ["rank", "document_id", "score", "why"], restval="")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: json.dumps(v) if isinstance(v, list | dict) else v for name, v in row.items()})
    return out.getvalue().encode("utf-8-sig")


def as_jsonl(outcome: Outcome) -> bytes:
    """An object per hit, with what each search gave to its place."""
    rows = []
    for rank, each in enumerate(outcome.found, 1):
        shares = [
            {"index": share.feature_uri, "rank": share.rank, "score": share.score, "contribution": share.contribution}
            for share in each.place.shares
        ]
        rows.append(
            {
                "rank": rank,
                "document_id": each.place.id,
                "score": each.place.score,
                "searches": shares,
                "payload": dict(each.payload),
            }
        )
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode("utf-8", "surrogatepass")


def _saving(outcome: Outcome) -> None:
    with st.popover("Save as retriever", icon=":material/bookmark_add:", type="tertiary", key="search_save"):
        st.markdown("The search without its question, under a name; programs run it by its id.")
        name = st.text_input("Name", key="search_save_name", placeholder="my-search")
        st.button("Save", key="search_save_go", type="primary", on_click=_save, args=(outcome, (name or "").strip()))
        problem = st.session_state.pop(_PROBLEM, "")
        if problem:
            st.markdown(f":red[:material/error:] {sentence(problem)}")
        st.markdown(quiet("Filters are not saved: they belong to each execution."))


def _save(outcome: Outcome, name: str) -> None:
    target, made = outcome.target, plain(outcome.target, outcome.question)
    try:
        if not name:
            raise BadRequestError("give it a name")
        saved = library().retrievers.create(target.space.scope, Retriever("", name, made.stages, made.inputs))
    except PlaygroundError as error:
        st.session_state[_PROBLEM] = error.message
    else:
        st.session_state[USING] = f"{target.space.id}/{saved.id}"
        st.session_state["search_save_name"] = ""
        st.toast(f"`{name}` is saved; it answers to `{saved.id}`.", icon=":material/bookmark_added:")
