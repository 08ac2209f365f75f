"""The test form: widgets made from a plugin's schema, or the JSON itself."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from playground.plugins.fields import Field, example, fields
from playground.ui.look import quiet

FORM, RAW = "Form", "JSON"
_ICONS = {FORM: ":material/edit_note: Form", RAW: ":material/data_object: JSON"}


@dataclass(slots=True)
class Given:
    """What the widgets hold; `problem` is why it cannot be sent, empty when it can."""

    values: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


def ask(schema: Mapping[str, Any], key: str) -> Given:
    """Draw the inputs, as widgets or as JSON; `key` begins the keys."""
    way = st.segmented_control(
        "Inputs as",
        (FORM, RAW),
        format_func=_ICONS.__getitem__,
        default=FORM,
        required=True,
        key=f"{key}_way",
        label_visibility="collapsed",
        persist_state="session",
    )
    return raw(schema, key) if way == RAW else widgets(schema, key)


def widgets(schema: Mapping[str, Any], key: str) -> Given:
    """Draw a widget for each field; what is left empty is not sent."""
    given = Given()
    for each in fields(schema):
        value, problem = _asked(each, f"{key}_{each.name}")
        if value is not None:
            given.values[each.name] = value
        elif each.required and not problem:
            problem = f"`{each.name}` is needed"
        given.problem = given.problem or problem
    if not given.problem and not given.values and (schema.get("properties") or {}):
        given.problem = "there is nothing to send yet; fill in a field"
    return given


def raw(schema: Mapping[str, Any], key: str) -> Given:
    """Draw the JSON; what does not obey the schema is said, and may be sent: to see what the plugin does then."""
    text = st.text_area(
        "Inputs as JSON",
        value=json.dumps(example(schema), indent=2, ensure_ascii=False),
        height=200,
        key=f"{key}_schema",  # ends so: what is typed as JSON looks like code
        persist_state="session",
    )
    try:
        values = json.loads(text)
    except ValueError as error:
        return Given(problem=f"this is not JSON: {error}")
    if not isinstance(values, dict):
        return Given(problem="the inputs must be a JSON object, `{…}`")
    for said in _broken(schema, values):
        st.markdown(f":orange[:material/info:] {quiet(said)}")
    return Given(values)


def _asked(each: Field, key: str) -> tuple[Any, str]:
    """(the value, None for nothing; why it cannot be sent)."""
    label = each.title if each.required or each.kind == "flag" else f"{each.title} (optional)"
    tip = each.help or None
    match each.kind:
        case "text":
            text = st.text_area(label, each.default, key=key, help=tip, height=100, persist_state="session")
            return text or None, ""
        case "lines":
            before = "\n".join(map(str, each.default or ()))
            text = st.text_area(
                f"{label}, one per line", before, key=key, help=tip, height=120, persist_state="session"
            )
            return [line for line in (text or "").splitlines() if line.strip()] or None, ""
        case "integer" | "number":
            return _number(each, label, key), ""
        case "flag":
            return st.toggle(label, bool(each.default), key=key, help=tip, persist_state="session"), ""
        case "choice":
            place = each.choices.index(each.default) if each.default in each.choices else 0 if each.required else None
            return st.selectbox(label, each.choices, place, key=key, help=tip, persist_state="session"), ""
        case "file":
            file = st.file_uploader(label, key=key, help=tip)
            return (base64.b64encode(file.getvalue()).decode() if file else None), ""
        case _:
            return _json(each, label, key)


def _number(each: Field, label: str, key: str) -> float | None:
    kind = int if each.kind == "integer" else float
    held = {"min_value": each.low, "max_value": each.high, "value": each.default}
    limits: dict[str, Any] = {name: None if value is None else kind(value) for name, value in held.items()}
    found: float | None = st.number_input(
        label, **limits, step=1 if kind is int else None, key=key, help=each.help or None, persist_state="session"
    )
    return found


def _json(each: Field, label: str, key: str) -> tuple[Any, str]:
    before = "" if each.default is None else json.dumps(each.default, ensure_ascii=False)
    text = st.text_area(f"{label}, as JSON", before, key=f"{key}_schema", height=100, persist_state="session")
    if not (text or "").strip():
        return None, ""
    try:
        return json.loads(text), ""
    except ValueError as error:
        return None, f"`{each.name}` is not JSON: {error}"


def _broken(schema: Mapping[str, Any], values: Mapping[str, Any]) -> list[str]:
    """Where values do not obey a schema, as sentences; none where the schema itself cannot be used."""
    from jsonschema import exceptions, validators

    try:
        checker = validators.validator_for(schema)(schema)
        found = list(checker.iter_errors(values))
    except (exceptions.SchemaError, exceptions.UnknownType, ValueError, TypeError):
        return []
    return [f"`{'.'.join(map(str, each.absolute_path)) or 'inputs'}`: {each.message[:200]}" for each in found[:4]]
