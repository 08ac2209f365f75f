"""Dry look-up: what would this prompt get, and why? And variants of it that try to fool the cache."""

from collections.abc import Sequence

import streamlit as st

from playground.cache.receipt import Receipt
from playground.contract import RawInferenceRequest
from playground.errors import PlaygroundError
from playground.ui.bar import Setup, model_bar
from playground.ui.cache.controls import limit_slider
from playground.ui.cache.receipt import receipt_detail, receipt_line, told
from playground.ui.cache.variants import Variant, impossible, variants
from playground.ui.cache.words import chip
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import fault
from playground.ui.look import note, quiet
from playground.ui.system import system_prompt

LOOKED = "cache_looked"
"""Where the session keeps what was looked up: (request, variants)."""


def trial() -> None:
    """Draw the form, and what the prompt would get."""
    st.markdown("Nothing is sent to a model, and nothing is learned from it: the cache only says what it would do.")
    setup = model_bar("chat", "cache")
    with setup.row:
        system = system_prompt("cache", setup.choice.known)
    asked, limit = st.columns([3, 2], gap="large")
    with asked:
        prompt = st.text_area(
            "Prompt",
            key="cache_prompt",
            placeholder="What does TTFT mean?",
            persist_state="session",
            height=110,
        )
    with limit:
        delta = limit_slider("cache_limit")
    with st.container(horizontal=True, gap="small", key="cache_ask"):
        plain = st.button("Look it up", key="cache_look", type="primary", icon=":material/search:")
        fool = st.button("Try to fool it", key="cache_fool", icon=":material/psychology_alt:")
    if plain or fool:
        _keep(setup, system, (prompt or "").strip(), delta, fool=fool)
    if LOOKED in st.session_state:
        _show(*st.session_state[LOOKED])


def _keep(setup: Setup, system: str | None, prompt: str, delta: float, *, fool: bool) -> None:
    if not prompt:
        st.session_state.pop(LOOKED, None)
        st.markdown(note("Write a prompt first.", "edit"))
        return
    inputs = {"messages": [{"role": "user", "content": prompt}]} | ({"system": system} if system else {})
    request = setup.request(inputs).model_copy(update={"enable_semantic_cache": True, "cache_delta": delta})
    st.session_state[LOOKED] = (request, variants(prompt) if fool else [])


def _show(request: RawInferenceRequest, tricks: Sequence[Variant]) -> None:
    prompt = request.inputs["messages"][0]["content"]
    try:
        own = _peek(request, prompt)
        found = [(trick, _peek(request, trick.text)) for trick in tricks]
    except PlaygroundError as error:
        fault(error, key="cache_peek")
        return
    with st.container(border=True, key="cache_would"):
        st.markdown(receipt_line(own.json()))
        receipt_detail(own.json(), prompt, "cache_would_why")
    if tricks:
        _tricks(prompt, found)


def _peek(request: RawInferenceRequest, prompt: str) -> Receipt:
    """What a prompt would get instead of the request's own."""
    messages = [{"role": "user", "content": prompt}]
    [receipt] = core().peek(request.model_copy(update={"inputs": {**request.inputs, "messages": messages}}), NAMESPACE)
    return receipt


def _tricks(prompt: str, found: Sequence[tuple[Variant, Receipt]]) -> None:
    fooled = [trick for trick, receipt in found if receipt.status == "hit" and not trick.same]
    st.markdown("### Try to fool it", anchors=False)
    st.markdown(_verdict(len(fooled), sum(not trick.same for trick, _ in found)))
    for place, (trick, receipt) in enumerate(found):
        with st.container(border=True, gap="xsmall", key=f"cache_trick_{place}"):
            _trick(trick, receipt, f"cache_trick_{place}")
    left = impossible(prompt)
    if left:
        st.markdown(quiet(f"This prompt has nothing for: {', '.join(left)}."))


def _trick(trick: Variant, receipt: Receipt, key: str) -> None:
    """One card: the variant, what it would get, and why on a click."""
    same = " :gray-badge[should get the same]" if trick.same else ""
    st.markdown(f"{chip(receipt.status).badge} :gray-badge[{trick.kind}]{same}")
    st.text(trick.text)
    panel = st.expander(f":small[{told(receipt.json())}]", type="compact", key=f"{key}_why", on_change="rerun")
    if panel.open:
        with panel:
            receipt_detail(receipt.json(), trick.text, f"{key}_detail")


def _verdict(fooled: int, tricks: int) -> str:
    if not tricks:
        return quiet("No trick could be made of this prompt.")
    if not fooled:
        return f":green[:material/shield:] None of the {tricks} tricks would be answered from the cache."
    said = "1 trick" if fooled == 1 else f"{fooled} tricks"
    return (
        f":orange[:material/warning:] {said} of {tricks} would be answered from the cache. Look whether the stored "
        "answer is right for it; if not, open the entry and mark it wrong."
    )
