"""The ways to give a file: upload or drag, camera, microphone, address. Each hands an `Attachment` to a callback.

The widgets keep nothing: what was taken is the page's from then on, and they stand empty for the next file.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

import streamlit as st

from playground.call import Modality
from playground.errors import PlaygroundError
from playground.ui.attachments.attachment import Attachment, at, kind_of, opened
from playground.ui.core import core
from playground.ui.fault import sentence

Take = Callable[[Attachment], None]
UPLOAD, CAMERA, MICROPHONE, ADDRESS = "Upload", "Camera", "Microphone", "Address"
_WAYS: Mapping[str, tuple[str, frozenset[Modality]]] = {
    UPLOAD: ("upload_file", frozenset({"image", "audio", "video", "document"})),
    CAMERA: ("photo_camera", frozenset({"image"})),
    MICROPHONE: ("mic", frozenset({"audio"})),
    ADDRESS: ("link", frozenset({"image", "audio", "video", "document"})),
}
_KINDS: Mapping[Modality, str] = {"image": "an image", "audio": "a sound", "video": "a film", "document": "a PDF"}


def max_bytes() -> int:
    """Largest file that is taken."""
    return int(core().settings.number("PLAYGROUND_MAX_MEDIA_MB") * 2**20)


def intake(key: str, modalities: Collection[Modality], take: Take, *, several: bool = True) -> None:
    """Draw the ways that make sense for `modalities`, and what is wrong with the file given last.

    `take` runs in a widget's callback, before the page. `key` begins the widgets' keys: `<key>_way`, `<key>_upload`, …
    `several`: a page that holds one file at a time takes one at a time.
    """
    ways = [way for way, (_, kinds) in _WAYS.items() if kinds & set(modalities)]
    way = st.segmented_control(
        "Where from",
        ways,
        default=ways[0],
        required=True,
        format_func=lambda way: f":material/{_WAYS[way][0]}: {way}",
        key=f"{key}_way",
        label_visibility="collapsed",
    )
    widget = f"{key}_{str(way).lower()}_{_round(key)}"
    match way:
        case "Camera":
            st.camera_input("Take a picture", key=widget, on_change=_shot, args=(key, widget, "Camera", take))
        case "Microphone":
            _microphone(key, widget, take)
        case "Address":
            _address(key, widget, modalities, take)
        case _:
            _upload(key, widget, modalities, take, several)
    complaints(key)


def complaints(key: str) -> None:
    """Draw what was wrong with the files that were given last."""
    for problem in problems(key):
        st.markdown(f":red[:material/error:] {sentence(problem)}")


def problems(key: str) -> list[str]:
    """What was wrong with the files that were given last, each as a sentence; the next files begin a new list."""
    found: list[str] = st.session_state.setdefault(f"{key}_problems", [])
    return found


def receive(key: str, files: Sequence[tuple[str, bytes]], take: Take) -> None:
    """Open (name, bytes) pairs and hand them on; what cannot be opened is said below the widgets."""
    problems(key).clear()
    for name, data in files:
        try:
            take(opened(name, data, max_bytes=max_bytes()))
        except PlaygroundError as error:
            problems(key).append(error.message)


def _upload(key: str, widget: str, modalities: Collection[Modality], take: Take, several: bool) -> None:
    kinds = " or ".join(word for each, word in _KINDS.items() if each in modalities)
    st.file_uploader(
        f"Choose or drop {kinds}{'; several at once are fine' if several else ''}",
        accept_multiple_files=several,
        max_upload_size=max(1, max_bytes() // 2**20),  # whole megabytes; `receive` holds to the exact limit
        key=widget,
        on_change=_uploaded,
        args=(key, widget, take),
    )


def _microphone(key: str, widget: str, take: Take) -> None:
    label = "Speak, then press the square"
    st.audio_input(label, sample_rate=16_000, key=widget, on_change=_shot, args=(key, widget, "Microphone", take))


def _address(key: str, widget: str, modalities: Collection[Modality], take: Take) -> None:
    url = st.text_input(
        "Address of a file, or a data URI",
        key=widget,
        placeholder="https://…/photo.jpg",
        help="A provider that can fetch it gets the address; for others it is fetched here, from public hosts only.",
    )
    kind: Modality | None = None
    if url and not url.lstrip().lower().startswith("data:") and kind_of(url) is None:
        kinds = [each for each in _KINDS if each in modalities]
        kind = st.segmented_control(
            "What is there?",
            kinds,
            default=kinds[0],
            required=True,
            format_func=lambda each: _KINDS[each],
            key=f"{key}_kind",
        )
    st.button(
        "Attach",
        key=f"{key}_attach",
        icon=":material/add:",
        on_click=_typed,
        args=(key, widget, kind, take),
        disabled=not url,
    )


def _round(key: str) -> int:
    """The number of the widgets: a new one makes them empty again."""
    return int(st.session_state.setdefault(f"{key}_round", 0))


def _emptied(key: str) -> None:
    st.session_state[f"{key}_round"] = _round(key) + 1


def _uploaded(key: str, widget: str, take: Take) -> None:
    given = st.session_state[widget] or []
    files = given if isinstance(given, list) else [given]
    if files:
        receive(key, [(file.name, file.getvalue()) for file in files], take)
        _emptied(key)


def _shot(key: str, widget: str, name: str, take: Take) -> None:
    file = st.session_state[widget]
    if file is not None:
        receive(key, [(name, file.getvalue())], take)
        _emptied(key)


def _typed(key: str, widget: str, kind: Modality | None, take: Take) -> None:
    problems(key).clear()
    try:
        take(at(st.session_state[widget], kind, max_bytes=max_bytes()))
    except PlaygroundError as error:
        problems(key).append(error.message)
    else:
        _emptied(key)
