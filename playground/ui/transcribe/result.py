"""A run on the page: what has been heard while it lives, then the player with its transcript."""

import re
import time
from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.errors import PlaygroundError
from playground.metrics import real_time_factor
from playground.record import RunRecord
from playground.runs import Run
from playground.subtitles import FORMATS, clock
from playground.ui.fault import fault
from playground.ui.look import quiet
from playground.ui.receipt import line, seconds
from playground.ui.request import request_button
from playground.ui.transcribe.recording import Recording, sound_of
from playground.ui.transcribe.session import again, name
from playground.ui.transcribe.transcript import PLAYER, draw_transcript
from playground.ui.watch import BEAT, TICK, find

_DRAWN = 0.9 * BEAT
_UNSAFE = re.compile(r"[^\w-]+")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:])")


def draw_run(id: str) -> None:  # noqa: A002 - the field's name
    """Draw the run by its id, live or ended."""
    run = find(id)
    if isinstance(run, PlaygroundError):
        fault(run, key="transcribe_run")
        return
    sound = sound_of(run)
    with st.container(key=PLAYER, gap="xsmall"):
        st.markdown(f"**{plain(name(id, sound))}**")
        if isinstance(run, RunRecord) and run.status != "failed":  # what failed may be no sound a browser can play
            _player(sound)
    if isinstance(run, Run):
        st.fragment(run_every=BEAT)(_live)(run)
    else:
        st.fragment(_ended)(run, sound)


def _player(sound: Recording | None) -> None:
    if sound is None:
        st.markdown(quiet("The sound is not kept here; the text is."))
    else:
        st.audio(sound.data, format=sound.mime, alt="The recording that was transcribed")


def _live(run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="transcribe_live"):
        place = st.empty()
        st.button("Stop", key="transcribe_stop", icon=":material/stop_circle:", type="tertiary", on_click=run.cancel)
    text = st.container(border=True, key="transcribe_heard").empty()
    until = time.monotonic() + _DRAWN
    while True:
        state = "Queued" if run.state == "queued" else "Listening"
        place.progress(run.progress or 0.0, f":small[:shimmer[{state}] · {seconds(run.elapsed_ms)}]")
        text.markdown(plain("".join(run.texts)) or quiet("Words appear here."))
        if time.monotonic() > until or run.wait(TICK) is not None or run.ended:
            break
    if run.ended:
        st.rerun()


def _ended(run: RunRecord, sound: Recording | None) -> None:
    data: Mapping[str, Any] = (run.response or {}).get("data") or {}
    if run.error and run.status == "failed":
        fault(run.error, key="transcribe_run", retry=None if sound is None else lambda: _again(run, sound))
    if run.response is None:
        _partial(run)
    elif data.get("segments"):
        draw_transcript(data, "transcribe_lines")
    elif data.get("text"):
        st.markdown(plain(data["text"]))
        st.markdown(quiet("This model gives no times, so there is nothing to jump to."))
    else:
        st.info(
            "Nothing was heard. Is there speech in the recording, and is it loud enough?", icon=":material/hearing:"
        )
    _actions(run, data)


def _again(run: RunRecord, sound: Recording) -> None:
    again(run, sound)
    st.rerun()


def _partial(run: RunRecord) -> None:
    heard = "".join(run.partial)
    if heard:
        st.markdown(plain(heard))
    if run.status == "cancelled":
        kept = "What had been heard is kept above." if heard else "Nothing had been heard yet."
        st.markdown(f":orange[:material/stop_circle:] :small[You stopped this run. {kept}]")


def _actions(run: RunRecord, data: Mapping[str, Any]) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="transcribe_actions"):
        st.markdown(quiet(" · ".join([*_facts(run, data), line(run)])))
        with st.container(horizontal=True, width="content", gap="small"):
            request_button(run, "transcribe")
            if run.response is not None:
                _downloads(run, data)


def _facts(run: RunRecord, data: Mapping[str, Any]) -> list[str]:
    facts = [f"{clock(data['duration'])} of sound"] if data.get("duration") else []
    factor = real_time_factor(run)
    return facts if factor is None else [*facts, f"real-time factor {factor:.2f}"]


def _downloads(run: RunRecord, data: Mapping[str, Any]) -> None:
    with st.popover("Download", icon=":material/download:", type="tertiary", key="transcribe_download"):
        for each in FORMATS:
            st.download_button(
                each.title,
                each.write(data),
                f"{stem(name(run.id))}.{each.extension}",
                each.mime,
                key=f"transcribe_{each.extension}",
                on_click="ignore",
                width="stretch",
                type="tertiary",
            )


def stem(recording: str) -> str:
    """The name of a recording as the name of a file beside it, without its ending."""
    return _UNSAFE.sub("-", recording.rpartition(".")[0] or recording).strip("-").lower() or "transcript"


def plain(text: str) -> str:
    """A text that Markdown shows as it stands."""
    return _MARKDOWN.sub(r"\\\1", text)
