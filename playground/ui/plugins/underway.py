"""Calls of plugins while they last: one line with Stop; the page runs once more when they have ended."""

import time
from collections.abc import Sequence

import streamlit as st

from playground.errors import NotFoundError
from playground.run import Run
from playground.ui.core import NAMESPACE, core
from playground.ui.watch import BEAT, TICK, find, running
from playground.units import seconds

_DRAWN = 0.9 * BEAT


def live(ids: Sequence[str]) -> bool:
    """Whether one of these runs has not ended."""
    return any(map(running, ids))


def underway(ids: Sequence[str], words: str, key: str, plugin: str) -> None:
    """Draw these runs, one of which is live; `words` say what is done once `plugin` is at it, `key` begins the keys."""
    with st.container(key=f"{key}_pane"):  # of its own: fragments in one container would share their identity
        st.fragment(run_every=BEAT)(_draw)(list(ids), words, key, plugin)


def _draw(ids: list[str], words: str, key: str, plugin: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_live"):
        place = st.empty()
        st.button(
            "Stop", key=f"{key}_stop", icon=":material/stop_circle:", type="tertiary", on_click=_stop, args=(ids,)
        )
    until = time.monotonic() + _DRAWN
    while True:
        left = [run for id_ in ids if isinstance(run := find(id_), Run)]
        if left:
            done = f" · {len(ids) - len(left)} of {len(ids)} calls" if len(ids) > 1 else ""
            doing = words if _busy(plugin) else next((run.doing for run in left if run.doing), words)
            clock = seconds(max(run.elapsed_ms for run in left))
            shown = f":small[:shimmer[{doing[:1].upper() + doing[1:]}]{done} · {clock}]"
            place.progress((len(ids) - len(left)) / len(ids), shown)
        if not left or time.monotonic() > until:
            break
        left[0].wait(TICK)
    if not left:
        st.rerun()


def _busy(plugin: str) -> bool:
    try:
        return core().plugins.health(plugin, NAMESPACE).state == "busy"
    except NotFoundError:  # it was taken away meanwhile
        return False


def _stop(ids: list[str]) -> None:
    for id_ in ids:
        core().cancel(id_, NAMESPACE)
