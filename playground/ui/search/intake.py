"""Documents in: pasted, from a table, images, or an Embeddings run; each way ends in entries for a namespace."""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from playground.errors import BadRequestError, PlaygroundError
from playground.texts import Table, lines, read
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.intake import intake
from playground.ui.attachments.tray import add, empty, tray
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.search import filling, history
from playground.ui.search.filling import Entry
from playground.ui.search.pictures import kept
from playground.ui.search.spaces import Space
from playground.units import counted
from playground.vectors.rows import Columns, Row, guessed, rows

PASTE, TABLE, IMAGES, RUN = "Paste", "CSV or JSONL", "Images", "Embeddings run"
_ICONS = {PASTE: "notes", TABLE: "table", IMAGES: "image", RUN: "scatter_plot"}
FILE = "search_read"
"""Where the session keeps the file that was read: (name, Table), or (name, PlaygroundError)."""
_TYPES = ["csv", "tsv", "jsonl", "ndjson", "txt"]
_SHOWN = 6
_WAY, _PROBLEM = "search_way", "search_fill_problem"


def add_documents(space: Space) -> None:
    """Draw the ways to put documents in, as far as this namespace takes them, and the button."""
    ways = _ways(space)
    if st.session_state.get(_WAY) not in ways:
        st.session_state[_WAY] = ways[0]
    key = "search_add_first" if not space.count else "search_add"  # another one: it closes once something is in
    with st.expander("Add documents", expanded=not space.count, icon=":material/playlist_add:", key=key):
        way = st.segmented_control(
            "Documents",
            ways,
            format_func=lambda way: f":material/{_ICONS[way]}: {way}",
            required=True,
            key=_WAY,
            label_visibility="collapsed",
            persist_state="session",
        )
        entries = _ASK[way or ways[0]](space)
        running = filling.filling(space)
        live = running is not None and not running.ended
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="search_fill_line"):
            st.button(
                "Add",
                key="search_fill",
                type="primary",
                icon=":material/add:",
                on_click=_begin,
                args=(space, entries),
                disabled=entries is None or live,
                help="Nothing is given yet" if entries is None else None,
            )
            st.markdown(quiet("What is there already stays; a document with the same id is replaced."))
        problem = st.session_state.pop(_PROBLEM, "")
        if problem:
            st.markdown(f":red[:material/error:] {sentence(problem)}")


def _ways(space: Space) -> list[str]:
    """The ways that make sense: vectors come in a table or from a run, whoever embeds."""
    texts = [PASTE] if "text" in space.kinds else []
    images = [IMAGES] if "image" in space.kinds else []
    return [*texts, *([] if images and not texts else [TABLE]), *images, RUN]


def _begin(space: Space, entries: Callable[[], list[Entry]]) -> None:
    try:
        filling.fill(space, entries())
    except PlaygroundError as error:
        st.session_state[_PROBLEM] = error.message
    else:
        st.session_state.pop("search_lines", None)
        st.session_state.pop(FILE, None)
        empty("search")


def _pasted(space: Space) -> Callable[[], list[Entry]] | None:  # noqa: ARG001 - all ways are asked alike
    text = st.text_area(
        "One text per line",
        key="search_lines",
        height=150,
        placeholder="The parcel arrived with a broken lid.\nMy train was cancelled.\n…",
        persist_state="session",
    )
    if not (text or "").strip():
        return None
    return lambda: [Entry(row) for row in rows(lines(text or ""), Columns("text"))]


def _table(space: Space) -> Callable[[], list[Entry]] | None:
    st.file_uploader(
        "A CSV with a line of column names, JSON Lines, or a text file", type=_TYPES, key="search_file", on_change=_take
    )
    match st.session_state.get(FILE):
        case (str(name), Table() as table):
            columns = _columns(space, name, table)
            return lambda: [Entry(row) for row in rows(table, columns)]
        case (_, PlaygroundError() as error):
            st.markdown(f":red[:material/error:] {sentence(error.message)}")
    return None


def _take() -> None:
    """Read a file as soon as it is there and keep what was read: the widget forgets it on another page."""
    file = st.session_state["search_file"]
    for key in ("search_text", "search_id", "search_vector", "search_payload"):
        st.session_state.pop(key, None)
    if file is None:
        st.session_state.pop(FILE, None)
        return
    try:
        st.session_state[FILE] = (file.name, read(file.name, file.getvalue()))
    except PlaygroundError as error:
        st.session_state[FILE] = (file.name, error)


def _columns(space: Space, name: str, table: Table) -> Columns:
    """Draw which column is what, as it was guessed, and the first rows."""
    guess = guessed(table)
    names = list(table.columns)
    st.markdown(quiet(f"`{name}` · {counted(len(table), 'row')} · {counted(len(names), 'column')}"))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="search_columns"):
        text = _column("Text", "search_text", names, guess.text)
        id_ = _column("Id", "search_id", names, guess.id)
        vector = _column("Vector", "search_vector", names, guess.vector)
    rest = [each for each in names if each not in (text, id_, vector)]
    payload = st.multiselect("Payload", rest, default=rest, key=f"search_payload_{len(rest)}", help="What goes along.")
    if not vector and not space.embedders:
        st.markdown(":orange[:material/info:] This namespace takes vectors only: say which column holds them.")
    st.dataframe(
        table.take(range(min(len(table), _SHOWN))).columns,
        hide_index=True,
        height="content",
        key="search_table_preview",
        alt=f"The first rows of {name}",
    )
    return Columns(text, id_, vector, tuple(payload))


def _column(label: str, key: str, names: Sequence[str], guess: str) -> str:
    place = names.index(guess) if guess in names else None
    return st.selectbox(label, names, index=place, key=key, placeholder="none", width=190) or ""


def _images(space: Space) -> Callable[[], list[Entry]] | None:  # noqa: ARG001
    intake("search_images", ["image"], lambda file: add("search", [file]))
    files = list(tray("search"))
    if not files:
        return None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="search_tray"):
        for file in files[:_SHOWN]:
            if file.preview:
                st.image(file.preview_uri, width=56, alt=file.name)
        st.markdown(quiet(f"{len(files):,} image{'s' * (len(files) != 1)} wait"))
        st.button("Remove all", key="search_tray_empty", type="tertiary", on_click=_empty)
    return lambda: [_image(number, file) for number, file in enumerate(files, 1)]


def _empty() -> None:
    empty("search")


def _image(number: int, file: Attachment) -> Entry:
    if not file.weight:
        raise BadRequestError(f"row {number}, `{file.name}`, is an address; upload the image itself")
    data = file.content
    payload: Mapping[str, Any] = {"name": file.name, "image": kept(data, file.mime)}
    row = Row(number, f"image-{file.reference.removeprefix('media:')[:16]}", payload=payload)
    return Entry(row, f"data:{file.mime};base64,{b64encode(data).decode()}")


_ASK: Mapping[str, Callable[[Space], Callable[[], list[Entry]] | None]] = {
    PASTE: _pasted,
    TABLE: _table,
    IMAGES: _images,
    RUN: history.ask_run,
}
