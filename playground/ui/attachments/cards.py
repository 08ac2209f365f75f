"""Attachments on the screen: small cards before they are sent, the pictures and players themselves after."""

from collections.abc import Callable, Sequence

import streamlit as st

from playground.errors import PlaygroundError
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.words import ICONS, measures
from playground.ui.look import quiet

Say = Callable[[Attachment], str]
"""One more line for an attachment, in Markdown."""


def cards(files: Sequence[Attachment], key: str, *, say: Say, remove: Callable[[int], None]) -> None:
    """Draw what is going to be sent: thumbnail, name, measures, `say(file)`, and the way to take it out again.

    `remove(place)` runs in the button's callback.
    """
    with st.container(horizontal=True, gap="small", key=f"{key}_cards"):
        for place, file in enumerate(files):
            _card(file, f"{key}_card_{place}", place, say, remove)


def _card(file: Attachment, key: str, place: int, say: Say, remove: Callable[[int], None]) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small", key=key):
        with st.container(key=f"{key}_thumb", width="content"):
            _thumbnail(file)
        lines = (f"**{_plain(file.name)}**", quiet(measures(file)), say(file))
        st.markdown("  \n".join(filter(None, lines)), width="stretch")
        st.button(
            "Remove",
            key=f"{key}_remove",
            icon=":material/close:",
            help=f"Remove {file.name}",
            type="tertiary",
            on_click=remove,
            args=(place,),
        )


def show(files: Sequence[Attachment], key: str) -> None:
    """Draw what was sent: images to look at, sounds and films to play, the rest by its name."""
    if not files:
        return
    with st.container(horizontal=True, gap="small", key=f"{key}_files"):
        for place, file in enumerate(files):
            with st.container(key=f"{key}_file_{place}", gap="xxsmall", width="content"):
                _shown(file)


def _shown(file: Attachment) -> None:
    content = _content(file) if file.modality in ("audio", "video") else b""
    if content and file.modality == "audio":
        st.audio(content, format=file.mime, alt=file.name)
    elif content and file.modality == "video":
        st.video(content, format=file.mime, alt=file.name)
    elif file.preview:
        st.image(file.preview_uri, alt=file.name)
    else:
        _chip(file)
        return
    st.markdown(quiet(measures(file)))


def _chip(file: Attachment) -> None:
    """A file that has no look of its own, or an address: the browser does not open it, the provider did."""
    with st.container(border=True, key=None):
        words = "no longer kept" if not (file.weight or file.url) else measures(file)
        st.markdown(f":material/{ICONS[file.modality]}: **{_plain(file.name)}**  \n{quiet(words)}")
        if file.url:
            st.markdown(quiet(f"`{file.url[:120]}`"))


def _thumbnail(file: Attachment) -> None:
    if file.preview:
        st.image(file.preview_uri, width=56, alt=file.name)
    else:
        st.markdown(f":material/{ICONS[file.modality]}:")


def _content(file: Attachment) -> bytes:
    try:
        return file.content
    except PlaygroundError:
        return b""


def _plain(name: str) -> str:
    """A file's name as it is, whatever Markdown would make of it."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]<>()#+-.!|~$:" else sign for sign in name)
