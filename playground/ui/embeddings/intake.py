"""Texts in: pasted one per line, or a file with its columns. What was given stays, whatever is clicked."""

import streamlit as st

from playground.errors import BadRequestError, PlaygroundError
from playground.texts import LIMIT, Table, lines, read
from playground.ui.embeddings.shelf import PASTED, Rows

PASTE, UPLOAD = "Paste", "Upload"
FILE = "embeddings_read"
"""Where the session keeps the file that was read: (name, Table), or (name, PlaygroundError)."""
_TYPES = ["csv", "tsv", "jsonl", "ndjson", "txt"]


def ask_texts() -> None:
    """Draw the ways to give texts."""
    way = st.segmented_control(
        "Texts",
        (PASTE, UPLOAD),
        default=PASTE,
        required=True,
        key="embeddings_way",
        label_visibility="collapsed",
        persist_state="session",
    )
    if way == UPLOAD:
        _upload()
    else:
        st.text_area(
            "One text per line",
            key="embeddings_lines",
            height=170,
            placeholder="The parcel arrived with a broken lid.\nMy order was damaged in the post.\n…",
            persist_state="session",
        )


def complain(error: PlaygroundError) -> None:
    """Say what is wrong with what was given; nothing was sent, so there is nothing more to show."""
    st.error(f"{error.message[:1].upper()}{error.message[1:]}.", icon=":material/error:")


def given() -> Rows:
    """The rows as they stand in the widgets now. Raises BadRequestError when there is nothing to embed."""
    if st.session_state.get("embeddings_way") != UPLOAD:
        table = lines(st.session_state.get("embeddings_lines") or "")
        return _rows(table, "text", PASTED)
    match st.session_state.get(FILE):
        case (str(name), Table() as table):
            return _rows(table, st.session_state.get("embeddings_column") or table.likely_text(), name)
        case (_, PlaygroundError() as error):
            raise error
        case _:
            raise BadRequestError("there is no file yet; choose one, paste texts, or take a sample")


def _rows(table: Table, column: str, name: str) -> Rows:
    filled = table.filled(column)
    if not len(filled):
        raise BadRequestError(f"column `{column}` holds no text; choose another column")
    taken = filled.sample()
    notes = []
    if len(filled) < len(table):
        notes.append(f"{len(table) - len(filled):,} rows without text were left out")
    if len(taken) < len(filled):
        notes.append(f"of {len(filled):,} rows {LIMIT:,} were drawn at random, the same each time")
    return Rows(taken, column, name, note="; ".join(notes))


def _upload() -> None:
    st.file_uploader(
        "A CSV with a line of column names, JSON Lines, or a text file",
        type=_TYPES,
        key="embeddings_file",
        on_change=_take,
    )
    match st.session_state.get(FILE):
        case (str(name), Table() as table):
            _columns(name, table)
        case (_, PlaygroundError() as error):
            complain(error)


def _take() -> None:
    """Read a file as soon as it is there and keep what was read: the widget forgets it on another page."""
    file = st.session_state["embeddings_file"]
    st.session_state.pop("embeddings_column", None)
    if file is None:
        st.session_state.pop(FILE, None)
        return
    try:
        table = read(file.name, file.getvalue())
        table.likely_text()
    except PlaygroundError as error:
        st.session_state[FILE] = (file.name, error)
    else:
        st.session_state[FILE] = (file.name, table)


def _columns(name: str, table: Table) -> None:
    texts = table.of_kind("text")
    if st.session_state.get("embeddings_column") not in texts:
        st.session_state["embeddings_column"] = table.likely_text()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("Column with the texts", texts, key="embeddings_column", persist_state="session", width=280)
        st.markdown(f":small[`{name}` · {len(table):,} rows · {len(table.columns):,} columns]")
    st.dataframe(
        table.take(range(min(len(table), 5))).columns,
        hide_index=True,
        alt=f"The first rows of {name}",
        height="content",
    )
