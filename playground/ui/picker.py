"""Who answers: provider and model in one line."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from playground.call import Model, Provider, Readiness, Task
from playground.providers import capability, refusals
from playground.providers.capabilities import Capability
from playground.ui.core import core
from playground.ui.listings import Listing, listings

_LISTED = ("tasks", "context", "max_output", "dimensions", "retires")


@dataclass(frozen=True, slots=True)
class Choice:
    """What was picked. `known` is the catalogue's row, None for an id that was typed and nobody knows.

    `can` is the row of the capability table, None while no model is picked. `title` is the provider's; `problem` says
    why its models could not be listed, which does not keep it from answering.
    """

    provider: str
    model: str
    known: Model | None
    readiness: Readiness
    title: str
    can: Capability | None
    problem: str = ""

    def refuses(self, parameters: Mapping[str, Any]) -> Mapping[str, str]:
        """{parameter: what to use instead} beside these other parameters; an effort of `none` lifts some refusals."""
        if self.can is None:
            return {}
        lifted = refusals.lifted(self.model, self.provider, parameters)
        return {name: why for name, why in self.can.refuses.items() if name not in lifted}


def pick_model(task: Task, key: str) -> Choice:
    """Draw the two boxes into the container around; remembered over pages and shareable by URL.

    `key` is the page's name; the boxes' keys are `<key>_provider` and `<key>_model`, as are the URL's parameters.
    """
    providers = {name: provider for name, provider in core().providers.items() if task in provider.tasks}
    memory = f"{key}_models"
    again: dict[str, str | None] = st.session_state.pop(f"{key}_again", {})
    st.session_state.update(again)
    asked, linked = st.session_state.get(f"{key}_provider"), st.query_params.get(f"{key}_provider")
    readiness = {name: provider.readiness() for name, provider in providers.items()}
    names = sorted(providers, key=lambda name: not readiness[name].ready)  # stable: what can answer comes first
    name = st.selectbox(
        "Provider",
        names,
        format_func=lambda name: providers[name].title,  # constant: a label is also the value in the URL
        key=f"{key}_provider",
        bind="query-params",
        on_change=_provider_changed,
        args=(key, memory),
        label_visibility="collapsed",
    )
    if linked and linked not in [provider.title for provider in providers.values()]:
        said = f"There is no provider `{linked[:80].replace('`', '')}` here, so {providers[name].title} is chosen"
        st.toast(f"{said}. Providers are set up in Settings.", icon=":material/link_off:", duration="long")
    listing = listings(core()).get(name)
    ids = [model.id for model in listing.models if task in model.tasks]
    chosen = st.session_state.get(f"{key}_model") or st.query_params.get(f"{key}_model")
    if name == "local" and chosen not in ids:
        chosen = None
    if chosen is None and ids:
        st.session_state[f"{key}_model"] = chosen = ids[0]
    model = st.selectbox(
        "Model",
        ids if chosen is None or chosen in ids else [*ids, chosen],
        index=None,  # no default: the URL leaves defaults out, and this one changes with the listing
        required=True,
        key=f"{key}_model",
        bind="query-params",
        accept_new_options=name != "local",
        placeholder="Asking for its models …" if listing.pending else "Type a model id",
        label_visibility="collapsed",
    )
    if not again and asked in names and name != asked and not linked:
        _set_anew(key, asked, st.session_state.get(memory, {}).get(asked))
    elif not again and chosen and not model:
        _set_anew(key, name, chosen)
    st.session_state.setdefault(memory, {})[name] = model
    if listing.pending:
        _when_listed(name)
    return _choice(providers[name], model or "", listing, readiness[name])


def _set_anew(key: str, provider: str, model: str | None) -> None:
    """Run the page again with the boxes set to these.

    The browser's Back may bring an address that has lost them, and boxes go by their address before all else.
    """
    st.session_state[f"{key}_again"] = {f"{key}_provider": provider, f"{key}_model": model}
    st.rerun()


def _provider_changed(key: str, memory: str) -> None:
    """Each provider keeps the model that was last picked for it."""
    name = st.session_state[f"{key}_provider"]
    st.session_state[f"{key}_model"] = st.session_state.get(memory, {}).get(name)


@st.fragment(run_every=0.5)
def _when_listed(name: str) -> None:
    if not listings(core()).get(name).pending:
        st.rerun()


def _choice(provider: Provider, model: str, listing: Listing, readiness: Readiness) -> Choice:
    listed = {each.id: each for each in listing.models}
    row = listed.get(model) or (provider.model(model) if model else None)
    can = known(provider, model, row) if model else None
    return Choice(provider.name, model, row, readiness, provider.title, can, listing.problem)


def known(provider: Provider, id: str, listed: Model | None) -> Capability:  # noqa: A002 - the field's name
    """The row of the capability table, completed by what the provider's own list says where the table says nothing."""
    can = capability(provider, id)
    if listed is None:
        return can
    said = {name: getattr(can.model, name) or getattr(listed, name) for name in _LISTED}
    if provider.model(id) is None and len(listed.inputs) > 1:
        said["inputs"] = listed.inputs
    return replace(can, model=replace(can.model, **said))
