"""A namespace that is being filled: how far it is, with Stop; then how it ended, and the way to go on."""

import time

import streamlit as st

from playground.errors import PlaygroundError
from playground.ui.fault import fault, sentence
from playground.ui.search import filling
from playground.ui.search.filling import Filled, Filling
from playground.ui.search.spaces import Space
from playground.ui.search.spaces import space as look_up
from playground.ui.watch import BEAT, TICK
from playground.units import counted, seconds


def draw_filling(space: Space) -> None:
    """Draw the last filling until it is put away; one that went well is only said once."""
    found = filling.filling(space)
    if found is None:
        return
    if not found.ended:
        with st.container(key="search_filling_pane"):
            st.fragment(run_every=BEAT)(_follow)(found)
        return
    now = look_up(space.id)
    if now is not None and now.namespace.changes != space.namespace.changes:
        st.rerun()  # it ended after the page had counted
    if found.error is not None:
        fault(found.error, key="search_filling")
    elif found.value is not None and found.value.left:
        _unfinished(space, found, found.value)
    else:
        filling.put_away(space)
        st.toast(
            f"{counted(found.done, 'document')} put in, after {seconds(found.elapsed_ms)}.", icon=":material/check:"
        )


def _follow(found: Filling) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="search_filling_live"):
        place = st.empty()
        st.button(
            "Stop", key="search_filling_stop", icon=":material/stop_circle:", type="tertiary", on_click=found.stop.set
        )
    until = time.monotonic() + 0.9 * BEAT
    while True:
        words = f"{found.done:,} of {found.total:,} documents · {seconds(found.elapsed_ms)}"
        place.progress(found.done / max(found.total, 1), f":small[:shimmer[Embedding and storing] · {words}]")
        if found.wait(TICK) or time.monotonic() > until:
            break
    if found.ended:
        st.rerun()


def _unfinished(space: Space, found: Filling, how: Filled) -> None:
    mark = ":orange[:material/stop_circle:]" if how.stopped else ":red[:material/error:]"
    why = "You stopped it." if how.stopped else sentence(how.problem)
    with st.container(border=True, key="search_unfinished"):
        st.markdown(f"{mark} **{found.done:,} of {found.total:,} documents are in.** {why}")
        with st.container(horizontal=True, gap="small"):
            rest = f"Go on with the other {len(how.left):,}"
            st.button(rest, key="search_go_on", icon=":material/play_arrow:", on_click=_go_on, args=(space, how))
            st.button("Leave it so", key="search_leave", type="tertiary", on_click=filling.put_away, args=(space,))


def _go_on(space: Space, how: Filled) -> None:
    try:
        filling.fill(space, how.left)
    except PlaygroundError as error:
        st.toast(sentence(error.message), icon=":material/error:")
