"""The receipt of an answer: what the cache did with it in one line, and why, one click away."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.cache.cache import PERSON
from playground.diff import Kind, align, counts
from playground.ui.cache.gauge import gauge
from playground.ui.cache.words import age, chip, in_a_hundred
from playground.ui.diff import draw_diff
from playground.ui.look import quiet
from playground.units import counted, dollars, seconds

NAMES: Mapping[Kind, str] = {"changed": "worded differently", "removed": "only stored", "added": "only here"}
SIGNS = {
    "numbers": "other numbers",
    "negation": "one of them negates",
    "order": "the same words in another order",
    "swap": "another unit, day or opposite",
    "names": "other names",
    "uncanny": "nearer than its words explain",
}
"""What speaks against reusing an answer, by the name of the feature that says so."""
JUDGES = {"equal": "equal words", "similar": "similar meaning"}
"""Those of a chain that are no models, by what the page calls them."""
_SAID = {
    True: "Stored and fresh answer say the same, by {by}",
    False: "The stored answer was wrong here, by {by}",
    None: "Nobody could say whether stored and fresh answer mean the same, nor {by}",
}
_GOOD, _BAD = ":green[:material/check_circle:]", ":red[:material/cancel:]"
Receipt = Mapping[str, Any]
"""A receipt as the run's record has it: JSON."""


def receipt_line(receipt: Receipt) -> str:
    """Chip and sentence in Markdown."""
    demo = " :gray-badge[:material/science: Demo]" if receipt.get("demo") else ""
    return f"{chip(receipt['status']).badge}{demo} {told(receipt)}"


def told(receipt: Receipt) -> str:
    """The sentence in Markdown, without the word that stands on its chip."""
    word, sentence = chip(receipt["status"]).word, str(receipt["sentence"])
    rest = sentence.removeprefix(word).lstrip(",: ")
    return plain(rest[:1].upper() + rest[1:] if sentence.startswith(f"{word},") else sentence)


def receipt_detail(receipt: Receipt, asked: str, key: str) -> None:
    """Draw everything a receipt says: the nearest prompt beside the one that was `asked`, the chance, what it saved."""
    exact = receipt["status"] == "exact"
    if receipt.get("prompt") and not exact:
        compare(receipt["prompt"], asked, ("stored prompt", "this one"), f"{key}_diff")
    if receipt.get("chance") is not None and not exact:
        gauge(receipt["chance"], receipt.get("allowed"), f"{key}_gauge")
    signs = [said for name, said in SIGNS.items() if (receipt.get("features") or {}).get(name, 0) > 0.5]
    if signs:
        st.markdown(" ".join(f":orange-badge[:material/priority_high: {said}]" for said in signs))
    facts = receipt_facts(receipt)
    if facts:
        st.table(facts, border="horizontal", alt="What the cache knew and what it saved")
    for verdict in receipt.get("judge") or ():
        st.markdown(verdict_line(verdict))
    if receipt.get("note"):
        st.markdown(f":orange[:material/info:] :small[{plain(receipt['note'])}]")
    icon = ":material/inventory_2:"
    if receipt.get("entry") and st.button("Open the stored answer", key=f"{key}_open", icon=icon, type="tertiary"):
        st.switch_page("cache.py", query_params={"entry": str(receipt["entry"])})


def compare(stored: str, fresh: str, sides: tuple[str, str], key: str) -> None:
    """Draw two texts word by word, or one after the other where no word is shared; say when they are the same."""
    pairs = align(stored.split(), fresh.split())
    same = counts(pairs)["same"]
    if same == len(pairs):
        st.markdown(quiet(f":material/check: {sides[0].capitalize()} and {sides[1]} are the same, word for word."))
    elif not same:
        for side, text in zip(sides, (stored, fresh), strict=True):
            st.markdown(quiet(side.capitalize()))
            st.text(text)
    else:
        draw_diff(pairs, NAMES, sides, key)


def receipt_facts(receipt: Receipt) -> dict[str, str]:
    """The numbers of a receipt by name; what is not known is left out."""
    similarity, stored = receipt.get("similarity"), receipt.get("age_s")
    exact = receipt["status"] == "exact"
    facts = {
        "Similarity": "" if similarity is None or exact else f"{similarity:.3f} of 1",
        "Limit": "" if exact else _limit(receipt),
        "Learned from": "" if exact else _known(receipt),
        "Stored": "" if stored is None else age(stored),
        "Saved": saved(receipt.get("saved") or {}),
        "Sampling": "skipped, although the temperature is not 0" if receipt.get("sampling_skipped") else "",
        "Shared": "with an equal request that was under way" if receipt.get("shared") else "",
    }
    return {name: value for name, value in facts.items() if value}


def verdict_line(verdict: Mapping[str, Any]) -> str:
    """What came of comparing a fresh answer with the stored one, in Markdown."""
    right, by = verdict.get("right"), str(verdict.get("by") or "")
    icon = ":gray[:material/help:]" if right is None else _GOOD if right else _BAD
    if by == PERSON:
        return f"{icon} :small[A person called this answer {'right' if right else 'wrong'}.]"
    return f"{icon} :small[{plain(_SAID[right].format(by=JUDGES.get(by, by)))}{_price(verdict)}]"


def _price(verdict: Mapping[str, Any]) -> str:
    cost, run = verdict.get("cost"), verdict.get("run")
    said = f", for {plain(dollars(cost))}" if cost else ""
    return f"{said} · [run](/runs?run={run})" if run else said


def saved(what: Mapping[str, Any]) -> str:
    """Tokens, money and time that an answer did not take; empty when it took all."""
    tokens, cost, ms = what.get("tokens"), what.get("cost"), what.get("ms")
    parts = [
        counted(tokens, "token") if tokens else "",
        dollars(cost).replace("$", "\\$") if cost else "",
        seconds(ms) if ms else "",
    ]
    return " · ".join(filter(None, parts))


def plain(text: str) -> str:
    """A text of ours or of a prompt in Markdown: no formula out of two dollar signs."""
    return text.replace("$", "\\$")


def _limit(receipt: Receipt) -> str:
    delta = receipt.get("delta")
    if delta is None:
        return ""
    over = "for each request" if receipt.get("guarantee") == "per_request" else "on average"
    return f"at most {in_a_hundred(delta)} wrong {over}" if delta else "exact repeats only"


def _known(receipt: Receipt) -> str:
    labels, needed = receipt.get("labels") or 0, receipt.get("needed") or 0
    return f"{labels:,} judged answers" + (f"; it needs {needed:,}" if labels < needed else "")
