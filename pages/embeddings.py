"""Embeddings: turn texts and images into vectors, see which are alike, by one model or several."""

import streamlit as st

from playground.errors import PlaygroundError
from playground.projector import projector
from playground.ui.attachments.tray import tray
from playground.ui.bar import model_bar
from playground.ui.core import core
from playground.ui.embeddings import session
from playground.ui.embeddings.batch import draw_batch, draw_unfinished, launch
from playground.ui.embeddings.compare import add_buttons, further_bars, obstacle
from playground.ui.embeddings.comparison import draw_runs
from playground.ui.embeddings.fitting import kinds_of
from playground.ui.embeddings.intake import ask, complain, given, there
from playground.ui.embeddings.result import draw_run
from playground.ui.embeddings.together import unfold
from playground.ui.embeddings.welcome import wanted, welcome
from playground.ui.fault import fault
from playground.ui.forms.door import paste_button, paste_note
from playground.ui.outlook import embeddings_strip
from playground.ui.watch import running

projector().warm()
lost = unfold() or session.reopen()
shown, batch = session.all_shown(), session.batch()
live = any(map(running, shown.values())) or (batch is not None and core().batches.live(batch) is not None)

setup = model_bar("embedding", "embeddings")
with setup.row:
    st.button("New", key="embeddings_new", icon=":material/add:", on_click=session.clear, disabled=not (shown or batch))
with setup.note:
    paste_button("embeddings")
setups = further_bars(setup)
paste_note("embedding")

sample = wanted()
if sample and not setup.blocked:
    session.start({place: each for place, each in setups.items() if not each.blocked}, *sample)
    st.rerun()

if lost is not None:
    fault(lost, key="embeddings_lost")
fresh = not (shown or batch)
if fresh:
    welcome()
    draw_unfinished()
label, key = (
    ("Your own texts and files", "embeddings_texts") if fresh else ("Other texts and files", "embeddings_other")
)
with st.expander(label, expanded=fresh, icon=":material/edit_note:", key=key):
    refused = ask(setup.choice)
    blocked = refused or obstacle(setups, kinds_of(there(setup.choice), tray("embeddings")), tray("embeddings"))
    embeddings_strip(setup)
    words = "Embed" if len(setups) == 1 else "Embed with both" if len(setups) == 2 else "Embed with all three"
    if st.button(words, key="embeddings_go", type="primary", disabled=bool(blocked) or live, help=blocked or None):
        try:
            launch(setups, given(setup.choice), tray("embeddings"))
        except PlaygroundError as error:
            complain(error)
        else:
            st.rerun()
if batch is not None:
    draw_batch(batch)
elif len(shown) == 1:
    draw_run(shown["run"])
elif shown:
    draw_runs(shown)
add_buttons(setups)
