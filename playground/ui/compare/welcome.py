"""The page without a set: what can be done here, one click each, no key needed."""

import json

import streamlit as st

from playground.texts import Table
from playground.ui.card import card
from playground.ui.compare import panes, question, rows

WANTED = "compare_wanted"
NOTICE = (
    "The lift in the east wing is out of order from Monday to Thursday. A technician replaces the cable and the door "
    "sensor. Deliveries go through the west entrance in the meantime, where the ramp is. The cafeteria stays open, but "
    "closes an hour earlier, at three. Questions go to the front desk."
)
_PILOT = (
    "The pilot ran for six weeks in two warehouses. Errors fell from 2.1 to 0.8 percent where pickers were spoken to, "
    "and stayed at 2.0 percent on paper lists. Batteries were the main complaint: they lasted five hours. Two devices "
    "were dropped. The team recommends going on, with spare batteries for every device."
)
_TRAIN = (
    "The night train leaves at ten from platform four. Breakfast is served from six until the border. Bicycles travel "
    "in the last carriage and need a ticket of their own. Sleeping berths are made up by the staff before departure."
)


def welcome() -> None:
    """Draw the welcome and the cards; a click runs."""
    st.markdown("# Which model is better for your case?")
    st.markdown("Ask two to six at once, side by side: answers, times, tokens, cost, word by word.")
    with st.grid(2, gap="small"):
        line = "One notice, in one sentence and in three"
        card("compare_example_one", "compare_arrows", "Same model, two settings", line, _want, NOTICE, None)
        texts = Table({"text": [NOTICE, _PILOT, _TRAIN]})
        line = "Three texts from a table, both settings"
        card("compare_example_rows", "table_rows", "Many rows", line, _want, "{{text}}", texts)


def wanted() -> bool:
    """Whether a card was just clicked."""
    return bool(st.session_state.pop(WANTED, False))


def _want(prompt: str, table: Table | None) -> None:
    st.session_state["compare_letters"] = ["A", "B"]
    st.session_state[panes.SYNC] = False
    for letter, sentences in (("A", 1), ("B", 3)):
        key = panes.key("chat", letter)
        st.session_state[f"{key}_provider"], st.session_state[f"{key}_model"] = "local", "summary"
        st.session_state[f"{key}_extra"] = json.dumps({"sentences": sentences})
    st.session_state[question.box("chat")] = prompt
    rows.give(table, "Three texts")
    st.session_state[WANTED] = True
