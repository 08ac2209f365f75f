"""Whether the chosen model embeds what was given, all of it into one space; why not, and who does."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from itertools import islice

import streamlit as st

from playground.call import Modality, Model
from playground.inputs import MAX_FILES
from playground.providers import catalogue
from playground.ui.attachments.attachment import Attachment
from playground.ui.attachments.intake import max_bytes
from playground.ui.attachments.taking import refusal
from playground.ui.attachments.words import NOUNS, size
from playground.ui.core import core
from playground.ui.look import quiet
from playground.ui.picker import Choice

_FEW = 2


def kinds_of(texts: bool, files: Sequence[Attachment]) -> list[Modality]:
    """The kinds of what was given."""
    found: list[Modality] = ["text"] if texts else []
    return list(dict.fromkeys([*found, *(file.modality for file in files)]))


def objection(choice: Choice, kinds: Collection[Modality], files: Sequence[Attachment]) -> str:
    """Why this cannot be embedded together, as a sentence; empty when it can or while no model is picked."""
    if choice.can is None:
        return ""
    model = choice.can.model
    foreign = [each for each in kinds if each not in model.inputs]
    if foreign:
        return f"`{model.id}` takes {listed(model.inputs)} only, so {listed(foreign)} cannot go to it."
    if len(kinds) > 1 and not model.one_space:
        return (
            f"`{model.id}` does not put {listed(kinds)} into one space: on one map, near would not mean alike. "
            "Embed them one after the other, or with a model that has one space for both."
        )
    if len(files) > MAX_FILES:
        return f"One run takes {MAX_FILES} files, and these are {len(files):,}. Remove some."
    weight, room = sum(file.weight for file in files), max_bytes()
    if weight > room:
        return f"Together these files have {size(weight)}, and one run takes {size(room)}. Remove some."
    refused = [file for file in files if refusal(choice, file)]
    return f"`{refused[0].name}` cannot go: {refusal(choice, refused[0])}" if refused else ""


def draw_objection(choice: Choice, said: str, kinds: Collection[Modality], key: str) -> None:
    """Say why not, with models that take these kinds together, one click each."""
    st.markdown(f":orange[:material/block:] {quiet(said)}")
    with st.container(horizontal=True, gap="xsmall", key=f"{key}_instead"):
        for provider, model in others(choice, kinds):
            where = "on this machine" if provider == "local" else f"by {core().providers[provider].title}"
            label = f"Use {model} {where}"
            st.button(label, key=f"{key}_use_{provider}_{model}", on_click=_use, args=(provider, model))


def others(choice: Choice, kinds: Collection[Modality]) -> list[tuple[str, str]]:
    """(provider, model): a few of each provider that embed all these kinds into one space, this machine first."""
    names = sorted(core().providers, key=lambda name: name != "local")
    found = ((name, model.id) for name in names for model in islice(_takers(name, set(kinds)), _FEW))
    return [pair for pair in found if pair != (choice.provider, choice.model)]


def listed(kinds: Collection[Modality]) -> str:
    """`text, images and film`."""
    *first, last = (NOUNS[each] for each in kinds)
    return f"{', '.join(first)} and {last}" if first else last


def _takers(name: str, kinds: set[Modality]) -> "filter[Model]":
    """Models that are known without asking anybody."""
    today = datetime.now(UTC).date()
    known = core().providers[name].models() if name == "local" else catalogue.models(name, today)
    return filter(lambda model: _fits(model, kinds), known)


def _fits(model: Model, kinds: set[Modality]) -> bool:
    return "embedding" in model.tasks and kinds <= set(model.inputs) and (len(kinds) < 2 or model.one_space)


def _use(provider: str, model: str) -> None:
    st.session_state["embeddings_provider"] = provider
    st.session_state["embeddings_model"] = model
