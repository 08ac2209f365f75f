"""The file in focus: a picture to look at, a sound or a film to play; a text needs no more than its line."""

import streamlit as st

from playground.errors import PlaygroundError
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.given import kept
from playground.ui.attachments.words import ICONS, measures
from playground.ui.embeddings.embedded import Embedded
from playground.ui.look import quiet


def draw_item(found: Embedded, row: int) -> None:
    """Draw what row `row` is, when it is a file."""
    item, name = found.items[row], found.texts[row]
    if item.kind == "text":
        return
    if not item.mark.startswith("media:"):
        st.markdown(f":material/{ICONS[item.kind]}: {quiet(f'`{item.mark[:120]}`')}")
        return
    file = kept(item.mark, item.kind)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="embeddings_item"):
        _show(file, name)
        st.markdown(f"**{name}**  \n{quiet(measures(file))}", width="stretch")


def _show(file: Attachment, name: str) -> None:
    if not file.there:
        st.markdown(quiet("This file is no longer kept."))
    elif file.modality in ("audio", "video"):
        _play(file, name)
    elif file.preview:
        st.image(file.preview_uri, alt=name, width=140)


def _play(file: Attachment, name: str) -> None:
    try:
        content = file.content
    except PlaygroundError:
        return
    if file.modality == "audio":
        st.audio(content, format=file.mime, alt=name)
    else:
        st.video(content, format=file.mime, alt=name)
