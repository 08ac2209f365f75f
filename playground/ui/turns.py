"""The turns of a conversation on the screen: each question with the run that answers it."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from playground.record import RunRecord
from playground.ui.answer import show_answer
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.cards import show
from playground.ui.attachments.given import asked
from playground.ui.conversation import Turn
from playground.ui.look import to_the_end
from playground.ui.watch import find, watch

_DRAWN = "chat_drawn"
"""Where the session keeps the run that was the last one when the turns were drawn."""


def draw(turns: Sequence[Turn], *, live: bool) -> None:
    """Draw all turns; `live` says that the last answer was on its way when the page began."""
    for place, turn in enumerate(turns):
        key, last = f"chat_{place}", place == len(turns) - 1
        show(seen(turn), key)
        if turn.question:
            with st.container(key=f"{key}_question"):
                st.text(turn.question)  # as it was typed
        if turn.run is None:
            st.markdown(turn.answer)
        else:
            watch(turn.run, partial(show_answer, key=key, last=last), key=key, live=live and last)
    with st.container(key="chat_end"):
        if turns[-1].run:  # a new question is brought into view, its end only for who has followed it
            new = st.session_state.get(_DRAWN) != turns[-1].run  # its run may have ended before it is drawn
            st.session_state[_DRAWN] = turns[-1].run
            to_the_end(f"{turns[-1].run} {live}", within=100_000 if live or new else 450)


def seen(turn: Turn) -> Sequence[Attachment]:
    """The files of a question; what was only an address is shown as it was fetched, once the run has ended."""
    if turn.run is None or all(file.weight for file in turn.files):
        return turn.files
    run = find(turn.run)
    return asked(run.request) if isinstance(run, RunRecord) else turn.files
