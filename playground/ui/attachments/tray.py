"""The tray: files that wait to be sent. They are the session's, so a click, another page or an error loses none."""

from collections.abc import Iterable

import streamlit as st

from playground.ui.attachments.attachment import Attachment


def tray(key: str) -> list[Attachment]:
    """The files of a page, in their order."""
    found: list[Attachment] = st.session_state.setdefault(f"{key}_tray", [])
    return found


def add(key: str, files: Iterable[Attachment]) -> None:
    """Put files in; one that is there already is not put in twice."""
    held = tray(key)
    for file in files:
        if all(file.reference != each.reference for each in held):
            held.append(file)


def remove(key: str, place: int) -> None:
    """Take one out."""
    held = tray(key)
    if place < len(held):
        held.pop(place)


def empty(key: str) -> list[Attachment]:
    """Take all out."""
    held = list(tray(key))
    tray(key).clear()
    return held
