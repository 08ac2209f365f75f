"""A package on its way in: written to a file as it comes, whether it is a body or a part of a form."""

import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, ClassVar

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from playground.api.context import context
from playground.errors import BadRequestError, ValidationError

_FIELDS = ("name", "version", "description")


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of an upload in one form, and its file."""

    name: str
    version: str
    description: str
    archive: Path

    SCHEMA: ClassVar[dict[str, Any]] = {
        "type": "object",
        "required": ["file", "name", "version"],
        "properties": {
            "file": {"type": "string", "format": "binary", "description": "The zip"},
            **{name: {"type": "string"} for name in _FIELDS},
        },
    }


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[Form]:
    """A form with `file`, `name`, `version` and `description`; the file is there until the block ends.

    Raises ValidationError that names what is missing.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise _unfit(
            [("body", "send a form (`multipart/form-data`) with `file`, `name` and `version`", "content_type")]
        )
    try:
        async with request.form(max_files=1, max_fields=8) as form:
            file = form.get("file")
            texts = {name: value for name in _FIELDS if isinstance(value := form.get(name), str)}
            missing = [name for name in ("name", "version") if not texts.get(name)]
            if not isinstance(file, UploadFile):
                raise _unfit([("file", "Field required", "missing")])
            if missing:
                raise _unfit([(name, "Field required", "missing") for name in missing])
            with tempfile.TemporaryDirectory(prefix="plugin-") as folder:
                archive = Path(folder) / "archive.zip"
                await context(request).work(_copied, file.file, archive)
                yield Form(texts["name"], texts["version"], texts.get("description", ""), archive)
    except HTTPException as error:  # Starlette's, of a form that is none
        raise BadRequestError(f"the form cannot be read: {error.detail}", code="form") from None


async def saved(request: Request, path: Path) -> int:
    """Write the body of a request to a file, all or nothing; its bytes. Raises BadRequestError for none."""
    work, size = context(request).work, 0
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        beside = Path(file.name)
        try:
            async for chunk in request.stream():
                size += await work(file.write, chunk)
            if not size:
                raise BadRequestError("the body is empty; send the archive", code="archive_missing")
            file.flush()
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    return size


def _copied(source: BinaryIO, path: Path) -> None:
    with path.open("wb") as target:
        shutil.copyfileobj(source, target)


def _unfit(failures: list[tuple[str, str, str]]) -> ValidationError:
    said = "; ".join(f"`{name}`: {text}" for name, text, _ in failures)
    return ValidationError(
        f"the request does not fit: {said}", [(("body", name), text, kind) for name, text, kind in failures]
    )
