"""A cached answer under the reader's eye: right or wrong, or the model's own fresh answer beside it."""

from functools import partial
from typing import Any

import streamlit as st

from playground.cache.receipt import SERVED
from playground.errors import PlaygroundError
from playground.record import RunRecord
from playground.run import Run
from playground.ui.attachments.given import whole
from playground.ui.cache.receipt import compare, receipt_detail, receipt_line
from playground.ui.cache.words import chip
from playground.ui.conversation import questions
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import fault, sentence
from playground.ui.look import quiet
from playground.ui.watch import BEAT, find


def cache_receipts(run: RunRecord, key: str) -> None:
    """Draw the receipts of an ended run, one per prompt; nothing when the cache was not asked for."""
    for place, receipt in enumerate(core().receipts(run)):
        _one(run, receipt, place, f"{key}_cache_{place}")


def run_receipts(run: RunRecord, key: str) -> None:
    """The same on a run's own page, where it is also said that a chat did not ask for the cache."""
    if run.task == "chat" and not run.cache:
        off = chip("off")
        st.markdown(f"{off.badge} {quiet(off.meaning)}")
    cache_receipts(run, key)


def _one(run: RunRecord, receipt: dict[str, Any], place: int, key: str) -> None:
    with st.container(key=f"{key}_receipt", gap="xsmall"):
        panel = st.expander(receipt_line(receipt), type="compact", key=f"{key}_why", on_change="rerun")
        if panel.open:
            with panel:
                receipt_detail(receipt, _asked(run, place), key)
        if receipt["status"] in SERVED:
            _buttons(run, place, key)


def _asked(run: RunRecord, place: int) -> str:
    """The prompt that a receipt is about, whole."""
    prompts = (run.request.get("inputs") or {}).get("prompts") or []
    if place < len(prompts):
        return str(prompts[place])
    said = questions(run.request)
    return said[-1].text if said else ""


def _buttons(run: RunRecord, place: int, key: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_verdict"):
        say = partial(_say, run, place, key)
        st.button("Right", key=f"{key}_right", icon=":material/check:", type="tertiary", on_click=say, args=(True,))
        st.button("Wrong", key=f"{key}_wrong", icon=":material/close:", type="tertiary", on_click=say, args=(False,))
        if place == 0 and f"{key}_fresh" not in st.session_state:
            icon, label = ":material/compare_arrows:", "Ask the model anyway and compare"
            st.button(label, key=f"{key}_anyway", icon=icon, type="tertiary", on_click=_ask, args=(run, key))
    said = st.session_state.get(f"{key}_said")
    if said:
        st.markdown(quiet(said))
    if f"{key}_fresh" in st.session_state:
        _fresh(run, st.session_state[f"{key}_fresh"], place, key)


def _say(run: RunRecord, place: int, key: str, right: bool) -> None:
    """Give the verdict to the cache and keep what it made of it."""
    try:
        said = core().cache.verdict(run, right, prompt=place)
    except PlaygroundError as error:
        said = sentence(error.message)
    st.session_state[f"{key}_said"] = f":material/{'check' if right else 'close'}: {said}"


def _ask(run: RunRecord, key: str) -> None:
    try:
        request = whole(run.request)
    except PlaygroundError as error:  # a file that is not kept any more
        st.session_state[f"{key}_said"] = sentence(error.message)
    else:
        st.session_state[f"{key}_fresh"] = core().start(request, namespace=NAMESPACE, door="page", cache="refresh").id


def _fresh(run: RunRecord, fresh: str, place: int, key: str) -> None:
    """The model's answer of now beside the stored one, as soon as it is there."""
    live = isinstance(find(fresh), Run)
    with st.container(border=True, key=f"{key}_beside"):
        st.fragment(run_every=BEAT if live else None)(_beside)(run, fresh, place, key, live)


def _beside(run: RunRecord, fresh: str, place: int, key: str, live: bool) -> None:
    match find(fresh):
        case Run():
            st.markdown(":shimmer[Asking the model]")
        case RunRecord() as record:
            if live:
                st.rerun()
            _compare(run, record, place, key)
        case error:
            fault(error, key=f"{key}_beside")


def _compare(run: RunRecord, fresh: RunRecord, place: int, key: str) -> None:
    if fresh.status != "done" and fresh.error:
        fault(fresh.error, key=f"{key}_beside")
        return
    stored, now = _text(run, place), _text(fresh, place)
    compare(stored, now, ("stored answer", "the model's answer of now"), f"{key}_answers")
    if stored.split() != now.split():
        st.markdown(quiet("Do they say the same? Your word counts as evidence: **Right** or **Wrong** above."))


def _text(run: RunRecord, place: int) -> str:
    data = (run.response or {}).get("data") or {}
    texts = data.get("texts") or [data.get("text") or ""]
    return str(texts[place]) if place < len(texts) else ""
