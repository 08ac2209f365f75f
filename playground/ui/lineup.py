"""The table of a provider's models: what each takes and gives, how much, for what price, until when."""

from typing import Any

import streamlit as st

from playground.call import Modality
from playground.pricing import price
from playground.providers import catalogue
from playground.providers.capabilities import Capability
from playground.ui.core import core
from playground.ui.facts import IN, OUT, day
from playground.ui.listings import listings
from playground.ui.picker import Choice, known
from playground.units import counted

_SENSES: tuple[Modality, ...] = ("image", "audio", "video", "document")
_PICKED = "lineup_picked"


def lineup_button(choice: Choice, key: str) -> None:
    """A small button that opens the table in a dialog. `key` is the page's name."""
    if st.button("Models", key=f"{key}_lineup", icon=":material/table_rows:", type="tertiary"):
        _dialog(choice, key)


@st.dialog("What the models can do", width="large")
def _dialog(choice: Choice, key: str) -> None:
    if st.session_state.pop(_PICKED, False):
        st.rerun()  # closes it
    rows = table(choice)
    if not rows:
        st.markdown(f"{choice.title} has told no models, and the catalogue knows none of it. Type a model's id.")
        return
    st.caption(
        f"{choice.title}, {counted(len(rows), 'model')}. A click on a row's box picks it; a click on a title sorts."
    )
    money = st.column_config.NumberColumn(format="$ %.4g", help="US dollars per million tokens")
    count = st.column_config.NumberColumn(format="compact", help="Tokens")
    st.dataframe(
        rows,
        column_config={
            "Context": count,
            "Output": count,
            "$ in": money,
            "$ out": money,
            "Retires": st.column_config.DateColumn(format="D MMM YYYY"),
            **{_title(sense): st.column_config.CheckboxColumn(width="small") for sense in _SENSES},
        },
        hide_index=True,
        placeholder="",
        on_select=lambda: _pick(key, [row["Model"] for row in rows]),
        selection_mode="single-row",
        key=f"{key}_lineup_table",
        height=560 if len(rows) > 14 else "content",
        alt=f"Models of {choice.title} with inputs, outputs, limits, prices and retirement dates",
    )
    st.caption(_sources(choice))


def table(choice: Choice) -> list[dict[str, Any]]:
    """One row for each model on offer, best first; None where nothing is known."""
    provider = core().providers[choice.provider]
    return [_row(known(provider, model.id, model)) for model in listings(core()).get(provider.name).models]


def _title(sense: Modality) -> str:
    return IN[sense][:1].upper() + IN[sense][1:]


def _row(can: Capability) -> dict[str, Any]:
    model, cost = can.model, price(can.provider, can.model.id)
    return {
        "Model": model.id,
        **{_title(sense): sense in model.inputs for sense in _SENSES},
        "Gives": ", ".join(OUT.get(each, each) for each in can.outputs),
        "Context": model.context,
        "Output": model.max_output,
        "$ in": cost.input if cost else None,
        "$ out": cost.output if cost else None,
        "Retires": model.retires,
    }


def _pick(key: str, ids: list[str]) -> None:
    chosen = st.session_state[f"{key}_lineup_table"].selection.rows
    if chosen:
        st.session_state[f"{key}_model"] = ids[chosen[0]]
        st.session_state[_PICKED] = True


def _sources(choice: Choice) -> str:
    cost = price(choice.provider, choice.model)
    if choice.provider == "local":
        return "These models run on this machine and cost nothing."
    prices = f" Prices: {cost.source}, as of {cost.as_of or 'an unknown day'}." if cost else ""
    where = f"From the provider's own list where it answers, and from the catalogue as of {day(catalogue.as_of())}."
    return f"{where} Of a model that neither tells about, it is shown what can be sent to it.{prices}"
