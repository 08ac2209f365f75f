"""The head of a page about one set: what was asked of whom; and the sets of one kind, to be opened."""

import time
from collections.abc import Sequence

import streamlit as st

from playground.comparison import Pane, Set
from playground.store.sets import Line
from playground.ui.cache.words import age
from playground.ui.look import quiet
from playground.ui.scorecard.figure import called, setting
from playground.ui.transcribe.words import plain

_MOST, _LINE = 300, 100


def draw_heading(title: str, asked: Set) -> None:
    """Draw title, question and panes."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="set_heading"):
        st.markdown(f"### {title}", width="stretch")
        st.page_link("vote.py", label="Blind vote", icon=":material/how_to_vote:", query_params={"set": asked.id})
        query = {"set": asked.id} if len(asked.rows) == 1 else None  # Compare counts one answer for each row and pane
        st.page_link("compare.py", label="Compare", icon=":material/view_column:", query_params=query)
        st.page_link("receipt.py", label="Receipt", icon=":material/receipt:", query_params={"set": asked.id})
    rows = f" · {len(asked.rows):,} rows" if len(asked.rows) > 1 else ""
    files = f" · {len(asked.files)} file{'s' * (len(asked.files) > 1)}" if asked.files else ""
    who = [f"**{called(pane)}**, {_facts(pane, asked.panes)}" for pane in asked.panes]
    st.markdown(quiet(" · ".join(who) + rows + files))
    if asked.prompt.strip():
        short = asked.prompt if len(asked.prompt) <= _MOST else f"{asked.prompt[:_MOST]} …"
        st.code(short, language=None, wrap_lines=True)


def draw_list(found: Sequence[Line], page: str) -> None:
    """Draw sets as links."""
    for line in found:
        counts = f"{line.panes} panes" + (f", {line.rows:,} rows" if line.rows > 1 else "")
        label = (
            f"{_short(line.title) or 'Without words'}  :small[:gray[{counts} · {age(time.time() - line.created_at)}]]"
        )
        st.page_link(page, label=label, query_params={"set": line.id})


def _facts(pane: Pane, panes: Sequence[Pane]) -> str:
    return ", ".join(filter(None, (pane.provider, plain(setting(pane, panes)))))


def _short(title: str) -> str:
    text = plain(title[:_LINE])
    return f"{text}…" if len(title) > _LINE else text
