"""Batches on the page: many texts go in chunks, with progress; what is there stays, also when the server is killed."""

import time
from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from playground.errors import PlaygroundError
from playground.store.batches import Batch
from playground.ui.attachments.attachment import Attachment
from playground.ui.bar import Setup
from playground.ui.core import NAMESPACE, core
from playground.ui.embeddings import session
from playground.ui.embeddings.batched import HEAVY, as_jsonl, as_npz, mapped, record, sampled
from playground.ui.embeddings.result import draw_body
from playground.ui.embeddings.session import Place
from playground.ui.embeddings.shelf import Rows, shelf, with_files
from playground.ui.fault import fault
from playground.ui.look import quiet
from playground.ui.receipt import cost_of, tokens_of
from playground.ui.watch import BEAT, TICK
from playground.units import seconds

LONG = 2_000
"""More texts than this go as a batch: a run of its own would be lost with the server."""
_DRAWN = 0.9 * BEAT
_ENDED = {
    "stopped": (":orange[:material/stop_circle:]", "Stopped"),
    "interrupted": (":orange[:material/power_off:]", "Interrupted, as when the playground is closed or killed,"),
}


def launch(setups: Mapping[Place, Setup], rows: Rows | None, files: Sequence[Attachment]) -> None:
    """Embed these rows and files: many texts by one model as a batch, else as a run for each model.

    Raises NotFoundError for a lost file, and what cannot be asked.
    """
    if rows is None or files or len(setups) > 1 or len(rows.table) <= LONG:
        session.start(setups, with_files(rows and sampled(rows)[0], files), files)
        return
    request = setups["run"].request({"texts": rows.texts})
    id_ = core().batches.start(request, title=rows.name, namespace=NAMESPACE, door="page")
    shelf().put(id_, rows)
    session.put_batch(id_)


def draw_batch(id_: str) -> None:
    """Draw a batch by its id, live or ended."""
    try:
        batch = core().batches.get(id_, NAMESPACE)
    except PlaygroundError as error:
        fault(error, key="embeddings_batch")
        return
    with st.container(key="embeddings_batch_pane"):
        if batch.state == "running":
            st.fragment(run_every=BEAT)(_follow)(id_)
        else:
            _ended(batch)


def draw_unfinished() -> None:
    """Offer to go on with batches that did not come to their end."""
    for batch in core().batches.recent(NAMESPACE, 20):
        if batch.state != "done":
            _draw_offer(batch)


def _draw_offer(batch: Batch) -> None:
    words = "is on its way" if batch.state == "running" else "did not come to its end"
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", gap="small", key=f"{batch.id}_unfinished"
    ):
        st.markdown(
            f":material/stacks: **{batch.title}** {words}  \n"
            + quiet(f"{batch.model} · {batch.done:,} of {batch.texts:,} texts have their vectors"),
            width="stretch",
        )
        with st.container(horizontal=True, width="content", gap="small"):
            if batch.state != "running":
                st.button(
                    "Go on", key=f"{batch.id}_resume", icon=":material/play_arrow:", on_click=_go_on, args=(batch.id,)
                )
            st.button("Open", key=f"{batch.id}_open", type="tertiary", on_click=session.put_batch, args=(batch.id,))


def _follow(id_: str) -> None:
    """Draw the progress of a live batch for one beat; when it has ended the page runs once more."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="embeddings_batch_live"):
        place = st.empty()
        st.button(
            "Stop",
            key="embeddings_batch_stop",
            icon=":material/stop_circle:",
            type="tertiary",
            on_click=_stop,
            args=(id_,),
        )
    st.markdown(quiet("What is embedded is kept. This page may be closed; after a restart it goes on from there."))
    until = time.monotonic() + _DRAWN
    while True:
        work = core().batches.live(id_, NAMESPACE)
        batch = core().batches.get(id_, NAMESPACE)
        told = f":shimmer[{work.doing}]" if work and work.doing else f":shimmer[Embedding] · {_progress(batch)}"
        place.progress(batch.done / batch.texts, f":small[{told}]")
        if work is None or time.monotonic() > until or work.ended.wait(4 * TICK):
            break
    if core().batches.live(id_, NAMESPACE) is None:
        st.rerun()


def _progress(batch: Batch) -> str:
    words = f"{batch.done:,} of {batch.texts:,} texts"
    if not batch.rate:
        return words
    left = (batch.texts - batch.done) / batch.rate * 1000
    return f"{words} · {batch.rate:,.0f} texts/s · {seconds(left)} left"


def _ended(batch: Batch) -> None:
    if batch.state == "done":
        _draw_receipt(batch)
        st.fragment(draw_body)(mapped(batch))
        return
    if batch.error is not None:
        fault(batch.error, key="embeddings_batch", retry=partial(_retry, batch.id))
    _draw_rest(batch)


def _draw_rest(batch: Batch) -> None:
    """What there is of a batch that has not come to its end, and the ways on."""
    icon, how = _ENDED.get(batch.state, ("", "Ended"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="embeddings_batch_rest"):
        st.markdown(
            f"{icon} **{batch.title}** {quiet(f'{how} at {batch.done:,} of {batch.texts:,} texts. They are kept.')}",
            width="stretch",
        )
        if batch.state != "failed":
            st.button(
                "Go on",
                key="embeddings_batch_go_on",
                type="primary",
                icon=":material/play_arrow:",
                on_click=_go_on,
                args=(batch.id,),
            )
        if batch.done:
            _downloads(batch)
        st.button("Discard", key="embeddings_batch_drop", type="tertiary", on_click=_drop, args=(batch.id,))


def _draw_receipt(batch: Batch) -> None:
    run = record(batch, [])
    facts = [
        f"**{batch.title}** · {batch.texts:,} texts · {batch.dimensions or 0:,} dimensions · {batch.model}",
        *(tokens_of(run), f"{seconds(batch.ms)} total", cost_of(run)),
        *([f"{batch.cut:,} texts were longer than the model reads and were cut"] if batch.cut else []),
    ]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="embeddings_batch_actions"):
        st.markdown(f":small[{' · '.join(facts)}]")
        _downloads(batch)
        st.button("Discard", key="embeddings_batch_drop", type="tertiary", on_click=_drop, args=(batch.id,))


def _downloads(batch: Batch) -> None:
    """Draw the button that opens the choice of files; each is made when it is asked for."""
    files = []
    if batch.state == "done":
        files.append(("NPZ with vectors", "embeddings.npz", "application/octet-stream", as_npz))
    if batch.done * (batch.dimensions or 0) <= HEAVY:
        files.append(("JSONL with vectors", "embeddings.jsonl", "application/jsonl", as_jsonl))
    with st.popover("Download", icon=":material/download:", type="tertiary", key="embeddings_batch_download"):
        for label, name, mime, make in files:
            st.download_button(
                label,
                partial(make, batch),
                name,
                mime,
                key=f"embeddings_batch_{name}",
                on_click="ignore",
                width="stretch",
                type="tertiary",
            )
        st.caption(f"By HTTP: `GET /v1/batches/{batch.id}/vectors`")


def _go_on(id_: str) -> None:
    core().batches.go_on(id_, NAMESPACE, "page")
    session.put_batch(id_)


def _retry(id_: str) -> None:
    _go_on(id_)
    st.rerun()


def _stop(id_: str) -> None:
    core().batches.stop(id_, NAMESPACE)


def _drop(id_: str) -> None:
    core().batches.drop(id_, NAMESPACE)
    session.clear()
