"""A plugin on its way to another machine: its code, and what it may take."""

import io
import zipfile
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from playground.plugins.process import Limits
from playground.plugins.source import Source

_CODE = "code"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a replica is to be. `code` is a zip; `single` the name of the one file in it, empty for a folder."""

    id: str
    code: bytes
    single: str
    module: str
    coded: tuple[str, ...]
    limits: Limits

    @property
    def app(self) -> str:
        """The name of the application that is this parcel and no other, on whichever server it was packed."""
        rest = repr(replace(self, code=b"")).encode()
        return f"playground-{self.id}-{sha256(self.code + rest).hexdigest()[:16]}"

    def unpacked(self, folder: Path) -> Source:
        """The plugin's files, laid out in a folder."""
        with zipfile.ZipFile(io.BytesIO(self.code)) as opened:
            opened.extractall(folder)
        return Source(folder / _CODE / self.single, self.module)


def packed(path: Path) -> bytes:
    """A plugin's folder, or its one file, as a zip; the same bytes for the same code."""
    files = [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())
    root = path.parent if path.is_file() else path
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as made:
        for file in files:
            if "__pycache__" not in file.parts:
                name = zipfile.ZipInfo(f"{_CODE}/{file.relative_to(root).as_posix()}")  # without the file's date
                made.writestr(name, file.read_bytes())
    return held.getvalue()
