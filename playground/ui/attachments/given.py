"""The files of a request as attachments again, while it lives and from the history; and a request made whole again."""

from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from playground.call import Modality
from playground.contract import RawInferenceRequest
from playground.enclosed import Enclosed, changed, enclosed
from playground.errors import BadRequestError, PlaygroundError
from playground.media import EXTENSIONS
from playground.ui.attachments.attachment import Attachment, look, named, opened
from playground.ui.core import core

Request = Mapping[str, Any]


def given(request: Request) -> dict[str, Attachment]:
    """The files of a request (the contract's, as JSON) by their places in `inputs`; not all need be `there`."""
    fetched = request.get("fetched") or {}
    return {each.place: _attachment(each, fetched) for each in enclosed(request.get("inputs") or {})}


def asked(request: Request) -> list[Attachment]:
    """The files of what is answered: of the last message and beside it, in the order in which the model gets them."""
    found = given(request)
    last = f"messages[{len(request.get('inputs', {}).get('messages') or []) - 1}]."
    beside = [each for place, each in found.items() if not place.startswith("messages[")]
    return beside + [each for place, each in found.items() if place.startswith(last)]


def marks(request: Request) -> dict[str, str]:
    """What the files of an archived request are known by, by place, without opening one."""
    fetched = request.get("fetched") or {}
    return {each.place: fetched.get(each.place, each.value) for each in enclosed(request.get("inputs") or {})}


def whole(request: Request) -> RawInferenceRequest:
    """An archived request as it can be sent again, with its files in it. Raises BadRequestError for a lost one."""
    files = given(request)

    def put_back(each: Enclosed) -> str:
        file = files[each.place]
        if not file.there:
            raise BadRequestError(
                f"`inputs.{each.place}` is not kept any more, or only without the key in its address; attach it again"
            )
        part = file.part
        if each.form == "url" and "base64" in part:
            return f"data:{file.mime};base64,{part['base64']}"
        return part[each.form]

    fields = {name: value for name, value in request.items() if name in RawInferenceRequest.model_fields}
    return RawInferenceRequest(**{**fields, "inputs": changed(request["inputs"], put_back)})


def kept(reference: str, modality: Modality, url: str = "") -> Attachment:
    """A file of the archive; one that it has lost is not `there`."""
    try:
        mime, weight, facts, preview = _seen(reference)
    except PlaygroundError:
        return Attachment(f"{modality} that is not kept", modality, stored=reference, url=url)
    name = f"{modality}.{EXTENSIONS.get(mime, 'bin')}"
    return Attachment(name, modality, mime, url=url, stored=reference, weight=weight, facts=facts, preview=preview)


@lru_cache(maxsize=256)
def _seen(reference: str) -> tuple[str, int, Mapping[str, Any], bytes]:
    """(type, size, facts, preview) of a file, which never changes. Raises NotFoundError."""
    data, mime = core().blobs.get(reference)
    try:
        return mime, len(data), *look(data, mime)
    except PlaygroundError:
        return mime, len(data), {}, b""


def _attachment(file: Enclosed, fetched: Mapping[str, str]) -> Attachment:
    value, modality = file.value, file.modality
    if file.place in fetched:
        return kept(fetched[file.place], modality, value)
    if value.startswith("media:"):
        return kept(value, modality)
    try:
        if file.form == "url" and value[:5].lower() != "data:":
            return Attachment(named(value), modality, url=value)
        found = opened(modality, b64decode(value.rpartition(",")[2]))
    except (PlaygroundError, ValueError):
        return Attachment(f"{modality} that cannot be shown", modality)
    return replace(found, name=f"{modality}.{EXTENSIONS[found.mime]}")
