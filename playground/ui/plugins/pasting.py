"""A pasted call of a plugin, put into the form of this page."""

import json
from collections.abc import Mapping
from typing import Any

import streamlit as st

from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError
from playground.plugins.fields import Field, fields
from playground.ui.core import NAMESPACE, core
from playground.ui.plugins import session
from playground.ui.plugins.form import RAW


def put(asked: RawInferenceRequest) -> None:
    """Make the plugin's form ask this; a callback's work. Raises NotFoundError for a plugin that is not here, and
    BadRequestError for parameters that it does not have.
    """
    plugin = core().plugins.find((asked.inference_name or "").strip(), NAMESPACE)
    key, schema = f"plugins_{plugin.id}", plugin.manifest.parameter_schema if plugin.manifest else None
    values = _values(asked.parameters or {}, fields(schema or {}), f"{key}_parameter")
    session.open_plugin(plugin.id)
    text = json.dumps(asked.inputs, indent=2, ensure_ascii=False)
    st.session_state.update({f"{key}_in_way": RAW, f"{key}_in_schema": text, **values})


def _values(parameters: Mapping[str, Any], there: list[Field], key: str) -> dict[str, Any]:
    known = {each.name: each for each in there}
    strangers = [name for name in parameters if name not in known]
    if strangers:
        listed = ", ".join(f"`{name}`" for name in strangers)
        raise BadRequestError(f"the plugin's form has no parameter {listed}; name those of its manifest")
    return dict(_held(known[name], value, key) for name, value in parameters.items())


def _held(field: Field, value: Any, key: str) -> tuple[str, Any]:
    """The key of a field's widget, and what it holds for this value."""
    match field.kind:
        case "lines":
            return f"{key}_{field.name}", "\n".join(map(str, value))
        case "json":
            return f"{key}_{field.name}_schema", json.dumps(value, ensure_ascii=False)
        case "number":
            return f"{key}_{field.name}", float(value)
        case "file":
            raise BadRequestError(f"`{field.name}` is a file; choose it on the Plugins page")
        case _:
            return f"{key}_{field.name}", value
