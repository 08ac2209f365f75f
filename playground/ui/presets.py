"""Presets: the setup of a page under a name, to be used again: who answers, parameters, system, schema, cache."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from playground.call import Task
from playground.errors import PlaygroundError
from playground.store.presets import NAME, Shelf
from playground.ui import knobs, schema
from playground.ui.cache import controls
from playground.ui.cache.words import percent
from playground.ui.core import NAMESPACE, core
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.transcribe.words import plain

_KEYLIKE = re.compile(r"api.?key|secret|passw|authori[sz]ation|credential|(access|auth|bearer).?token", re.IGNORECASE)
"""Names of parameters that are not kept, whatever they hold."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The presets of one page. `key` is the page's name; `setup` says what its controls say, `fill` sets them and
    returns what could not be set; `summary` is a setup in a few words, `hint` what a preset keeps.
    """

    shelf: Shelf
    key: str
    setup: Callable[[], Mapping[str, Any]]
    fill: Callable[[Mapping[str, Any]], str]
    summary: Callable[[Mapping[str, Any]], str]
    hint: str


def presets(task: Task, key: str, parameters: Mapping[str, Any]) -> None:
    """Draw the popover into the container around; `parameters` are those of the controls. `key` is the page's name."""
    hint = "Provider, model, parameters, system prompt, schema and cache, under a name. Never keys."
    draw_presets(Kind(task, key, partial(setup, key, parameters), partial(fill, task, key), _summary, hint))


def draw_presets(kind: Kind) -> None:
    """Draw the popover of a page's presets into the container around."""
    kept = core().history.presets.all(NAMESPACE, kind.shelf)
    label = f"Presets · {len(kept)}" if kept else "Presets"
    with st.popover(label, icon=":material/bookmark:", type="tertiary", key=f"{kind.key}_presets"):
        _naming(kind)
        if not kept:
            st.markdown(quiet(kind.hint))
        for place, (name, each) in enumerate(kept.items()):
            _row(kind, place, name, each)


def _naming(kind: Kind) -> None:
    """The name under which the setup of now is kept, or a new one for the preset that is being renamed."""
    key = kind.key
    old, said = st.session_state.get(_renaming(key)), f"{key}_preset_said"
    name = st.text_input(
        f"New name of “{old}”" if old else "Save what is set now as", key=f"{key}_preset_name", max_chars=NAME
    )
    with st.container(horizontal=True, gap="small"):
        word = "Rename" if old else "Save"
        st.button(word, key=f"{key}_preset_save", on_click=_save, args=(kind,), type="primary")
        if old:
            st.button("Cancel", key=f"{key}_preset_cancel", on_click=_rename, args=(key, None))
    if said in st.session_state:
        st.markdown(quiet(st.session_state.pop(said)))
    elif not old and name and not name.strip():
        st.markdown(quiet("A name has letters."))


def _row(kind: Kind, place: int, name: str, kept: Mapping[str, Any]) -> None:
    key, prefix = kind.key, f"{kind.key}_preset_{place}"
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key=prefix):
        st.button(
            f"**{plain(name)}**  \n:small[{plain(kind.summary(kept))}]",
            key=f"{prefix}_load",
            on_click=_load,
            args=(kind, name, kept),
            width="stretch",
            wrap=True,
            type="tertiary",
        )
        edit, bin_ = ":material/edit:", ":material/delete:"
        args, help_ = (key, name), f"Rename {name}"
        st.button(help_, key=f"{prefix}_rename", icon=edit, help=help_, type="tertiary", on_click=_rename, args=args)
        gone, help_ = (kind, name), f"Delete {name}"
        st.button(help_, key=f"{prefix}_delete", icon=bin_, help=help_, type="tertiary", on_click=_delete, args=gone)


def setup(key: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What a page's controls say, without any key that somebody has put there."""
    state = st.session_state
    asked, _ = schema.parse(state.get(f"{key}_schema") or "")
    system, delta = state.get(f"{key}_system"), state.get(f"{key}_cache_delta")
    found = {
        "provider": state.get(f"{key}_provider"),
        "model": state.get(f"{key}_model"),
        "parameters": dict(parameters),
        "schema": asked,
        "system": system if system and system.strip() else None,
        "cache_delta": delta if state.get(f"{key}_cache") else None,
    }
    return {name: keepable(value) for name, value in found.items() if value not in (None, {})}


def fill(task: Task, key: str, kept: Mapping[str, Any]) -> str:
    """Set a page's controls to a setup; returns what could not be set, empty when everything was."""
    provider, state = kept.get("provider"), st.session_state
    there = provider in {name for name, each in core().providers.items() if task in each.tasks}
    if there:
        state[f"{key}_provider"], state[f"{key}_model"] = provider, kept.get("model")
    knobs.fill(task, key, kept.get("parameters") or {})
    if task == "chat":
        schema.fill(key, kept.get("schema"))
        state[f"{key}_system"] = kept.get("system") or ""
        delta = kept.get("cache_delta")
        controls.fill(key, {"enable_semantic_cache": delta is not None, "cache_delta": delta})
    return "" if there else f"The provider `{provider}` is not set up any more; everything else is set."


def _save(kind: Kind) -> None:
    key = kind.key
    name, old = (st.session_state.get(f"{key}_preset_name") or "").strip(), st.session_state.get(_renaming(key))
    if not name:
        st.session_state[f"{key}_preset_said"] = "Type a name first."
        return
    kept = core().history.presets
    try:
        if old:
            kept.rename(NAMESPACE, kind.shelf, old, name)
        else:
            kept.keep(NAMESPACE, kind.shelf, name, kind.setup())
    except PlaygroundError as error:
        st.session_state[f"{key}_preset_said"] = sentence(error.message)
        return
    _rename(key, None)
    st.session_state[f"{key}_preset_said"] = f"Renamed to “{name}”." if old else f"Saved as “{name}”."


def _load(kind: Kind, name: str, kept: Mapping[str, Any]) -> None:
    said = kind.fill(kept)
    st.session_state[f"{kind.key}_preset_said"] = said or f"“{name}” is set."


def _rename(key: str, name: str | None) -> None:
    """Begin to rename a preset, or stop it with None."""
    st.session_state[_renaming(key)] = name
    st.session_state[f"{key}_preset_name"] = name or ""


def _delete(kind: Kind, name: str) -> None:
    core().history.presets.delete(NAMESPACE, kind.shelf, name)
    st.session_state[f"{kind.key}_preset_said"] = f"“{name}” is deleted."
    if st.session_state.get(_renaming(kind.key)) == name:
        _rename(kind.key, None)


def _renaming(key: str) -> str:
    return f"{key}_preset_renaming"


def _summary(kept: Mapping[str, Any]) -> str:
    """`gpt-test · temperature 0.5 · system prompt · schema · cache 2 %`."""
    parameters = kept.get("parameters") or {}
    words = [
        str(kept.get("model") or kept.get("provider") or ""),
        *(f"{name} {value}" for name, value in parameters.items() if len(str(value)) < 20),
        "system prompt" if kept.get("system") else "",
        "schema" if kept.get("schema") else "",
        f"cache {percent(kept['cache_delta'])}" if "cache_delta" in kept else "",
    ]
    return " · ".join(filter(None, words))


def keepable(value: Any) -> Any:
    """A JSON value as it may be kept: secrets are dots, and what is named like one is left out."""
    match value:
        case str():
            return core().settings.masked(value)
        case dict():
            return {name: keepable(each) for name, each in value.items() if not _KEYLIKE.search(name)}
        case list():
            return [keepable(each) for each in value]
    return value
