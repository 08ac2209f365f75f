"""Media of requests and answers as files named after their content, so that the history holds only references."""

import contextlib
import hashlib
import os
import re
import tempfile
from pathlib import Path

from playground.errors import InternalServerError, NotFoundError

_REFERENCE = re.compile(r"media:([0-9a-f]{64})")
_MIME = re.compile(r"[\w-]+/[\w.+-]+", re.ASCII)


class Blobs:
    """Files in `folder`, made (0700) when the first one is put. Any thread and any process may use it.

    A file's name is its SHA-256 and its MIME type (`…/ab/ab12….audio.wav`), so it is one file and needs no table.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes, mime: str) -> str:
        """Keep a file, on disk (0600) when this returns; gives `media:<sha256>`. A content's first MIME type stays.

        Raises InternalServerError when it cannot be written, ValueError when `mime` is no MIME type.
        """
        if not _MIME.fullmatch(mime):
            raise ValueError(f"`{mime}` is no MIME type such as `audio/wav`")
        digest = hashlib.sha256(data).hexdigest()
        if self._find(digest) is None:
            try:
                self._write(self._shelf(digest), f"{digest}.{mime.replace('/', '.', 1)}", data)
            except OSError as error:
                raise InternalServerError(
                    f"media could not be written to `{self._folder}` ({error.strerror}); check its space and rights"
                ) from error
        return f"media:{digest}"

    def get(self, ref: str) -> tuple[bytes, str]:
        """The bytes and MIME type behind a reference. Raises NotFoundError when there is no such file."""
        match = _REFERENCE.fullmatch(ref)
        path = self._find(match[1]) if match else None
        if path is None:
            raise NotFoundError(f"no file `{ref}` in `{self._folder}`", details={"resource": "media", "id": ref})
        return path.read_bytes(), path.name.partition(".")[2].replace(".", "/", 1)

    def _shelf(self, digest: str) -> Path:
        return self._folder / digest[:2]

    def _find(self, digest: str) -> Path | None:
        return min(self._shelf(digest).glob(f"{digest}.*"), default=None)

    def _write(self, shelf: Path, name: str, data: bytes) -> None:
        """All or nothing: a temporary file, synced, then renamed, then the rename synced."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        shelf.mkdir(mode=0o700, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=shelf, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(shelf / name)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
        _sync(shelf)
        _sync(self._folder)


def _sync(folder: Path) -> None:
    if os.name != "posix":  # elsewhere a folder cannot be opened, and a rename needs no sync
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
