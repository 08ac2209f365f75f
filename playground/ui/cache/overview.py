"""How the cache does: hit rate, the error that audits estimate against the limit, and what it saved, over time."""

from typing import Any

import streamlit as st

from playground.cache.cache import BookState, State
from playground.cache.receipt import SERVED
from playground.ui.cache.charts import charts
from playground.ui.cache.standing import careful_line, error_line
from playground.ui.cache.words import ASKED, percent
from playground.units import counted, dollars, seconds

_DIE = (
    "Some requests that could be answered from the cache go to the model anyway, and the two answers are compared. "
    "From these checks the share of wrong answers is estimated; the interval holds with 95% certainty, all the time."
)


def overview(state: State) -> None:
    """Draw the figures, where the learning stands, and the charts."""
    _figures(state)
    if state.books:
        with st.grid(len(state.books), min_column_width=340, gap="medium"):
            for book in state.books:
                _book(book)
    charts()


def _figures(state: State) -> None:
    asked = sum(state.counts.get(status, 0) for status in ASKED)
    served = sum(state.counts.get(status, 0) for status in SERVED)
    exact, similar = state.counts.get("exact", 0), state.counts.get("hit", 0)
    money, ms = state.saved.cost or 0, state.saved.ms
    rows: list[tuple[str, str, str, str | None]] = [
        (
            "Hit rate",
            percent(served / asked) if asked else "–",
            f"{exact:,} exact, {similar:,} similar" if asked else "nothing asked yet",
            f"Answers that came from the cache, of {counted(asked, 'request')} that asked for it.",
        ),
        ("Tokens saved", f"{state.saved.tokens:,}", f"{dollars(money)} saved" if money else "", None),
        ("Time saved", seconds(ms) if ms else "none yet", "", None),
        (
            "Entries",
            f"{state.entries:,}",
            "1 answer" if state.groups == 1 else f"{state.groups:,} different answers",
            None,
        ),
    ]
    with st.grid(4, min_column_width=150, key="cache_figures"):
        for title, value, below, help_ in rows:
            look: dict[str, Any] = {"delta_color": "off", "delta_arrow": "off", "border": True, "height": "stretch"}
            st.metric(title, value, below or None, help=help_, **look)


def _book(book: BookState) -> None:
    """What one learner knows: how far it is, what it estimates, whether it is careful."""
    watch = book.watch
    with st.container(border=True, height="stretch", key=f"cache_book_{book.name}"):
        demo = " :gray-badge[:material/science: came with the playground]"
        title = f"Demo{demo}" if book.name == "demo" else "Your cache"
        st.markdown(f"**{title}**")
        if watch.labels < watch.needed:
            st.progress(watch.labels / watch.needed, f"Learning, {watch.labels:,} of {watch.needed:,} judged answers")
            st.caption(
                "Until then exact repeats are served and nothing else. Every fresh answer beside a similar one counts."
            )
        else:
            st.markdown(f":green[:material/check_circle:] Learned from {watch.labels:,} judged answers.")
        st.markdown(error_line(watch), help=_DIE)
        if watch.careful:
            st.markdown(careful_line(watch))
