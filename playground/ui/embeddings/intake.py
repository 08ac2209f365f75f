"""Texts in: pasted one per line, or a file with its columns. What was given stays, whatever is clicked."""

import streamlit as st

from playground.errors import BadRequestError, PlaygroundError
from playground.texts import Table, lines, read
from playground.ui.attachments.attachment import at, kind_of
from playground.ui.attachments.tray import tray
from playground.ui.embeddings import files
from playground.ui.embeddings.fitting import draw_objection, kinds_of, listed, objection
from playground.ui.embeddings.shelf import PASTED, Rows
from playground.ui.fault import sentence
from playground.ui.picker import Choice
from playground.units import counted

PASTE, UPLOAD = "Paste", "Upload"
FILE = "embeddings_read"
"""Where the session keeps the file that was read: (name, Table), or (name, PlaygroundError)."""
_WAYS = {PASTE: ":material/notes: Paste texts", UPLOAD: ":material/table: Texts from a file"}
_TYPES = ["csv", "tsv", "jsonl", "ndjson", "txt"]


def ask(choice: Choice) -> str:
    """Draw the ways to give texts and files, and what waits; returns why that cannot be embedded, empty when it can."""
    left, right = st.columns([4, 5], gap="medium")
    with left:
        if _reads(choice):
            _ask_texts()
        else:
            only = f"`{choice.model}` takes {listed(choice.can.model.inputs if choice.can else ())} only. Texts go to:"
            draw_objection(choice, only, kinds_of(True, tray("embeddings")), "embeddings_wordless")
    with right:
        files.ask_files(choice)
    files.show_files(choice)
    kinds = kinds_of(there(choice), tray("embeddings"))
    said = objection(choice, kinds, tray("embeddings"))
    if said:
        draw_objection(choice, said, kinds, "embeddings_refused")
    return said


def _ask_texts() -> None:
    """Draw the ways to give texts."""
    way = st.segmented_control(
        "Texts",
        (PASTE, UPLOAD),
        format_func=_WAYS.__getitem__,
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
        _addresses()


def complain(error: PlaygroundError) -> None:
    """Say what is wrong with what was given; nothing was sent, so there is nothing more to show."""
    st.markdown(f":red[:material/error:] {sentence(error.message)}")


def there(choice: Choice) -> bool:
    """Whether there is any text for the model, or a file that should have some."""
    if not _reads(choice):
        return False
    if st.session_state.get("embeddings_way") == UPLOAD:
        return FILE in st.session_state
    return bool((st.session_state.get("embeddings_lines") or "").strip())


def given(choice: Choice) -> Rows | None:
    """The rows as they stand in the widgets now, None where files wait and there is no text.

    Raises BadRequestError when there is nothing to embed.
    """
    if not there(choice) and tray("embeddings"):
        return None
    if not _reads(choice):
        raise BadRequestError("there is no file yet; upload one, or take the generated images")
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


def _reads(choice: Choice) -> bool:
    return choice.can is None or "text" in choice.can.model.inputs


def _addresses() -> None:
    """Offer to take lines that are addresses of files as what they name."""
    found = [
        line.strip() for line in (st.session_state.get("embeddings_lines") or "").splitlines() if _is_address(line)
    ]
    if found:
        kinds = listed(dict.fromkeys(kind for line in found if (kind := kind_of(line))))
        words = (
            f"the address as {kinds.removesuffix('s')}" if len(found) == 1 else f"{len(found):,} addresses as {kinds}"
        )
        st.button(f"Take {words}", key="embeddings_addresses", icon=":material/link:", on_click=_lift, args=(found,))


def _is_address(line: str) -> bool:
    line = line.strip()
    return line.lower().startswith(("http://", "https://")) and " " not in line and kind_of(line) is not None


def _lift(found: list[str]) -> None:
    """Out of the box, into the tray; what cannot be an address stays."""
    kept = []
    for line in st.session_state["embeddings_lines"].splitlines():
        try:
            if line.strip() in found:
                files.take(at(line))
                continue
        except PlaygroundError as error:
            st.toast(error.message, icon=":material/error:")
        kept.append(line)
    st.session_state["embeddings_lines"] = "\n".join(kept)


def _rows(table: Table, column: str, name: str) -> Rows:
    filled = table.filled(column)
    if not len(filled):
        raise BadRequestError(f"column `{column}` holds no text; choose another column")
    lacking = len(table) - len(filled)
    return Rows(filled, column, name, note=f"{counted(lacking, 'row')} without text left out" if lacking else "")


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
        st.markdown(f":small[`{name}` · {counted(len(table), 'row')} · {counted(len(table.columns), 'column')}]")
    st.dataframe(
        table.take(range(min(len(table), 5))).columns,
        hide_index=True,
        alt=f"The first rows of {name}",
        height="content",
    )
