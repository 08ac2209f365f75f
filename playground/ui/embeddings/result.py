"""A run on the page: its progress while it lives, then the map and what can be asked of it."""

import time
from functools import partial

import streamlit as st

from playground.errors import PlaygroundError
from playground.providers import capability
from playground.record import RunRecord
from playground.runs import Run
from playground.ui.core import core
from playground.ui.embeddings import session
from playground.ui.embeddings.download import draw_downloads
from playground.ui.embeddings.embedded import Embedded, embedded
from playground.ui.embeddings.fitting import listed
from playground.ui.embeddings.items import count_of
from playground.ui.embeddings.map import draw_controls, draw_map
from playground.ui.embeddings.neighbourhood import draw_neighbours
from playground.ui.embeddings.panel import request_button
from playground.ui.embeddings.selection import draw_selection
from playground.ui.embeddings.similarity import draw_similarity
from playground.ui.fault import fault, sentence
from playground.ui.receipt import line, seconds
from playground.ui.watch import BEAT, TICK, find

_DRAWN = 0.9 * BEAT


def draw_run(id: str) -> None:  # noqa: A002 - the field's name
    """Draw the run by its id, live or ended."""
    match find(id):
        case Run() as run:
            st.fragment(run_every=BEAT)(_live)(run)
        case RunRecord() as record:
            st.fragment(_ended)(record)
        case error:
            fault(error, key="embeddings_run")


def _live(run: Run) -> None:
    count = count_of(run.request.inputs)
    noun = "texts" if set(run.request.inputs) <= {"text", "texts"} else "items"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="embeddings_live"):
        place = st.empty()
        st.button("Stop", key="embeddings_stop", icon=":material/stop_circle:", type="tertiary", on_click=run.cancel)
    until = time.monotonic() + _DRAWN
    while True:
        words = f"{run.progress:.0%} of {count:,} {noun}" if run.progress else f"{count:,} {noun}"
        state = "Queued" if run.state == "queued" else "Embedding"
        told = f":shimmer[{run.doing}]" if run.doing else f":shimmer[{state}] · {words}"
        place.progress(run.progress or 0.0, f":small[{told} · {seconds(run.elapsed_ms)}]")
        if time.monotonic() > until or run.wait(TICK) is not None or run.ended:
            break
    if run.ended:
        st.rerun()


def _ended(run: RunRecord) -> None:
    if run.status == "cancelled":
        with st.container(horizontal=True, vertical_alignment="center", key="embeddings_stopped"):
            st.markdown(":orange[:material/stop_circle:] :small[You stopped this run. What was given is kept.]")
            st.button("Embed again", key="embeddings_again", type="tertiary", on_click=session.again, args=(run,))
    elif run.status == "failed" and run.error:
        fault(run.error, key="embeddings_run", retry=partial(_retry, run))
    else:
        try:
            found = embedded(run)
        except PlaygroundError as error:
            fault(error, key="embeddings_vectors")
        else:
            _receipt(run, found)
            _body(found)
            return
    _receipt(run, None)


def _retry(run: RunRecord) -> None:
    session.again(run)
    st.rerun()


def _receipt(run: RunRecord, found: Embedded | None) -> None:
    count = f"{len(found):,} {found.noun if len(found) != 1 else found.noun.removesuffix('s')}" if found else ""
    size = f"**{found.rows.name}** · {count} · {found.dimensions:,} dimensions · " if found else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="embeddings_actions"):
        st.markdown(f":small[{size}{line(run)}]")
        request_button(run)
        if found:
            draw_downloads(found)


def _body(found: Embedded) -> None:
    notes = [note for note in (found.rows.note, _strange(found)) if note]
    if found.cut:
        notes.append(f"{len(found.cut):,} texts were longer than the model reads and were cut")
    if notes:
        st.markdown(f":orange[:material/info:] :small[{sentence('; '.join(notes))}]")
    if len(found) == 1:
        _single(found)
        return
    view = draw_controls(found)
    left, right = st.columns([11, 8], gap="medium")
    with left:
        draw_map(found, view)
    with right:
        draw_neighbours(found)
    draw_selection(found)
    draw_similarity(found)


def _strange(found: Embedded) -> str:
    """A warning where kinds share a map and it is not known that they share a space, as another door may ask for."""
    provider, kinds = core().providers.get(found.run.provider), dict.fromkeys(found.kinds)
    if len(kinds) < 2 or (provider is not None and capability(provider, found.run.model).model.one_space):
        return ""
    return f"it is not known that `{found.run.model}` puts {listed(kinds)} into one space: near may not mean alike"


def _single(found: Embedded) -> None:
    """One thing has no map; its vector can still be looked at."""
    noun = found.noun.removesuffix("s")
    st.info(f"One {noun} has nothing to lie near to. Add a second line or file, and the map shows how close they are.")
    st.bar_chart({"value": found.vectors[0].tolist()}, height=180, alt="The numbers of the vector")
