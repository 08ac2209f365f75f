"""Plugins: what is installed, how it is doing, what it answers, and whether that can be relied on."""

import streamlit as st

from playground.ui.core import NAMESPACE, core
from playground.ui.forms.door import paste_button
from playground.ui.plugins import session
from playground.ui.plugins.listing import listing
from playground.ui.plugins.making import new_button
from playground.ui.plugins.opened import draw_plugin
from playground.ui.plugins.welcome import welcome

opened = session.opened()
if opened:
    draw_plugin(opened)
elif not core().plugins.all(NAMESPACE):
    welcome()
else:
    with st.container(horizontal=True, vertical_alignment="center", key="plugins_title"):
        st.title("Plugins", anchor=False, width="stretch")
        paste_button("plugins")
        new_button()
    listing()
