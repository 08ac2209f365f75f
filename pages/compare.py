"""Compare: one question, two to six models, their answers side by side."""

import streamlit as st

from playground.ui.attachments.taking import taken
from playground.ui.compare import panes, question, rows, session
from playground.ui.compare.board import draw_base, draw_heads, draw_outcomes
from playground.ui.compare.common import ask_common, heading
from playground.ui.compare.launch import launch
from playground.ui.compare.results import draw_results
from playground.ui.compare.setups import setups
from playground.ui.compare.welcome import wanted, welcome
from playground.ui.fault import fault
from playground.ui.scorecard.offer import offer

# The places first: what stands above depends on what is started below, and is drawn once for both.
lost = session.reopen()
panes.address()
task, kept = heading()
top = st.container()
card = st.container(border=True, key="compare_question")
between, board = st.container(), st.container()

with card:
    prompt = question.ask(task)
    common = ask_common(task)
    values, start = st.container(), st.container()
with board:
    heads = draw_heads(task, common)
with kept:
    setups(task, heads)
with values:
    question.waiting(task, {head.pane.letter: taken(head.choice) for head in heads})
    lines = rows.ask(prompt, [head.pane for head in heads])
with start:
    asked = question.Question(prompt, tuple(question.held(task)), lines)
    shown = launch(task, asked, heads, at_once=wanted())

with top:
    if lost is not None:
        fault(lost, key="compare_lost")
    if shown is None and task == "chat":
        welcome()
with between:
    if shown is not None and len(shown.asked.rows) > 1:
        draw_results(shown)
    base = draw_base(shown)
draw_outcomes(heads, shown, base)
if shown is not None and not shown.live:
    offer(shown.asked, shown.runs)
question.keep(task, shown.asked.id if shown else "")  # last: it takes a line of its own
