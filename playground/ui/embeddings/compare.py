"""Further models: picked in place, given the same items, beside the first."""

from collections.abc import Mapping, Sequence

import streamlit as st

from playground.call import Modality
from playground.errors import PlaygroundError
from playground.record import RunRecord
from playground.ui.attachments.attachment import Attachment
from playground.ui.bar import Setup, model_bar
from playground.ui.embeddings import session
from playground.ui.embeddings.fitting import objection
from playground.ui.embeddings.items import items_of
from playground.ui.embeddings.session import FURTHER, KEYS, Place
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.watch import find, running


def further_bars(first: Setup) -> dict[Place, Setup]:
    """Draw the bars of further models, and the button that brings one more in; returns all bars, the first too."""
    setups: dict[Place, Setup] = {"run": first}
    for place in session.further():
        setups[place] = model_bar("embedding", KEYS[place])
        with setups[place].note:
            st.button(
                "Remove",
                key=f"{KEYS[place]}_remove",
                icon=":material/close:",
                type="tertiary",
                on_click=session.remove,
                args=(place,),
            )
    if len(setups) <= len(FURTHER):
        last = list(setups.values())[-1]
        with last.row:
            st.button(
                "Compare with…" if last is first else "And with…",
                key="embeddings_compare",
                icon=":material/compare_arrows:",
                type="tertiary",
                on_click=session.compare,
                help="One more model gets the same items. Do they agree on what is alike, and which finds more?",
            )
    return setups


def obstacle(setups: Mapping[Place, Setup], kinds: Sequence[Modality], files: Sequence[Attachment]) -> str:
    """Why what waits cannot go to all these models, empty when it can; the first model has its own sentence."""
    blocked = next((setup.blocked for setup in setups.values() if setup.blocked), "")
    later = [setups[place] for place in FURTHER if place in setups]
    said = next((said for setup in later if (said := objection(setup.choice, kinds, files))), "")
    if said:
        st.markdown(f":orange[:material/block:] {quiet(said)}")
    return blocked or said


def add_buttons(setups: Mapping[Place, Setup]) -> None:
    """Draw for each further model the button that gives it the items of the first run."""
    first = find(session.shown() or "")
    if not isinstance(first, RunRecord):
        return
    kinds = list(dict.fromkeys(item.kind for item in items_of(first.request)))
    for place in FURTHER:
        if place in setups:
            _add_button(place, setups[place], first, kinds)


def _add_button(place: Place, setup: Setup, first: RunRecord, kinds: Sequence[Modality]) -> None:
    why = setup.blocked or objection(setup.choice, kinds, [])
    fresh = session.shown(place) is None
    with setup.row:
        wanted = st.button(
            "Run this model too" if fresh else "Run again",
            key=f"{KEYS[place]}_add",
            type="primary" if fresh else "secondary",
            disabled=bool(why) or running(session.shown(place)),
            help=why or None,
        )
    if not wanted:
        return
    try:
        session.add(place, setup, first)
    except PlaygroundError as error:
        with setup.note:
            st.markdown(f":red[:material/error:] {quiet(sentence(error.message))}")
    else:
        st.rerun()
