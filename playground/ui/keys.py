"""Providers on the Settings page: who is ready, where each key comes from, whether it works, how to add one."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from functools import cache

import streamlit as st

from playground.call import Provider, Readiness
from playground.errors import InferenceServiceUnavailableError, PlaygroundError, TimeoutError  # noqa: A004
from playground.providers.remote import Remote
from playground.providers.row import Row
from playground.providers.table import rows
from playground.ui.core import core
from playground.ui.fault import sentence
from playground.ui.listings import listings
from playground.units import seconds

PATIENCE = 20.0
"""Seconds that a test may take; what is slower than that is no fit provider for now."""
OWN = "PLAYGROUND_COMPATIBLE_LAB"
_KEY, _SERVER, _PLUGIN = ":material/key:", ":material/dns:", ":material/extension:"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a test: how many models were listed after how many milliseconds, or the error."""

    models: int
    ms: float
    error: PlaygroundError | None = None


def providers() -> None:
    """Draw every provider: those that can be asked now with a test, the others with the way to set them up."""
    found = core().providers
    known = {row.name: row for row in rows(core().settings)}
    readiness = {name: provider.readiness() for name, provider in found.items()}
    ready = [name for name in found if readiness[name].ready]
    st.caption(
        "Keys are read at the start, from the environment or from `.streamlit/secrets.toml`. "
        "They are never stored, shown or logged, and go to their provider only."
    )
    st.subheader(f"Ready · {len(ready)}", anchor=False)
    for name in ready:
        _ready(found[name], known.get(name), readiness[name])
    st.subheader(f"Not set up · {len(found) - len(ready)}", anchor=False)
    for name in found:
        if name not in ready:
            _missing(found[name], known.get(name), readiness[name])
    with st.expander("**A server of your own** :gray[· speaks OpenAI's API]", key="settings_setup_own", icon=_SERVER):
        _own()


@st.fragment
def _ready(provider: Provider, row: Row | None, readiness: Readiness) -> None:
    """One provider that can be asked; the test runs here and leaves the rest of the page alone."""
    key = f"settings_outcome_{provider.name}"
    with st.container(border=True, key=f"settings_ready_{provider.name}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            head = st.container(width="stretch")  # drawn last: its mark knows the outcome
            if isinstance(provider, Remote) and row is not None:
                label = "Test key" if row.key(core().settings) else "Test"
                if st.button(label, key=f"settings_test_{provider.name}", icon=":material/network_check:"):
                    with st.spinner("Asking for its models …"):
                        st.session_state[key] = test(provider)
        outcome: Outcome | None = st.session_state.get(key)
        mark = ":green[:material/check_circle:]" if not outcome or outcome.error is None else ":red[:material/error:]"
        head.markdown(f"{mark} **{provider.title}**  \n:small[{_origin(row, readiness)}]")
        if outcome is not None and row is not None:
            st.markdown(_result(outcome, row))


def _missing(provider: Provider, row: Row | None, readiness: Readiness) -> None:
    if row is None:  # nobody's server: plugins
        with st.expander(
            f"**{provider.title}** :gray[· none yet]", key=f"settings_setup_{provider.name}", icon=_PLUGIN
        ):
            st.markdown(sentence(readiness.advice))
        return
    what = "needs a key" if row.key_page else "not running" if row.base_url else "needs an address"
    icon = _KEY if row.key_page else _SERVER
    with st.expander(f"**{row.title}** :gray[· {what}]", key=f"settings_setup_{row.name}", icon=icon):
        _steps(row, readiness)


def test(provider: Remote) -> Outcome:
    """One real request that costs nothing: the list of models, asked for now, with the key."""
    began = time.perf_counter()
    error: PlaygroundError | None = None
    models = 0
    try:
        models = len(_testers().submit(provider.check).result(PATIENCE))
    except NotYet:
        error = TimeoutError(f"{provider.title} did not answer within {PATIENCE:g} s; try again, or check the network")
    except PlaygroundError as failure:
        error = failure
    listings(core()).forget(provider.name)  # the pickers ask again
    return Outcome(models, (time.perf_counter() - began) * 1000, error)


@cache
def _testers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(4, thread_name_prefix="test")


def _result(outcome: Outcome, row: Row) -> str:
    """The outcome in Markdown."""
    setting = row.key(core().settings)
    if outcome.error is None:
        models = "1 model" if outcome.models == 1 else f"{outcome.models:,} models"
        what = "The key works." if setting else "It answers."
        return f":green[**{what}**] {models} listed in {seconds(outcome.ms)}."
    message = outcome.error.message
    if outcome.error.status not in (401, 403):
        return f":red[**It did not answer as it should.**] {sentence(message)}"
    cause = message.rpartition("; ")[0] or message  # behind it stands the way to this page
    mend = f"Correct `{setting}`" if setting else f"Set `{row.keys[-1]}`" if row.keys else "Let it in without one"
    return f":red[**The key was not accepted.**] {sentence(cause)} {mend} and start the playground again."


def _origin(row: Row | None, readiness: Readiness) -> str:
    """Where the key comes from and where requests go; never the key."""
    if row is None:
        return "Runs here · no key, no network"
    name = row.key(core().settings)
    source = {"environment": "the environment", "secrets.toml": "`secrets.toml`"}.get(readiness.source, "")
    said = readiness.source if row.key_page else "no key needed"
    key = f"`{name}` from {source}" if name else said[:1].upper() + said[1:]
    try:
        return f"{key} · `{row.target(core().settings).base_url}`"
    except InferenceServiceUnavailableError:
        return key


def _steps(row: Row, readiness: Readiness) -> None:
    """How to set a provider up, to the letter."""
    if not row.key_page:
        advice = readiness.advice
        st.markdown(advice[:1].upper() + advice[1:] + ".")
        _lines(row.base_setting, row.base_url or "http://127.0.0.1:8000/v1")
        return
    st.markdown(f"**1.** Make a key at [{row.key_page.removeprefix('https://')}]({row.key_page}).")
    st.markdown("**2.** Put it into the environment, or into `.streamlit/secrets.toml` here or in your home folder:")
    _lines(row.keys[-1], "…")
    st.markdown("**3.** Start the playground again: keys are read at the start.")


def _own() -> None:
    st.markdown(
        "Any server that speaks OpenAI's API, as many as you like. The word in the middle, here `LAB`, is its name. "
        "The key is only for a server that wants one."
    )
    _lines(f"{OWN}_BASE_URL", "http://127.0.0.1:8000/v1", f"{OWN}_API_KEY", "…")


def _lines(*pairs: str) -> None:
    """Settings as lines to paste: for a shell, and for the file."""
    settings = list(_pairs(pairs))
    for place, text in (
        ("bash", "\n".join(f'export {name}="{value}"' for name, value in settings)),
        ("toml", "\n".join(f'{name} = "{value}"' for name, value in settings)),
    ):
        st.code(text, language=place, wrap_lines=True)


def _pairs(flat: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    return zip(flat[::2], flat[1::2], strict=True)
