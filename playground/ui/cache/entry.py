"""One entry of the cache: its prompt and answer, the prompts that share it, and the evidence for and against it."""

import time
from collections.abc import Sequence

import streamlit as st

from playground.cache.cache import Detail
from playground.cache.shelf import Evidence, Line
from playground.errors import NotFoundError, PlaygroundError
from playground.hover import short
from playground.ui.cache.receipt import JUDGES
from playground.ui.cache.words import age, span
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import fault, sentence
from playground.ui.look import quiet

_SAID = "cache_marked"


def show_entry(id_: str) -> None:
    """Draw the entry of this id, or say that there is none."""
    st.button("All entries", key="cache_back", icon=":material/arrow_back:", type="tertiary", on_click=leave)
    try:
        if not id_.isdecimal():
            raise NotFoundError(f"the cache has no entry `{id_[:80]}`; the table has all of them")
        detail = core().cache.entry(NAMESPACE, int(id_))
    except PlaygroundError as error:
        fault(error, key="cache_entry")
        return
    line = detail.line
    st.markdown("## Entry", anchors=False)
    st.markdown(_facts(line))
    said, evidence = st.columns(2, gap="large")
    with said:
        with st.container(border=True, key="cache_entry_prompt"):
            st.markdown(quiet("Prompt"))
            st.text(line.prompt)
        with st.container(border=True, key="cache_entry_answer"):
            st.markdown(quiet("Stored answer"))
            st.markdown(detail.answer)
        _actions(line)
    with evidence:
        _members(detail.members, line)
        _evidence(detail)


def leave() -> None:
    """Back to the table."""
    st.query_params.pop("entry", None)
    st.session_state.pop(_SAID, None)


def _facts(line: Line) -> str:
    demo = ":gray-badge[:material/science: Demo] " if line.demo else ""
    parts = [f"{line.provider} / {line.model}", f"stored {age(time.time() - line.created)}", _hits(line)]
    if line.expires:
        parts.append(f"expires in {span(line.expires - time.time()) or 'a moment'}")
    return demo + quiet(" · ".join(parts))


def _hits(line: Line) -> str:
    return "reused once" if line.hits == 1 else f"reused {line.hits:,} times" if line.hits else "not reused yet"


def _actions(line: Line) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="cache_entry_marks"):
        yes, no = ":material/check:", ":material/close:"
        st.button("The answer is right", key="cache_mark_right", icon=yes, on_click=_mark, args=(line, True))
        st.button("It is wrong", key="cache_mark_wrong", icon=no, on_click=_mark, args=(line, False))
        st.button(
            "Delete", key="cache_delete", icon=":material/delete:", type="tertiary", on_click=_forget, args=(line,)
        )
    if _SAID in st.session_state:
        st.markdown(quiet(st.session_state[_SAID]))


def _mark(line: Line, right: bool) -> None:
    """A right answer stays open; a wrong one is gone, and so is its page."""
    try:
        said = core().cache.mark(NAMESPACE, line.entry, right)
    except PlaygroundError as error:
        st.session_state[_SAID] = sentence(error.message)
        return
    if right:
        st.session_state[_SAID] = f":material/check: {said}"
    else:
        st.toast(said, icon=":material/close:")
        leave()


def _forget(line: Line) -> None:
    core().cache.forget(NAMESPACE, [line.entry])
    st.toast("The entry is forgotten.", icon=":material/delete:")
    leave()


def _members(members: Sequence[Line], line: Line) -> None:
    others = [member for member in members if member.entry != line.entry]
    st.markdown("**Prompts that share this answer**")
    if not others:
        st.caption("None yet: a prompt joins when its fresh answer is judged equal.")
        return
    st.dataframe(
        {"Prompt": [short(each.prompt, 200) for each in others], "Hits": [each.hits for each in others]},
        column_config={
            "Prompt": st.column_config.TextColumn(width="large"),
            "Hits": st.column_config.NumberColumn(width=60),
        },
        hide_index=True,
        height="content" if len(others) < 8 else 300,
        key="cache_members",
        alt=f"The {len(others)} other prompts that share this answer",
    )


def _evidence(detail: Detail) -> None:
    st.markdown(f"**Evidence** · {detail.line.right:,} right, {detail.line.wrong:,} wrong")
    if not detail.evidence:
        st.caption("None yet: an answer is judged when a similar prompt was answered afresh, or by you.")
        return
    rows: Sequence[Evidence] = detail.evidence
    verdicts = {True: "right", False: "wrong", None: "undecided"}
    st.dataframe(
        {
            "Verdict": [[verdicts[each.right]] for each in rows],
            "Prompt": [short(each.prompt, 200) or None for each in rows],
            "By": [JUDGES.get(each.by, each.by) for each in rows],
            "Chance": [each.chance for each in rows],
            "Similarity": [each.similarity for each in rows],
            "Run": [f"/runs?run={each.run}" if each.run else None for each in rows],
        },
        column_config={
            "Verdict": st.column_config.MultiselectColumn(
                options=list(verdicts.values()), color=["green", "red", "gray"], width=84
            ),
            "Prompt": st.column_config.TextColumn(width=230),
            "Chance": st.column_config.NumberColumn(
                format="percent", help="The chance of error that was predicted", width=74
            ),
            "Similarity": st.column_config.NumberColumn(format="%.3f", width=84),
            "Run": st.column_config.LinkColumn(display_text="open", width=60),
        },
        hide_index=True,
        placeholder="–",
        height="content" if len(rows) < 8 else 300,
        key="cache_evidence",
        alt="Verdicts on this answer, newest first",
    )
