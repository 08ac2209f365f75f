"""What stands above the input of a conversation: the files that wait, and the way to attach more of them."""

from collections.abc import Callable, Sequence

import streamlit as st

from playground.call import Modality
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.cards import cards
from playground.ui.attachments.intake import intake
from playground.ui.attachments.taking import FILES, fate, listed, others, refusal, taken
from playground.ui.attachments.tray import add, remove, tray
from playground.ui.attachments.words import NOUNS
from playground.ui.cache.controls import cache_controls
from playground.ui.look import quiet
from playground.ui.picker import Choice

DETAILS = ("low", "high", "auto")
"""How closely images are looked at; not set is the provider's own default."""
_NO_FILES = "<style>[data-testid='stChatInputFileUploadButton'] { display: none; }</style>"


def composer(choice: Choice, key: str, send: Callable[[], None] | None) -> None:
    """Draw the tray, and below it what can be done. `key` is the page's name.

    `send` is the callback of a button that asks about the files alone, None while nothing can be sent.
    """
    files, kinds = tray(key), taken(choice)
    if not kinds:
        st.html(_NO_FILES)
    refused = [file for file in files if refusal(choice, file)]
    if files:
        cards(files, key, say=lambda file: _say(choice, file), remove=lambda place: remove(key, place))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_attaching"):
        icon = ":material/attach_file:"
        with st.popover("Attach", icon=icon, type="tertiary", key=f"{key}_attach_{_taken(key)}"):
            if kinds:
                intake(f"{key}_intake", kinds, lambda file: _take(key, file))
            if len(kinds) < len(FILES):
                _instead(choice, [each for each in FILES if each not in kinds], key, key)
        cache_controls(key)
        if "image" in kinds and any(file.modality == "image" for file in files):
            _detail(choice, key)
        if files and not refused and send:
            icon = ":material/send:"
            st.button("Send without words", key=f"{key}_send_files", icon=icon, type="tertiary", on_click=send)
    if refused:
        _instead(choice, [file.modality for file in refused], key, f"{key}_refused")


def detail(choice: Choice, key: str, files: Sequence[Attachment]) -> str | None:
    """The level of detail that goes with these files, None where nothing is to be sent."""
    level: str | None = st.session_state.get(f"{key}_detail")
    images = any(file.modality == "image" for file in files)
    return level if images and choice.can and "detail" in choice.can.parameters else None


def _detail(choice: Choice, key: str) -> None:
    if choice.can is None or "detail" not in choice.can.parameters:
        return
    st.selectbox(
        "Detail of images",
        DETAILS,
        index=None,
        key=f"{key}_detail",
        placeholder="Detail: default",
        format_func=lambda level: f"Detail: {level}",
        help="How closely images are looked at. Sent as `detail`.",
        label_visibility="collapsed",
        persist_state="session",
        width=170,
    )


def _take(key: str, file: Attachment) -> None:
    add(key, [file])
    st.session_state[f"{key}_attached"] = _taken(key) + 1


def _taken(key: str) -> int:
    """How often something was chosen: each time the popover is a new one, and so closed, for the tray to be seen."""
    return int(st.session_state.get(f"{key}_attached", 0))


def _say(choice: Choice, file: Attachment) -> str:
    problem = refusal(choice, file)
    return f":small[:red[:material/block: {problem}]]" if problem else quiet(fate(choice, file))


def _instead(choice: Choice, kinds: Sequence[Modality], page: str, key: str) -> None:
    """Say what the model does not take, and offer those that do, one click each."""
    words = listed([NOUNS[each] for each in dict.fromkeys(kinds)], "or")
    st.markdown(quiet(f":material/block: `{choice.model}` does not take {words}."))
    found = dict.fromkeys(pair for each in dict.fromkeys(kinds) for pair in others(choice, [each]))
    with st.container(horizontal=True, gap="xsmall", key=f"{key}_instead"):
        for provider, model in found:
            label = model if provider == choice.provider else f"{model} on this machine"
            args = (page, provider, model)
            st.button(f"Use {label}", key=f"{key}_use_{provider}_{model}", on_click=_use, args=args)


def _use(page: str, provider: str, model: str) -> None:
    st.session_state[f"{page}_provider"] = provider
    st.session_state[f"{page}_model"] = model
    st.session_state[f"{page}_attached"] = _taken(page) + 1
