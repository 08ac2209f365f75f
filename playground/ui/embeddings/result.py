"""A run on the page: its progress while it lives, then the map and what can be asked of it."""

import time
from functools import partial

import streamlit as st

from playground.errors import PlaygroundError
from playground.providers import capability
from playground.record import RunRecord
from playground.run import Run
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
from playground.ui.look import note
from playground.ui.permalink.share import copy_link
from playground.ui.receipt import line
from playground.ui.watch import BEAT, TICK, find
from playground.units import counted, seconds

_DRAWN = 0.9 * BEAT


def draw_run(id: str) -> None:  # noqa: A002 - the field's name
    """Draw the run by its id, live or ended."""
    match find(id):
        case Run() as run:
            st.fragment(run_every=BEAT)(follow)(run, "embeddings")
        case RunRecord() as record:
            st.fragment(_ended)(record)
        case error:
            fault(error, key="embeddings_run")


def follow(run: Run, key: str) -> None:
    """Draw the progress of a live run for one beat; when it has ended the page runs once more. `key` begins the keys.

    To be run as a fragment, every `BEAT` seconds.
    """
    count = count_of(run.request.inputs)
    noun = "texts" if set(run.request.inputs) <= {"text", "texts"} else "items"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_live"):
        place = st.empty()
        st.button("Stop", key=f"{key}_stop", icon=":material/stop_circle:", type="tertiary", on_click=run.cancel)
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
    found = vectors_of(run, "run")
    draw_receipt(run, found, "embeddings")
    if found:
        draw_body(found)


def vectors_of(run: RunRecord, place: session.Place) -> Embedded | None:
    """What an ended run left; where that is nothing, draw why, and the button that sends it again."""
    key = session.KEYS[place]
    if run.status == "cancelled":
        with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_stopped"):
            st.markdown(":orange[:material/stop_circle:] :small[You stopped this run. What was given is kept.]")
            st.button("Embed again", key=f"{key}_again", type="tertiary", on_click=session.again, args=(run, place))
    elif run.status == "failed" and run.error:
        fault(run.error, key=f"{key}_run", retry=partial(_retry, run, place))
    else:
        try:
            return embedded(run)
        except PlaygroundError as error:
            fault(error, key=f"{key}_vectors")
    return None


def _retry(run: RunRecord, place: session.Place) -> None:
    session.again(run, place)
    st.rerun()


def draw_receipt(run: RunRecord, found: Embedded | None, key: str) -> None:
    """Draw what a run took and what can be had of it. `key` begins the keys."""
    count = f"{len(found):,} {found.noun if len(found) != 1 else found.noun.removesuffix('s')}" if found else ""
    size = f"**{found.rows.name}** · {count} · {found.dimensions:,} dimensions · " if found else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_actions"):
        st.markdown(f":small[{size}{line(run)}]")
        request_button(run, key)
        copy_link(run.id, key)
        if found:
            draw_downloads(found, key)


def draw_body(found: Embedded) -> None:
    """Draw the map of vectors and what can be asked of it."""
    draw_notes(found)
    if len(found) == 1:
        _single(found)
        return
    [view] = draw_controls({"": found})
    left, right = st.columns([11, 8], gap="medium")
    with left:
        draw_map(found, view)
    with right:
        draw_neighbours(found)
    draw_selection(found)
    draw_similarity(found)


def draw_notes(found: Embedded) -> None:
    """Draw what has to be known of these vectors."""
    notes = [note for note in (found.rows.note, _strange(found)) if note]
    if found.cut:
        notes.append(f"{counted(len(found.cut), 'text')} longer than the model reads, cut to what fits")
    if notes:
        st.markdown(f":orange[:material/info:] :small[{sentence('; '.join(notes))}]")


def _strange(found: Embedded) -> str:
    """A warning where kinds share a map and it is not known that they share a space, as another door may ask for."""
    provider, kinds = core().providers.get(found.run.provider), dict.fromkeys(found.kinds)
    if len(kinds) < 2 or (provider is not None and capability(provider, found.run.model).model.one_space):
        return ""
    return f"it is not known that `{found.run.model}` puts {listed(kinds)} into one space: near may not mean alike"


def _single(found: Embedded) -> None:
    """One thing has no map; its vector can still be looked at."""
    noun = found.noun.removesuffix("s")
    st.markdown(
        note(f"One {noun} has nothing to lie near to. Add a second line or file, and the map shows how close they are.")
    )
    st.bar_chart({"value": found.vectors[0].tolist()}, height=180, alt="The numbers of the vector")
