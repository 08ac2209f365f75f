"""Gate: where a login is set up, every page is behind it, and open to those whom the settings name."""

from collections.abc import Iterable, Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.errors import StreamlitAuthError, StreamlitMissingAuthlibError

from playground.ui.core import core
from playground.ui.fault import sentence

_EXTRA = (
    "The login needs the extra `login`: install it with `pip install 'inference-playground[login]'` (or "
    "`uv sync --extra login`) and start again."
)


def enter() -> None:
    """Return for whom the pages are open, with the way out in the sidebar; for others draw the way in, and stop."""
    settings, user = core().settings, st.user.to_dict()
    if not settings.login and "is_logged_in" not in user:
        return
    if not user.get("is_logged_in"):
        _welcome()
        st.stop()
    if not admitted(user, settings.login_allow):
        _refused(str(user.get("email") or ""), some=bool(settings.login_allow))
        st.stop()
    with st.sidebar, st.container(horizontal=True, vertical_alignment="center", gap="small", key="gate_user"):
        st.text(str(user.get("email") or user.get("name") or "Logged in"), width="stretch")
        st.button("Log out", key="gate_out", icon=":material/logout:", type="tertiary", on_click=st.logout)


def admitted(user: Mapping[str, Any], allow: Iterable[str]) -> bool:
    """Whether the claims about a user, OpenID Connect's, are of somebody who is allowed.

    `allow` has emails, `@domains` and `*`, in lower case. An email that the provider calls unverified is nobody's.
    """
    wanted = set(allow)
    if "*" in wanted:
        return True
    email = str(user.get("email") or "").lower()
    if "@" not in email or user.get("email_verified") in (False, "false"):
        return False
    return bool(wanted & {email, f"@{email.rpartition('@')[2]}"})


def _welcome() -> None:
    with _card():
        st.markdown("### Inference Playground")
        st.markdown("Please log in to go on.")
        for name in _logins():
            label = "Log in" if name == "default" else f"Log in with {name}"
            if st.button(label, key=f"gate_in_{name}", icon=":material/login:", type="primary", width="stretch"):
                _go(name)


def _card() -> DeltaGenerator:
    st.space("large")
    _, middle, _ = st.columns([1, 2, 1])
    return middle.container(border=True, key="gate")


def _logins() -> list[str]:
    """The providers that `[auth]` names: its sections, or itself as `default`."""
    section: Mapping[str, Any] = st.secrets.get("auth", {})
    named = [name for name, value in section.items() if isinstance(value, Mapping) and "client_id" in value]
    return named or ["default"]


def _go(name: str) -> None:
    try:
        st.login(name)
    except StreamlitMissingAuthlibError:
        st.markdown(f":red[:material/error:] {_EXTRA}")
    except StreamlitAuthError as error:
        st.markdown(f":red[:material/error:] {sentence(str(error))}")


def _refused(email: str, *, some: bool) -> None:
    with _card():
        st.markdown("### You are not on the list")
        who = f"`{email.replace('`', '')}` may not see these pages." if email else "The login told no email."
        how = "has to add it to" if some else "has to say who may in"
        st.markdown(f"{who} Whoever runs this playground {how} `PLAYGROUND_LOGIN_ALLOW`.")
        st.button("Log out", key="gate_out", icon=":material/logout:", on_click=st.logout)
