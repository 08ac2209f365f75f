"""Chat: ask a model, watch it answer, see what it took."""

import streamlit as st

from playground.ui import conversation, sending, turns
from playground.ui.bar import model_bar
from playground.ui.examples import empty_state
from playground.ui.fault import fault
from playground.ui.forms.door import paste_button, paste_note
from playground.ui.outlook import chat_strip
from playground.ui.schema import schema_editor
from playground.ui.system import system_prompt

lost = conversation.reopen()
said = conversation.turns()
live = conversation.is_live()

column = st.container(key="chat_column")
with column:
    setup = model_bar("chat", "chat")
with setup.row:
    system = system_prompt("chat", setup.choice.known)
    schema, problem = schema_editor("chat", setup.choice.known)
with setup.note:
    paste_button("chat")
    if said:
        icon = ":material/edit_square:"
        st.button("New chat", key="chat_new", icon=icon, type="tertiary", on_click=conversation.start_over)
with column:
    paste_note("chat")

blocked = setup.blocked or problem
hint = blocked or ("Answering …" if live else "Ask anything")
with st.bottom:
    chat_strip(setup, system=system, schema=schema, blocked=blocked)
    sending.foot(setup.choice, disabled=bool(blocked) or live)
question = sending.compose(setup.choice, hint, disabled=bool(blocked) or live)
if question is not None:
    sending.send(setup, question, system=system, schema=schema)

with column:
    if said:
        turns.draw(said, live=live)
    if lost is not None:  # below the turns: that is where the page stands
        fault(lost, key="chat_lost")
    if not said:
        empty_state()
