"""A schema for OpenAI's structured output: the name it gets, and when it may be called strict."""

import pytest

from playground.providers.schema import named

CITY = {"type": "string"}


def closed(**properties):
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


@pytest.mark.parametrize(
    ("title", "name"),
    [
        (None, "answer"),
        ("City", "City"),
        ("Größe & Gewicht", "Gr_e_Gewicht"),
        ("!?", "answer"),
        ("a" * 99, "a" * 64),
        (7, "answer"),
    ],
)
def test_the_name_is_the_title_as_far_as_openai_takes_it(title, name):
    schema = closed() | ({} if title is None else {"title": title})
    assert named(schema) == {"name": name, "schema": schema, "strict": True}


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (closed(city=CITY), True),
        (closed(cities={"type": "array", "items": closed(city=CITY)}), True),
        (closed(type=CITY), True),
        ({**closed(a={"$ref": "#/$defs/a"}), "$defs": {"a": closed(city=CITY)}}, True),
        ({"type": "object"}, False),
        ({**closed(city=CITY), "required": []}, False),
        ({**closed(city=CITY), "additionalProperties": True}, False),
        (closed(inner={"type": "object", "properties": {"city": CITY}}), False),
        (closed(inner={"type": ["object", "null"]}), False),
        (closed(inner={"properties": {"city": CITY}}), False),
        ({**closed(a={"$ref": "#/$defs/a"}), "$defs": {"a": {"type": "object"}}}, False),
        (closed(a={"oneOf": [CITY, {"type": "number"}]}), False),
        ({"type": "array", "items": closed(city=CITY)}, False),
        (closed(a={"type": "string", "default": "b"}), False),
        (closed(a={"type": "array", "items": CITY, "uniqueItems": True}), False),
        ({**closed(city=CITY), "anyOf": [closed(city=CITY)]}, False),
        (closed(a={"anyOf": [CITY, {"type": "null"}]}), True),
        ({}, False),
    ],
)
def test_strict_is_only_what_openai_would_take_as_strict(schema, strict):
    assert named(schema)["strict"] is strict
