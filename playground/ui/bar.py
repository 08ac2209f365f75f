"""The line at the top of a page: who answers and with which parameters; together they make a request."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from playground.call import Task
from playground.contract import RawInferenceRequest
from playground.ui.facts import describe
from playground.ui.knobs import knobs
from playground.ui.lineup import lineup_button
from playground.ui.picker import Choice, pick_model
from playground.ui.presets import presets


@dataclass(frozen=True, slots=True)
class Setup:
    """What the bar says. `blocked` is the sentence why nothing can be sent now, empty when it can.

    A page puts controls of its own beside the others with `with setup.row:`, and at the end of the line below with
    `with setup.note:`.
    """

    row: DeltaGenerator
    note: DeltaGenerator
    choice: Choice
    parameters: Mapping[str, Any]
    blocked: str

    def request(self, inputs: Mapping[str, Any], **parameters: Any) -> RawInferenceRequest:
        """The request for these inputs; `parameters` are added where they are not None."""
        extra = {name: value for name, value in parameters.items() if value is not None}
        return RawInferenceRequest(
            provider=self.choice.provider,
            model=self.choice.model,
            inputs=dict(inputs),
            parameters={**self.parameters, **extra} or None,
        )


def model_bar(task: Task, key: str) -> Setup:
    """Draw provider, model, parameters and one line about them. `key` is the page's name."""
    row = st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_bar")
    note = st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap="small", key=f"{key}_note"
    )
    with row:
        choice = pick_model(task, key)
        set_ = knobs(task, choice.refuses, key)
    with note:
        describe(choice)
        if choice.readiness.ready:
            lineup_button(choice, key)
        presets(task, key, set_.parameters)
    return Setup(row, note, choice, set_.parameters, _blocked(choice, set_.problem))


def _blocked(choice: Choice, problem: str) -> str:
    if not choice.readiness.ready:
        return f"{choice.title} is not set up"
    if not choice.model:
        return "Type a model's name first" if choice.problem else "Pick a model first"
    return problem
