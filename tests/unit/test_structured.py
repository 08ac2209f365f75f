"""Schemas are checked before they are sent, replies after they came."""

import pytest

from playground.errors import BadRequestError
from playground.structured import check_schema, read

PERSON = {
    "type": "object",
    "properties": {"firstName": {"type": "string"}, "tags": {"type": "array", "items": {"type": "string"}}},
    "required": ["firstName"],
    "additionalProperties": False,
}


def test_a_schema_comes_back_as_it_is():
    assert check_schema(PERSON) is PERSON


@pytest.mark.parametrize("schema", [[], "x", {"type": "objekt"}, {"required": "a"}, {"properties": {"a": 1}}])
def test_what_is_no_schema_is_refused(schema):
    with pytest.raises(BadRequestError, match=r"parameters\.schema"):
        check_schema(schema)


def test_an_obedient_reply():
    assert read('{"firstName": "Ada", "tags": ["x"]}', PERSON) == ({"firstName": "Ada", "tags": ["x"]}, [])


def test_the_failing_paths_are_named():
    value, problems = read('{"tags": ["x", 1], "first_name": "Ada"}', PERSON)
    assert value["tags"] == ["x", 1]
    assert {problem["path"] for problem in problems} == {"$", "$.tags[1]"}


def test_no_json():
    value, problems = read("Sure! {", PERSON)
    assert value is None
    assert problems[0]["message"].startswith("not JSON")


def test_references_are_never_fetched():
    assert "refers to" in read("{}", {"$ref": "http://127.0.0.1:9/schema.json"})[1][0]["message"]
