"""The entries of the cache: searched, listed, opened one by one, removed; in and out as a file."""

from collections.abc import Sequence

import streamlit as st

from playground.cache.shelf import Line
from playground.errors import PlaygroundError
from playground.hover import short
from playground.ui.cache.shelves import carry
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import sentence

PAGE = 25
OPENING = "cache_opening"
_TURNED = "cache_turned"


def entries() -> None:
    """Draw the search, the page of the table that the session has turned to, and what can be done with it."""
    text = st.text_input(
        "Search",
        key="cache_text",
        type="search",
        icon=":material/search:",
        placeholder="Search for words of a prompt or an answer",
        label_visibility="collapsed",
        bind="query-params",
    )
    before = _before(text or "")
    found = core().cache.entries(NAMESPACE, text=text or "", before=before[-1] if before else None, limit=PAGE + 1)
    lines = found[:PAGE]
    carry()
    if not lines:
        _nothing(text or "")
        return
    _table(lines)
    _turn(before, lines, more=len(found) > PAGE)


def follow() -> None:
    """Go to the entry that was asked for; as a page change it takes the search out of the URL."""
    if OPENING in st.session_state:
        st.switch_page("cache.py", query_params={"entry": str(st.session_state.pop(OPENING))})


def _table(lines: Sequence[Line]) -> None:
    from pandas import Timestamp

    column = st.column_config
    st.session_state["cache_shown"] = [line.entry for line in lines]
    st.dataframe(
        {
            "Prompt": [short(line.prompt, 200) for line in lines],
            "Answer": [short(line.answer, 200) for line in lines],
            "Hits": [line.hits for line in lines],
            "Right": [line.right for line in lines],
            "Wrong": [line.wrong for line in lines],
            "Model": [line.model for line in lines],
            "Stored": [Timestamp(line.created, unit="s", tz="UTC") for line in lines],
            "From": ["demo" if line.demo else "you" for line in lines],
        },
        column_config={
            "Prompt": column.ButtonColumn(
                width=280, pinned=True, key="cache_open", type="tertiary", alignment="left", on_click=_open
            ),
            "Answer": column.TextColumn(width=330),
            "Hits": column.NumberColumn(width=60, help="How often it answered a request"),
            "Right": column.NumberColumn(width=64, help="Verdicts on this answer: judged right"),
            "Wrong": column.NumberColumn(width=68, help="Verdicts on this answer: judged wrong"),
            "Stored": column.DatetimeColumn(format="D MMM HH:mm", timezone=st.context.timezone or "UTC", width=104),
            "From": column.TextColumn(width=64),
        },
        hide_index=True,
        height="content",
        key="cache_table",
        on_select="rerun",
        selection_mode="multi-row",
        alt="Entries of the cache, newest first; a click on a prompt opens its entry",
    )
    picked = [lines[row] for row in st.session_state["cache_table"]["selection"]["rows"] if row < len(lines)]
    if picked:
        names = "1 entry" if len(picked) == 1 else f"{len(picked)} entries"
        st.button(
            f"Delete {names}", key="cache_delete_rows", icon=":material/delete:", on_click=_forget, args=(picked,)
        )


def _turn(before: list[int], lines: Sequence[Line], *, more: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="cache_turn"):
        page = f" Page {len(before) + 1:,}." if before or more else ""
        st.markdown(f":small[A click on a prompt opens its entry.{page}]", width="stretch")
        if page:
            left, right = ":material/chevron_left:", ":material/chevron_right:"
            st.button("Newer", key="cache_newer", icon=left, on_click=_newer, args=(before,), disabled=not before)
            st.button(
                "Older",
                key="cache_older",
                icon=right,
                icon_position="right",
                on_click=before.append,
                args=(lines[-1].entry,),
                disabled=not more,
            )


def _newer(before: list[int]) -> None:
    before.pop()


def _before(text: str) -> list[int]:
    """The last entry of each page before this one; none when another text is searched for."""
    if st.session_state.get(_TURNED, {}).get("text") != text:
        st.session_state[_TURNED] = {"text": text, "before": []}
    found: list[int] = st.session_state[_TURNED]["before"]
    return found


def _open() -> None:
    st.session_state[OPENING] = st.session_state["cache_shown"][st.session_state["cache_open"]["row"]]


def _forget(lines: Sequence[Line]) -> None:
    try:
        count = core().cache.forget(NAMESPACE, [line.entry for line in lines])
    except PlaygroundError as error:
        st.toast(sentence(error.message), icon=":material/error:")
    else:
        st.toast("1 entry is forgotten." if count == 1 else f"{count} entries are forgotten.", icon=":material/delete:")


def _nothing(text: str) -> None:
    with st.container(border=True, key="cache_nothing"):
        if not text:
            st.markdown("The first answer stands here as soon as a chat with the cache on has ended.")
            return
        st.markdown("**No entry matches**")
        st.caption("Every word of the search has to stand in the prompt or the answer.")
        st.button("Clear the search", key="cache_clear_search", icon=":material/filter_alt_off:", on_click=_all)


def _all() -> None:
    st.session_state["cache_text"] = ""
