"""Parameters in a popover: what is not set is not sent, what the model refuses cannot be set and says why."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import streamlit as st

from playground.call import Task
from playground.ui.fault import sentence


@dataclass(frozen=True, slots=True)
class Knob:
    """One parameter: `low` and `high` are its usual bounds, None where the provider alone knows."""

    name: str
    label: str
    kind: Literal["float", "int", "text", "lines"]
    help: str
    low: float | None = None
    high: float | None = None
    step: float | None = None


KNOBS: Mapping[Task, tuple[Knob, ...]] = {
    "chat": (
        Knob("temperature", "Temperature", "float", "Higher is more surprising, lower more repeatable.", 0, 2, 0.1),
        Knob("max_tokens", "Maximum tokens", "int", "The answer is cut off after this many tokens.", 1),
        Knob("top_p", "Top p", "float", "Only the likeliest words that together have this probability.", 0, 1, 0.05),
        Knob("seed", "Seed", "int", "The same seed and request give the same answer where the provider can."),
        Knob("stop", "Stop at", "lines", "The answer ends before the first of these texts; one per line."),
    ),
    "embedding": (
        Knob("dimensions", "Dimensions", "int", "Length of the vectors, for models that can shorten them.", 1),
    ),
    "transcription": (
        Knob("language", "Language", "text", "Code of the spoken language, such as `en`, when you know it."),
        Knob("prompt", "Context", "text", "Names and words to expect, for models that listen to hints."),
        Knob("temperature", "Temperature", "float", "0 writes down what is likeliest.", 0, 1, 0.1),
    ),
}


Refuses = Callable[[Mapping[str, Any]], Mapping[str, str]]
"""The parameters that are refused beside others, and what to use instead."""


@dataclass(frozen=True, slots=True)
class Knobs:
    """`parameters` as they are sent; `problem` is why they cannot be, empty when they can."""

    parameters: Mapping[str, Any]
    problem: str = ""


def knobs(task: Task, refuses: Refuses, key: str) -> Knobs:
    """Draw the popover into the container around. `key` is the page's name."""
    extra, _ = parse_extra(st.session_state.get(f"{key}_extra") or "", set())
    refused = refuses(extra)
    found = _values(task, refused, key)
    count = len(found.parameters)
    with st.popover(f"Parameters · {count}" if count else "Parameters", icon=":material/tune:", width="content"):
        st.caption("What you leave empty is not sent: the provider's own default holds.")
        with st.grid(2, min_column_width=150, gap="small"):
            for knob in KNOBS[task]:
                _draw(knob, knob.name in refused, key)
        _explain(task, refused)
        st.text_area(
            "More parameters",
            key=f"{key}_extra",
            placeholder='{"reasoning_effort": "low"}',
            help="A JSON object, sent to the provider as it stands.",
            persist_state="session",
            height=80,
        )
        if found.problem:
            st.markdown(f":red[:material/error:] {sentence(found.problem)}")
        st.button(
            "Reset", key=f"{key}_reset", on_click=fill, args=(task, key, {}), disabled=not (count or found.problem)
        )
    return found


def _draw(knob: Knob, disabled: bool, key: str) -> None:
    name, help_ = f"{key}_{knob.name}", f"{knob.help} Sent as `{knob.name}`."
    match knob.kind:
        case "float" | "int":
            whole = knob.kind == "int"
            cast = int if whole else float
            st.number_input(
                knob.label,
                min_value=None if knob.low is None else cast(knob.low),
                max_value=None if knob.high is None else cast(knob.high),
                value=None,
                step=cast(knob.step or 1),
                key=name,
                placeholder="not sent",
                help=help_,
                disabled=disabled,
                persist_state="session",
            )
        case "text":
            st.text_input(
                knob.label, key=name, placeholder="not sent", help=help_, disabled=disabled, persist_state="session"
            )
        case "lines":
            st.text_area(
                knob.label,
                key=name,
                placeholder="not sent",
                help=help_,
                disabled=disabled,
                persist_state="session",
                height=68,
            )


def _explain(task: Task, refused: Mapping[str, str]) -> None:
    """Why some parameters cannot be set, each reason once."""
    reasons: dict[str, list[str]] = {}
    for knob in KNOBS[task]:
        if knob.name in refused:
            reasons.setdefault(refused[knob.name], []).append(knob.label)
    for reason, labels in reasons.items():
        st.caption(f":material/block: {' and '.join(labels)}: {reason}")


def _values(task: Task, refused: Mapping[str, str], key: str) -> Knobs:
    """What the widgets hold, read before they are drawn: the popover's label counts it."""
    parameters: dict[str, Any] = {}
    for knob in KNOBS[task]:
        value = st.session_state.get(f"{key}_{knob.name}")
        if value is None or value == "" or knob.name in refused:
            continue
        parameters[knob.name] = [line for line in value.splitlines() if line] if knob.kind == "lines" else value
    extra, problem = parse_extra(st.session_state.get(f"{key}_extra") or "", set(parameters))
    for name in extra:
        if name in refused:
            problem = f"`{name}` is refused: {refused[name]}"
    return Knobs(parameters | extra, problem)


def parse_extra(text: str, taken: set[str]) -> tuple[dict[str, Any], str]:
    """The free parameters and what is wrong with them: (object, sentence), one of them empty."""
    if not text.strip():
        return {}, ""
    try:
        value = json.loads(text)
    except ValueError as error:
        return {}, f"More parameters are not JSON: {error}; mend it, or empty the box"
    if not isinstance(value, dict):
        return {}, 'More parameters must be a JSON object such as `{"seed": 7}`'
    for name in value:
        if name in taken:
            return {}, f"`{name}` is set twice: above and under More parameters"
        if name == "schema":
            return {}, "`schema` has its own editor; leave it out here"
    return value, ""


def fill(task: Task, key: str, parameters: Mapping[str, Any]) -> None:
    """Set the controls to these parameters; what has no control of its own goes to the free ones."""
    rest = dict(parameters)
    for knob in KNOBS[task]:
        st.session_state[f"{key}_{knob.name}"] = _typed(knob, rest)
    st.session_state[f"{key}_extra"] = json.dumps(rest, indent=2, ensure_ascii=False) if rest else ""


def _typed(knob: Knob, parameters: dict[str, Any]) -> Any:
    """What a control holds for its parameter, which is taken out; one that it cannot hold stays in."""
    held: Any = None
    match knob.kind, parameters.get(knob.name):
        case _, bool():
            pass
        case "float", (int() | float()) as number if _within(knob, number):
            held = float(number)
        case "int", int(number) if _within(knob, number):
            held = number
        case "text", str(text):
            held = text
        case "lines", [*lines]:
            held = "\n".join(map(str, lines))
    if held is None:
        return None if knob.kind in ("float", "int") else ""
    del parameters[knob.name]
    return held


def _within(knob: Knob, number: float) -> bool:
    return (knob.low is None or number >= knob.low) and (knob.high is None or number <= knob.high)
