"""Pasted: what a text that holds a request asks for, whichever of the forms it has."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pydantic

from playground.contract import RawInferenceRequest
from playground.errors import BadRequestError
from playground.pasted.curl import from_curl
from playground.pasted.python import from_python

_FILE = re.compile(r"<base64 of ([^<>]+)>")
_FORMS = "paste the JSON of a request, a `curl` command, or Python with `httpx`, `requests` or `mixpeek`"


@dataclass(frozen=True, slots=True)
class Pasted:
    """The request, and the files that its text only names: their contents have to be attached again."""

    request: RawInferenceRequest
    files: tuple[str, ...] = ()


def pasted(text: str) -> Pasted:
    """Read a request back. Raises BadRequestError that says what could not be read and where."""
    body = body_of(text)
    try:
        request = RawInferenceRequest.model_validate(body)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise BadRequestError(f"`{place}` of the pasted request: {first['msg'].lower()}") from error
    return Pasted(request, tuple(dict.fromkeys(_files(request.inputs))))


def body_of(text: str) -> dict[str, Any]:
    """The JSON object that is sent; it has `inputs`. Raises BadRequestError."""
    if not text.strip():
        raise BadRequestError(f"there is nothing to read; {_FORMS}")
    body = _body(text)
    if not isinstance(body, dict):
        raise BadRequestError(f"a request is a JSON object; this is {_kind(body)}; {_FORMS}")
    body = body.get("request", body) if "inputs" not in body else body  # a run's record holds its request
    if not isinstance(body, dict) or "inputs" not in body:
        raise BadRequestError(f"the text has no `inputs`, so it is no request of the playground; {_FORMS}")
    return body


def _body(text: str) -> Any:
    start = text.lstrip()
    if start.startswith(("{\ncat", "{ cat", "curl")) or re.search(r"^\s*(\$ )?curl\s", text, re.MULTILINE):
        return from_curl(text)
    if start.startswith(("{", "[")):
        return _from_json(text)
    return from_python(text)


def _from_json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise BadRequestError(
            f"the pasted JSON breaks off at line {error.lineno}, column {error.colno}: {error.msg.lower()}"
        ) from error


def _kind(value: Any) -> str:
    return {list: "a list", str: "a text", bool: "true or false", type(None): "null"}.get(type(value), "a number")


def _files(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield from _FILE.findall(value)
        case dict():
            for each in value.values():
                yield from _files(each)
        case list():
            for each in value:
                yield from _files(each)
