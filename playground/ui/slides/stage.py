"""One run per slide in large type: arrow keys turn, Escape leaves, the answer may come at its recorded pace."""

import streamlit as st

from playground.record import RunRecord
from playground.store.decks import Deck
from playground.store.excerpt import question
from playground.ui.attachments.cards import show
from playground.ui.attachments.given import asked
from playground.ui.content import show_answer
from playground.ui.conversation import questions
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import fault
from playground.ui.look import quiet
from playground.ui.reading import has_boxes
from playground.ui.receipt import line
from playground.ui.replay import begin, end, replay, stamp
from playground.ui.slides.map import draw_map, has_map
from playground.ui.transcribe.words import plain

PACE = "slides_pace"
"""Whether answers come at their recorded pace."""
_LONG = 140
"""Letters of a question above which it is no headline."""


def stage(deck: Deck, slide: int) -> None:
    """Draw a slide, counted from 1; one beyond the ends is the first or the last."""
    place = min(max(slide, 1), len(deck.runs))
    run = core().history.get(deck.runs[place - 1], NAMESPACE)
    with st.container(key="slides_stage"):
        st.markdown(quiet(f"{plain(deck.title)} · {place} of {len(deck.runs)}"))
        st.progress(place / len(deck.runs))
        if run is None:
            st.markdown(f"### This run is not in the history any more\n\n`{deck.runs[place - 1]}`")
        else:
            _slide(run)
    with st.bottom:
        _controls(deck, place, run)


def _slide(run: RunRecord) -> None:
    text = _question(run)
    with st.container(key="slides_long" if len(text) > _LONG else "slides_question"):
        st.markdown(plain(text))
    show(asked(run.request), "slides")
    with st.container(key="slides_answer"):
        if run.status == "failed" and run.error:
            st.markdown(stamp(run))
            fault(run.error, key="slides")
        elif has_map(run):
            st.markdown(stamp(run))
            draw_map(run)
        elif any(run.texts) and not has_boxes((run.response or {}).get("data") or {}):
            replay(run, "slides")
        else:
            st.markdown(stamp(run))
            show_answer(run)
    st.markdown(quiet(line(run)))


def _controls(deck: Deck, place: int, run: RunRecord | None) -> None:
    with st.container(horizontal=True, horizontal_alignment="center", gap="small", key="slides_controls"):
        first, last = place == 1, place == len(deck.runs)
        _turn("Previous", deck, place - 1, "Left", disabled=first)
        if run is not None and run.pace:
            icon = ":material/replay:"
            st.button("Replay", key="slides_replay", icon=icon, shortcut="P", on_click=begin, args=(run, "slides"))
        _turn("Next", deck, place + 1, "Right", disabled=last)
        st.button(
            "Leave", key="slides_leave", icon=":material/close:", type="tertiary", shortcut="Esc", on_click=_leave
        )
    with st.container(key="slides_remote"):  # what the buttons of a presenter's remote send; not drawn
        _turn("Back", deck, place - 1, "PageUp", disabled=first)
        _turn("Forward", deck, place + 1, "PageDown", disabled=last)


def _turn(label: str, deck: Deck, to: int, shortcut: str, *, disabled: bool) -> None:
    st.button(
        label,
        key=f"slides_{label.lower()}",
        shortcut=shortcut,
        on_click=turn,
        args=(deck, to),
        disabled=disabled,
    )


def turn(deck: Deck, to: int) -> None:
    """Go to a slide, counted from 1, and begin its replay where that is wanted; a callback's work."""
    st.query_params["slide"] = str(to)
    end("slides")
    run = core().history.get(deck.runs[to - 1], NAMESPACE) if st.session_state.get(PACE) else None
    if run is not None and run.pace:
        begin(run, "slides")


def _leave() -> None:
    st.query_params.pop("slide", None)
    end("slides")


def _question(run: RunRecord) -> str:
    """What was asked last, whole; of several texts, how many there are."""
    said, texts = questions(run.request), (run.request.get("inputs") or {}).get("texts") or []
    if len(texts) > 1:
        return f"{len(texts):,} texts"
    return (said[-1].text if said else "") or question(run.request) or (run.task or "A run").capitalize()
