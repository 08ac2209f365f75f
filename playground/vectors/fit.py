"""JSON from outside as a typed value, or a ValidationError that names every field that does not fit."""

from typing import Any, TypeVar

import pydantic

from playground.errors import ValidationError

M = TypeVar("M", bound=pydantic.BaseModel)


def fit(model: type[M], value: Any, *where: str | int) -> M:
    """`value` as `model`; `where` is where it stands in the request. What was sent is not repeated."""
    try:
        return model.model_validate(value)
    except pydantic.ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        raise unfit([((*where, *each["loc"]), str(each["msg"]), str(each["type"])) for each in found]) from None


def unfit(failures: list[tuple[tuple[str | int, ...], str, str]]) -> ValidationError:
    """The error of `(location, message, kind)` per field."""
    said = "; ".join(f"`{'.'.join(map(str, loc))}`: {text}" for loc, text, _ in failures[:3])
    more = f"; and {len(failures) - 3} more" if len(failures) > 3 else ""
    return ValidationError(f"the request does not fit the contract: {said}{more}", failures)


def refuse(message: str, *where: str | int, kind: str = "value_error") -> ValidationError:
    """The error of one field, with a sentence of its own."""
    return ValidationError(message, [(where, message, kind)])
