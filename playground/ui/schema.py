"""Structured output: the editor of its JSON Schema, and the verdict on a reply."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.call import Model
from playground.errors import BadRequestError
from playground.structured import check_schema
from playground.ui.fault import sentence

SAMPLES: Mapping[str, dict[str, Any]] = {
    "Contact": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "email": {"type": "string"},
            "topics": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["name", "email", "topics"],
        "additionalProperties": False,
    },
    "Sentiment": {
        "type": "object",
        "properties": {
            "sentiment": {"type": "string", "enum": ["positive", "neutral", "negative"]},
            "confidence": {"type": "number", "minimum": 0, "maximum": 1},
            "because": {"type": "string"},
        },
        "required": ["sentiment", "confidence", "because"],
        "additionalProperties": False,
    },
}


def schema_editor(key: str, model: Model | None) -> tuple[dict[str, Any] | None, str]:
    """Draw the popover; returns (schema, problem): the schema to send, None when off or when there is a problem."""
    schema, problem = parse(st.session_state.get(f"{key}_schema") or "")
    refusal = model.refuses.get("schema") if model else None
    if refusal is not None:
        schema, problem = None, ""
    label = "Schema · 1" if schema else "Schema · invalid" if problem else "Schema"
    with st.popover(label, icon=":material/data_object:", width="content"):
        st.caption(
            "The answer has to be JSON of this shape. It is sent as it stands and the reply is checked against it."
        )
        with st.container(horizontal=True, gap="small"):
            for name, sample in SAMPLES.items():
                st.button(name, key=f"{key}_schema_{name}", on_click=fill, args=(key, sample), type="secondary")
            st.button("Clear", key=f"{key}_schema_clear", on_click=fill, args=(key, None), type="tertiary")
        st.text_area(
            "JSON Schema",
            key=f"{key}_schema",
            placeholder='{"type": "object", "properties": {…}}',
            persist_state="session",
            height=260,
            disabled=refusal is not None,
        )
        if refusal is not None:
            st.caption(f":material/block: Not sent: {refusal}")
        if problem:
            st.markdown(f":red[:material/error:] {sentence(problem)}")
        elif schema:
            st.markdown(":green[:material/check_circle:] :small[A valid schema.]")
    return schema, problem


def parse(text: str) -> tuple[dict[str, Any] | None, str]:
    """A schema out of what was typed: (schema, problem), both empty for an empty text."""
    if not text.strip():
        return None, ""
    try:
        return dict(check_schema(json.loads(text))), ""
    except ValueError as error:
        return None, f"the schema is not JSON: {error}; mend it, or choose Clear"
    except BadRequestError as error:
        return None, error.message.replace("`parameters.schema", "`schema")


def verdict(data: Mapping[str, Any]) -> None:
    """Whether the reply obeys the schema it was asked to obey; `data` is the response's."""
    errors = data.get("schema_errors") or []
    if not errors:
        st.markdown(":green-badge[:material/check: Matches the schema]")
        return
    st.markdown(":red-badge[:material/close: Does not match the schema]")
    for error in errors[:8]:
        message = error["message"].replace("$", "\\$")
        st.markdown(f":small[`{error['path']}` {message}]")


def fill(key: str, schema: Any) -> None:
    """Put a schema into the editor, None empties it."""
    st.session_state[f"{key}_schema"] = "" if schema is None else json.dumps(schema, indent=2)
