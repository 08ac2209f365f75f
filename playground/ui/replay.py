"""An ended run shown again at the pace at which its answer came, stamped as recorded all the time.

It happens on the page alone: nobody is asked, no run begins, so nothing is counted anywhere.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.pace import last, told
from playground.record import RunRecord
from playground.ui.look import quiet
from playground.ui.watch import BEAT, TICK, draw_text, joined
from playground.units import seconds

_DRAWN = 0.27
_WHOLE = float("-inf")
"""Where a replay that was skipped to its end began."""


def replayable(run: RunRecord, show: Callable[[RunRecord], None], key: str) -> None:
    """Draw the answer of an ended run by `show`, with the button that replays it in its place."""
    began = _began(run, key)
    if began is None:
        show(run)
        if any(run.texts):
            icon, args = ":material/replay:", (run, key)
            st.button("Replay as recorded", key=f"{key}_replay", icon=icon, type="tertiary", on_click=begin, args=args)
        return
    with st.container(border=True, key=f"{key}_replayed"):
        replay(run, key)
        with st.container(horizontal=True, gap="small"):
            again = ":material/replay:"
            st.button("Once more", key=f"{key}_once_more", icon=again, type="tertiary", on_click=begin, args=(run, key))
            close = ":material/close:"
            st.button("Close the replay", key=f"{key}_close", icon=close, type="tertiary", on_click=end, args=(key,))


def begin(run: RunRecord, key: str) -> None:
    """Begin the replay of a run at this place; a callback's work."""
    st.session_state[f"{key}_playing"] = (run.id, time.monotonic())


def end(key: str) -> None:
    """Forget the replay at this place."""
    st.session_state.pop(f"{key}_playing", None)


def replay(run: RunRecord, key: str) -> None:
    """Draw the answer as far as it had come by now, and follow it to its end; whole where nothing was begun."""
    live = _elapsed(run, key) < last(run.pace)
    with st.container(key=f"{key}_replaying"):
        st.fragment(run_every=BEAT if live else None)(_beat)(run, key, live)


def stamp(run: RunRecord) -> str:
    """`Recorded 21 Nov 2026, 14:05`, as a badge, on the visitor's clock."""
    zone = ZoneInfo(st.context.timezone) if st.context.timezone else UTC
    when = datetime.fromtimestamp(run.created_at, zone)
    return f":violet-badge[:material/history: Recorded {when.day} {when:%b %Y, %H:%M}]"


def _beat(run: RunRecord, key: str, live: bool) -> None:
    place, text = st.empty(), st.empty()
    if not live:
        _draw(run, key, place, text)
        return
    icon = ":material/skip_next:"
    st.button("To the end", key=f"{key}_skip", icon=icon, type="tertiary", on_click=_skip, args=(key,))
    until = time.monotonic() + _DRAWN
    while time.monotonic() < until and _elapsed(run, key) < last(run.pace):
        _draw(run, key, place, text)
        time.sleep(TICK)
    if _elapsed(run, key) >= last(run.pace):
        st.rerun()  # without its timer


def _draw(run: RunRecord, key: str, place: DeltaGenerator, text: DeltaGenerator) -> None:
    now = _elapsed(run, key)
    shown = told(run.texts, run.pace, now) if run.pace else run.texts
    words = "" if _began(run, key) is None else quiet(_words(run, now))
    place.markdown(f"{stamp(run)} {words}")
    draw_text(text, joined(shown), as_json="schema" in (run.request.get("parameters") or {}))


def _words(run: RunRecord, now: float) -> str:
    """Where the replay stands; why there is none where the pace is not known."""
    if not run.pace:
        return "When its pieces came was not recorded, so it is shown at once."
    if last(run.pace) <= now:
        whole = f"The answer took {seconds(last(run.pace))}"
        return f"{whole}, and came in one piece." if sum(map(len, run.pace)) == 1 else f"{whole}, as shown."
    before = now < min(bursts[0][0] for bursts in run.pace if bursts)
    return f":shimmer[{'Waiting' if before else 'Replaying'}] · {seconds(now)} of {seconds(last(run.pace))}"


def _skip(key: str) -> None:
    id_, _ = st.session_state[f"{key}_playing"]
    st.session_state[f"{key}_playing"] = (id_, _WHOLE)


def _began(run: RunRecord, key: str) -> float | None:
    """When the replay of this run began, by the monotonic clock; None where none did."""
    id_, began = st.session_state.get(f"{key}_playing", ("", 0.0))
    return began if id_ == run.id else None


def _elapsed(run: RunRecord, key: str) -> float:
    """Milliseconds since the replay began; without end where none did."""
    began = _began(run, key)
    return float("inf") if began is None else (time.monotonic() - began) * 1000
