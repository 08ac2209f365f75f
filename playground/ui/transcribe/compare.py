"""The second model: picked in place, heard beside the first."""

import streamlit as st

from playground.ui.attachments.attachment import Attachment
from playground.ui.bar import Setup, model_bar
from playground.ui.transcribe import session


def second_bar(first: Setup) -> Setup | None:
    """Draw the button that brings a second model in, then that model's bar; None while there is none."""
    if not session.comparing():
        with first.row:
            st.button(
                "Compare with…",
                key="transcribe_compare",
                icon=":material/compare_arrows:",
                type="tertiary",
                on_click=session.compare,
                args=(True,),
                help="A second model hears the same recording, at the same time.",
            )
        return None
    setup = model_bar("transcription", session.KEYS["with"])
    with setup.note:
        st.button(
            "Remove",
            key="transcribe_second_remove",
            icon=":material/close:",
            type="tertiary",
            on_click=session.compare,
            args=(False,),
        )
    return setup


def second_button(setup: Setup, sound: Attachment | None, *, live: bool) -> bool:
    """Draw the button that lets the second model hear what the page shows; returns whether it was pressed."""
    why = setup.blocked or ("" if sound else "The sound is not kept here; give it again below.")
    first = session.shown("with") is None
    with setup.row:
        return st.button(
            "Run this model too" if first else "Run again",
            key="transcribe_add",
            type="primary" if first else "secondary",
            disabled=bool(why) or live,
            help=why or None,
        )
