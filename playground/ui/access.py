"""The HTTP API on the Settings page: where it is, its key, and a request to paste."""

import shlex
from urllib.parse import urlsplit

import streamlit as st

from playground.api.keys import api_key, masked
from playground.api.sample import BODY
from playground.errors import PlaygroundError
from playground.snippets import KEY, as_curl, as_python
from playground.ui.apikeys import keys_for_others
from playground.ui.core import core
from playground.ui.fault import fault


def http_api() -> None:
    """Draw the address, the key behind a click, and ready requests."""
    origin = address()
    try:
        keys, where = api_key(core().settings)
    except PlaygroundError as error:
        fault(error, key="settings_api")
        return
    st.markdown("**Address**")
    st.code(f"{origin}/v1", language=None)
    st.markdown(f":small[[Every call described]({origin}/docs) · [OpenAPI document]({origin}/openapi.json)]")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**API key**" if len(keys) == 1 else f"**API keys** · {len(keys)}", width="stretch")
        shown = st.toggle("Show", key="settings_show_key")
    for key in keys:
        st.code(key if shown else masked(key), language=None)
    st.caption(f"{_whence(where)} Whoever has the key can ask every provider that is set up here.")
    keys_for_others()
    st.markdown("**Try it**")
    _try(origin, keys[0] if shown else None, where)


def address() -> str:
    """Scheme, host and port of this server, as the visitor's browser reached it."""
    parts = urlsplit(str(st.context.url or ""))
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"http://127.0.0.1:{st.get_option('server.port')}"


def _whence(where: str) -> str:
    if where.startswith("`"):
        return f"Set by {where}."
    return f"Made at the first start and kept in `{where}`. Set `PLAYGROUND_API_KEYS` to use keys of your own."


def _try(origin: str, key: str | None, where: str) -> None:
    export = f"export {KEY}={_value(key, where)}"
    curl = as_curl(BODY, origin)
    streamed = curl.replace("curl ", "curl -N ", 1).replace("\\\n", "\\\n  -H 'Accept: text/event-stream' \\\n", 1)
    for tab, (text, language) in zip(
        st.tabs(["curl", "curl, streamed", "Python"]),
        [(curl, "bash"), (streamed, "bash"), (as_python(BODY, origin), "python")],
        strict=True,
    ):
        with tab:
            st.code(export, language="bash", wrap_lines=True)
            st.code(text, language=language, wrap_lines=True)


def _value(key: str | None, where: str) -> str:
    """The key as a shell takes it; while it is hidden, the way to it."""
    if key is not None:
        return shlex.quote(key)
    return '"…"' if where.startswith("`") else f'"$(cat {shlex.quote(where)})"'
