"""Settings: which providers are ready, the HTTP API and its key, the data folder."""

import streamlit as st

from playground.ui.about import data_folder, every_setting, versions
from playground.ui.access import http_api
from playground.ui.keys import providers

st.title("Settings", anchor=False)
who, api, here = st.tabs(["Providers", "HTTP API", "Data and versions"], key="settings_tab")
with who:
    providers()
with api:
    http_api()
with here:
    data_folder()
    st.markdown("**Versions**")
    versions()
    every_setting()
