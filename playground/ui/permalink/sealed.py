"""Versions and seal of a set: what needs every run whole."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from playground.dossier import Dossier
from playground.ui.compare.session import Shown
from playground.ui.look import quiet
from playground.ui.permalink.since import read
from playground.ui.permalink.tables import Ended

_SEALED = "receipt_set_sealed"


@dataclass(frozen=True, slots=True)
class _Sealed:
    """What needs every run whole, kept for as long as there are the same: the seal, and versions by name."""

    ids: frozenset[str]
    seal: str
    versions: Mapping[str, str]


def draw_seal(shown: Shown, ended: Ended) -> None:
    """Draw the versions that answered, and the seal over the set."""
    sealed = _sealed(shown, frozenset(ended.glances))
    st.markdown("### Versions and seal", anchors=False)
    st.table(dict(sealed.versions), border="horizontal", alt="The versions that these runs were made with")
    st.code(sealed.seal, language=None, wrap_lines=True)
    st.markdown(
        quiet(
            "SHA-256 over question, panes, rows and the seals of all runs. Two people who see the same seal see the "
            "same runs; when one is deleted it becomes another. It is `seal` in the JSON and in `GET /v1/sets/{id}`, "
            "and the docstring of `playground.dossier` says how to check it."
        )
    )


def _sealed(shown: Shown, ids: frozenset[str]) -> _Sealed:
    held: _Sealed | None = st.session_state.get(_SEALED)
    if held is None or held.ids != ids:
        with st.spinner("Sealing …", show_time=True):
            found = read(shown)
            held = _Sealed(ids, found.seal, _versions(found))
        st.session_state[_SEALED] = held
    return held


def _versions(found: Dossier) -> dict[str, str]:
    runs = [(cell, run) for cell, run in sorted(found.runs.items()) if run is not None]
    named = {name: {run.versions.get(name, "not recorded") for _, run in runs} for name in ("playground", "contract")}
    answered = dict.fromkeys(f"{cell.pane}: {run.versions.get('model') or 'not said'}" for cell, run in runs)
    models = ", ".join(f"`{each}`" for each in answered)
    return {
        "Playground": " and ".join(sorted(named["playground"])) or "not recorded",
        "Contract": " and ".join(sorted(named["contract"])) or "not recorded",
        "Models that answered, say the providers": models or "none",
    }
