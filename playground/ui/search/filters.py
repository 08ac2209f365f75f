"""Filters on payloads: a small form made of their fields, and the JSON that it says, which can be written too."""

import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from playground.errors import PlaygroundError
from playground.ui.fault import sentence
from playground.ui.look import quiet
from playground.ui.search.spaces import Space
from playground.vectors import filter as language
from playground.vectors.fields import Field, condition, joined, unsaid

JSON, SEEN = "filters", "search_filters_seen"
_MOST = 8
"""Fields in the form; any other can be written as JSON."""


def ask_filters(space: Space) -> str:
    """Draw the popover; returns the filters in JSON, empty without any. What is wrong is said and not applied."""
    offered = _offered(space.fields)
    text = (st.session_state.get(JSON) or st.query_params.get(JSON) or "").strip()
    _sync(offered, text, space.id)
    count = len(unsaid([], _read(text)[0])[1])
    label = f"Filters · {count}" if count else "Filters"
    with st.popover(label, icon=":material/filter_alt:", key="search_filters"):
        if not offered:
            st.markdown(quiet("The documents have no fields to filter by."))
        for field in offered:
            _draw(field, offered, space.id)
        st.text_area(
            "As JSON",
            key=JSON,
            height=120,
            bind="query-params",
            placeholder='{"AND": [{"field": "topic", "operator": "eq", "value": "Space"}]}',
            help="Operators: " + ", ".join(language.OPERATORS),
        )
        if text:
            st.button("Clear", key="search_filters_clear", icon=":material/filter_alt_off:", on_click=_clear)
    found, problem = _read(text)
    if problem:
        st.markdown(f":red[:material/error:] {sentence(problem)}")
    return "" if problem or not found else json.dumps(found, ensure_ascii=False, sort_keys=True)


def _offered(found: Sequence[Field]) -> list[Field]:
    """The fields of the form: labels and numbers first, the long texts behind."""
    order = {"choice": 0, "number": 1, "truth": 2, "words": 3}
    return sorted(found, key=lambda field: order[field.kind])[:_MOST]


def _read(text: str) -> tuple[Any, str]:
    """The filter, and what is wrong with it."""
    try:
        found = json.loads(text) if text else None
        language.read(found)
    except ValueError as error:
        return None, f"the filters are no JSON: {error}"
    except PlaygroundError as error:
        return None, error.message
    return found, ""


def _sync(offered: Sequence[Field], text: str, space: str) -> None:
    """Put what the JSON says into the form, when it was not the form that wrote it."""
    if st.session_state.get(SEEN) == (space, text):
        return
    values, _ = unsaid(offered, _read(text)[0])
    for field in offered:
        for key, value in zip(_keys(field, space), _split(field, values.get(field.path)), strict=True):
            st.session_state[key] = value
    st.session_state[SEEN] = (space, text)


def _keys(field: Field, space: str) -> list[str]:
    key = f"search_filter_{space}_{field.path}"
    return [f"{key}_from", f"{key}_to"] if field.kind == "number" else [key]


def _split(field: Field, value: Any) -> list[Any]:
    """The values of the field's widgets."""
    if field.kind == "number":
        return list(value or (None, None))
    return [{"choice": value or [], "truth": value, "words": value or ""}[field.kind]]


def _draw(field: Field, offered: Sequence[Field], space: str) -> None:
    keys, args = _keys(field, space), (offered, space)
    match field.kind:
        case "choice":
            st.multiselect(field.path, field.values, key=keys[0], placeholder="any", on_change=_write, args=args)
        case "truth":
            names = {True: "yes", False: "no"}
            st.segmented_control(
                field.path, [True, False], format_func=names.__getitem__, key=keys[0], on_change=_write, args=args
            )
        case "words":
            st.text_input(f"{field.path} contains", key=keys[0], on_change=_write, args=args)
        case "number":
            for column, key, word in zip(st.columns(2), keys, ("from", "to"), strict=True):
                ends = f"{field.low:g} to {field.high:g}"
                column.number_input(
                    f"{field.path} {word}", value=None, key=key, placeholder=ends, on_change=_write, args=args
                )


def _write(offered: Sequence[Field], space: str) -> None:
    """Say in JSON what the form says, beside what it cannot say."""
    _, rest = unsaid(offered, _read(st.session_state.get(JSON) or "")[0])
    said = [condition(field, _value(field, space)) for field in offered]
    found = joined([*(each for each in said if each), *rest])
    text = json.dumps(found, ensure_ascii=False) if found else ""
    st.session_state[JSON] = text
    st.session_state[SEEN] = (space, text)


def _value(field: Field, space: str) -> Any:
    values = [st.session_state.get(key) for key in _keys(field, space)]
    return tuple(values) if field.kind == "number" else values[0]


def _clear() -> None:
    st.session_state[JSON] = ""
