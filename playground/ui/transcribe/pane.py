"""One run on the page: what has been heard while it lives, then the transcript with what can be done with it."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.errors import PlaygroundError
from playground.metrics import real_time_factor
from playground.record import RunRecord
from playground.run import Run
from playground.subtitles import FORMATS, clock
from playground.ui.attachments.attachment import Attachment
from playground.ui.fault import fault
from playground.ui.look import note, quiet
from playground.ui.permalink.share import copy_link
from playground.ui.receipt import line
from playground.ui.request import request_button
from playground.ui.transcribe.session import KEYS, Place, again, name
from playground.ui.transcribe.transcript import draw_transcript
from playground.ui.transcribe.words import plain, stem
from playground.ui.watch import BEAT
from playground.units import seconds

Outcome = Run | RunRecord | PlaygroundError


def draw_pane(run: Outcome, sound: Attachment | None, place: Place, *, brief: bool) -> None:
    """Draw a run. `brief`: its figures stand elsewhere, beside another one's."""
    key = KEYS[place]
    with st.container(key=f"{key}_pane"):  # of its own: fragments in one container would share their identity
        if isinstance(run, PlaygroundError):
            fault(run, key=f"{key}_run")
        elif isinstance(run, Run):
            st.fragment(run_every=BEAT)(_live)(run, key)
        else:
            st.fragment(_ended)(run, sound, place, brief)


def _live(run: Run, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_live"):
        state = "Queued" if run.state == "queued" else run.doing or "Listening"
        st.progress(run.progress or 0.0, f":small[:shimmer[{state}] · {seconds(run.elapsed_ms)}]")
        st.button("Stop", key=f"{key}_stop", icon=":material/stop_circle:", type="tertiary", on_click=run.cancel)
    with st.container(border=True, key=f"{key}_heard"):
        st.markdown(plain("".join(run.texts)) or quiet("Words appear here."))
    if run.ended:
        st.rerun()


def _ended(run: RunRecord, sound: Attachment | None, place: Place, brief: bool) -> None:
    key, data = KEYS[place], (run.response or {}).get("data") or {}
    if run.error and run.status == "failed":
        fault(run.error, key=f"{key}_run", retry=None if sound is None else lambda: _again(place, run, sound))
    if run.response is None:
        _partial(run)
    elif data.get("segments"):
        draw_transcript(data, f"{key}_lines")
    elif data.get("text"):
        st.markdown(plain(data["text"]))
        st.markdown(quiet("This model gives no times, so there is nothing to jump to."))
    else:
        st.markdown(note("Nothing was heard. Is there speech in the recording, and is it loud enough?", "hearing"))
    _actions(run, data, sound, key, brief)


def _again(place: Place, run: RunRecord, sound: Attachment) -> None:
    again(place, run, sound)
    st.rerun()


def _partial(run: RunRecord) -> None:
    heard = "".join(run.partial)
    if heard:
        st.markdown(plain(heard))
    if run.status == "cancelled":
        kept = "What had been heard is kept above." if heard else "Nothing had been heard yet."
        st.markdown(f":orange[:material/stop_circle:] :small[You stopped this run. {kept}]")


def _actions(run: RunRecord, data: Mapping[str, Any], sound: Attachment | None, key: str, brief: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_actions"):
        if not brief:
            st.markdown(quiet(" · ".join([*_facts(run, data, sound), line(run)])))
        with st.container(horizontal=True, width="content", gap="small"):
            request_button(run, key)
            copy_link(run.id, key)
            if run.response is not None:
                _downloads(run, data, key)


def _facts(run: RunRecord, data: Mapping[str, Any], sound: Attachment | None) -> list[str]:
    length = data.get("duration") or (sound.facts.get("seconds") if sound else None)
    factor = real_time_factor(run, length)
    if not length or factor is None:
        return []
    return [f"{clock(length)} of sound", f"real-time factor {factor:.2f}"]


def _downloads(run: RunRecord, data: Mapping[str, Any], key: str) -> None:
    with st.popover("Download", icon=":material/download:", type="tertiary", key=f"{key}_download"):
        for each in FORMATS:
            st.download_button(
                each.title,
                each.write(data),
                f"{stem(name(run.id))}.{each.extension}",
                each.mime,
                key=f"{key}_{each.extension}",
                on_click="ignore",
                width="stretch",
                type="tertiary",
            )
