"""A failure on the screen: cause, whose it is, the next step; the raw body is one click away."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from playground.errors import PlaygroundError
from playground.ui.core import core

_REQUEST = "It lies with the request."
_SETUP = "It lies with the setup, not with the request."
_PROVIDER = "It lies with the provider, not with the request."
_OURS = "It lies with the playground, not with the request."
_PLUGIN = "It lies with the plugin, or with what it was sent."
_WORDS: Mapping[int, tuple[str, str]] = {
    400: ("The request cannot be done as it stands", _REQUEST),
    401: ("The key was not accepted", _SETUP),
    403: ("The key may not do this", _SETUP),
    404: ("There is no such thing", _REQUEST),
    413: ("The request is too large", _REQUEST),
    422: ("The request has the wrong shape", _REQUEST),
    429: ("The rate limit is reached", _PROVIDER),
    499: ("Stopped", "What had arrived is kept."),
    503: ("Nobody can answer now", _SETUP),
    504: ("The provider said nothing for too long", _PROVIDER),
}


_OF_PLUGIN: Mapping[int, str] = {
    404: "There is no such plugin",
    503: "The plugin cannot be asked now",
    504: "The plugin said nothing for too long",
}


def fault(error: PlaygroundError | Mapping[str, Any], *, key: str, retry: Callable[[], None] | None = None) -> None:
    """Draw an error, given as itself or as the contract's body; `retry` becomes the button Try again."""
    body = error.body() if isinstance(error, PlaygroundError) else error
    detail = body.get("error", {})
    title, whose = _words(int(body.get("status", 500)), detail.get("details") or {})
    with st.container(border=True, key=f"{key}_fault"):
        st.markdown(f":red[:material/error:] **{title}**")
        st.markdown(sentence(str(detail.get("message", ""))))
        st.caption(f"{whose}{_wait(detail)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            if retry is not None and st.button("Try again", key=f"{key}_retry", icon=":material/refresh:"):
                retry()
            with st.popover("Raw error", type="tertiary", width="content", key=f"{key}_raw"):
                st.code(core().settings.masked(json.dumps(body, indent=2, ensure_ascii=False)), language="json")


def _words(status: int, details: Mapping[str, Any]) -> tuple[str, str]:
    """A headline, and whose fault it is."""
    if "plugin" in details:
        return _OF_PLUGIN.get(status, "The plugin failed"), _PLUGIN
    remote = "provider" in details
    title, whose = _WORDS.get(
        status, ("The provider failed", _PROVIDER) if remote else ("The playground failed", _OURS)
    )
    return title, _PROVIDER if remote and status == 503 else whose


def sentence(message: str) -> str:
    """The message as a sentence; Markdown in it is meant, for identifiers stand in backticks."""
    text = core().settings.masked(message).replace("$", "\\$").strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?", "…")) else ".")


def _wait(detail: Mapping[str, Any]) -> str:
    after = (detail.get("details") or {}).get("retry_after_seconds")
    return "" if after is None else f" It may come back in {float(after):.0f} s."
