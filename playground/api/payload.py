"""Payload: the bytes of a request body as a RawInferenceRequest or another model, strictly JSON."""

import json
import math
import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, NoReturn, TypeVar

import pydantic
from fastapi import Depends, Request

from playground.api.context import context
from playground.api.faults import unfit
from playground.contract import RawInferenceRequest
from playground.errors import ValidationError

MAX_DEPTH = 64
"""Objects and lists inside each other; deeper ones only serve to exhaust a stack."""

M = TypeVar("M", bound=pydantic.BaseModel)

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_KINDS = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false", type(None): "null"}


def reader(model: type[M], *, optional: bool = False) -> Callable[[Request], Awaitable[M]]:
    """For `Depends`: the body of a request as a model. `optional` takes no body at all for `{}`.

    It is read after everything that stands before it, so that who has no key learns nothing from a bad body.
    """

    async def read(request: Request) -> M:
        body = await request.body()
        if optional and not body.strip():
            return fit({}, model)
        _check_type(request.headers.get("content-type", ""))
        return await context(request).work(lambda: fit(strict(body), model))

    return read


Payload = Annotated[RawInferenceRequest, Depends(reader(RawInferenceRequest))]


def parse(body: bytes) -> RawInferenceRequest:
    """A request for an inference. Raises ValidationError that says what is wrong and never repeats what was sent."""
    return fit(strict(body), RawInferenceRequest)


def strict(body: bytes) -> dict[str, Any]:
    """One JSON object, read strictly: UTF-8, no NaN, no key twice, no half surrogate pair, not too deep.

    Raises ValidationError.
    """
    value = _read(body)
    _check_shape(value, surrogates=_SURROGATE.search(body.decode()) is not None)
    if not isinstance(value, dict):
        raise _failure(f"the body must be a JSON object; it is {_KINDS[type(value)]}", "dict_type")
    return value


def fit(value: dict[str, Any], model: type[M]) -> M:
    """JSON as a model. Raises ValidationError that names each field that does not fit."""
    try:
        return model.model_validate(value)
    except pydantic.ValidationError as error:
        failures = error.errors(include_url=False, include_context=False, include_input=False)
        raise unfit([each | {"loc": ("body", *each["loc"])} for each in failures]) from None


def _check_type(header: str) -> None:
    """Only JSON: a form on another site can send every other type without asking first."""
    kind = header.partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        named = f"it is `{kind[:60]}`" if kind else "it is missing"
        raise _failure(f"`Content-Type` must be `application/json`; {named}", "content_type", "header")


def _read(body: bytes) -> Any:
    if not body.strip():
        raise _failure("the body is empty; send a JSON object", "missing")
    try:
        return json.loads(body.decode(), object_pairs_hook=_object, parse_constant=_constant, parse_float=_float)
    except UnicodeDecodeError as error:
        raise _failure(f"the body is not UTF-8 at byte {error.start}", "json_invalid") from None
    except json.JSONDecodeError as error:
        raise _failure(f"the body is not JSON: {error.msg} at character {error.pos}", "json_invalid") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:  # Python's own limit on the digits of a number
        raise _failure("the body has a number with too many digits", "json_invalid") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _failure("the body has an object with the same key twice", "json_invalid")
    return found


def _constant(name: str) -> NoReturn:
    raise _failure(f"the body has `{name}`, which is not JSON; leave it out or send null", "json_invalid")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _failure("the body has a number that is too large", "json_invalid")
    return value


def _check_shape(value: Any, surrogates: bool) -> None:
    """Depth, and texts that cannot be UTF-8; walks level by level, on no stack."""
    level, depth = [value], 0
    while level:
        if depth > MAX_DEPTH:
            raise _too_deep()
        if surrogates:
            _check_texts(level)
        level = [child for each in level if isinstance(each, dict | list) for child in _children(each, surrogates)]
        depth += 1


def _children(value: dict[str, Any] | list[Any], keys: bool) -> list[Any]:
    if isinstance(value, list):
        return value
    return [*value, *value.values()] if keys else list(value.values())


def _check_texts(level: list[Any]) -> None:
    for each in level:
        if isinstance(each, str) and not _is_utf8(each):
            raise _failure("the body has half a surrogate pair (`\\ud800` to `\\udfff`)", "json_invalid")


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _too_deep() -> ValidationError:
    return _failure(f"the body has more than {MAX_DEPTH} objects and lists inside each other", "json_invalid")


def _failure(message: str, kind: str, place: str = "body") -> ValidationError:
    return ValidationError(message, [((place,), message, kind)])
