"""Who answers: provider and model in one line, what is known of them below it."""

from dataclasses import dataclass

import streamlit as st

from playground.call import Model, Provider, Readiness, Task
from playground.pricing import Price, price
from playground.ui.core import core
from playground.ui.fault import sentence
from playground.ui.listings import Listing, listings
from playground.ui.look import quiet


@dataclass(frozen=True, slots=True)
class Choice:
    """What was picked. `known` is the catalogue's row, None for an id that was typed and nobody knows.

    `title` is the provider's; `problem` says why its models could not be listed, which does not keep it from answering.
    """

    provider: str
    model: str
    known: Model | None
    readiness: Readiness
    title: str
    problem: str = ""


def pick_model(task: Task, key: str) -> Choice:
    """Draw the two boxes into the container around; remembered over pages and shareable by URL.

    `key` is the page's name; the boxes' keys are `<key>_provider` and `<key>_model`, as are the URL's parameters.
    """
    providers = {name: provider for name, provider in core().providers.items() if task in provider.tasks}
    memory = f"{key}_models"
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
    st.session_state.setdefault(memory, {})[name] = model
    if listing.pending:
        _when_listed(name)
    return _choice(providers[name], model or "", listing, readiness[name])


def describe(choice: Choice) -> None:
    """One line on what was picked: ready or what to do, what the model is, its price, its end."""
    if not choice.readiness.ready:
        st.markdown(f":orange-badge[:material/key: Not ready] {quiet(choice.readiness.advice)}")
        return
    if choice.problem:
        st.markdown(f":orange-badge[:material/warning: Models not listed] {quiet(sentence(choice.problem))}")
        return
    known = choice.known
    parts = [_title(choice), _price(choice)]
    if known and known.context:
        parts.append(f"{_short(known.context)} tokens of context")
    if known and known.dimensions:
        parts.append(f"{known.dimensions:,} dimensions")
    if known and known.retires:
        parts.append(f":orange[retires {known.retires}]")
    line = " · ".join(part for part in parts if part)
    st.markdown(f":green-badge[:material/check: Ready] {quiet(line)}")


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
    known = listed.get(model) or (provider.model(model) if model else None)
    return Choice(provider.name, model, known, readiness, provider.title, listing.problem)


def _title(choice: Choice) -> str:
    known = choice.known
    if known is None:
        return "Not in the catalogue: sent as it stands"
    return known.note.rstrip(".") or ("" if known.title.casefold() == known.id.casefold() else known.title)


def _short(count: int) -> str:
    """A large number in three digits: `128K`, `1.05M`; a small one as it is."""
    if count < 1000:
        return str(count)
    return f"{count / 1e6:.3g}M" if count >= 1e6 else f"{count / 1e3:.3g}K"


def _price(choice: Choice) -> str:
    """The price in words, empty when there is none on the list."""
    found: Price | None = price(choice.provider, choice.model)
    if found is None:
        return "price unknown"
    if choice.provider == "local":
        return "free, on this machine"
    words = [f"\\${rate:g} {way}" for rate, way in ((found.input, "in"), (found.output, "out")) if rate is not None]
    return f"{', '.join(words)} per million tokens" if words else f"\\${found.minute:g} per minute"
