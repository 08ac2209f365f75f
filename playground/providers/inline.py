"""A file inside JSON: as Base64, as a data URI, as an address; and how closely images are to be looked at."""

import base64
from typing import Any

from playground.call import Call, Media, Message, Modality
from playground.errors import BadRequestError
from playground.media import EXTENSIONS
from playground.providers.intake import files


def encoded(media: Media) -> str:
    """The bytes as Base64, without a prefix."""
    return base64.b64encode(media.data).decode()


def located(media: Media) -> str:
    """The file as a data URI, or its address where it is not loaded."""
    return f"data:{media.mime};base64,{encoded(media)}" if media.data else media.url


def neutral_name(media: Media) -> str:
    """`document.pdf` and the like: providers look at the ending, and the user's own file name is not theirs."""
    return f"{media.modality}.{EXTENSIONS.get(media.mime, 'bin')}"


def words(message: Message) -> tuple[str, ...]:
    """The text that goes behind a message's files: none where files alone are asked about, as providers refuse `""`."""
    return (message.content,) if message.content.strip() else ()


def take_detail(call: Call, body: dict[str, Any], seen: tuple[Modality, ...] = ("image",)) -> str | None:
    """`detail` taken out of the parameters in `body`. Raises BadRequestError where nothing `seen` is there."""
    detail: str | None = body.pop("detail", None)
    if detail is not None and all(each.modality not in seen for each in files(call)):
        raise BadRequestError(
            "`parameters.detail` says how closely images are looked at, and there is none; leave it out",
            code="parameter_refused",
            details={"parameter": "detail", "model": call.model},
        )
    return detail
