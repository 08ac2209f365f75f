"""A plugin's code on its way to another machine."""

import io
import zipfile
from hashlib import sha256
from pathlib import Path

_CODE = "code"


def packed(path: Path) -> bytes:
    """A plugin's folder, or its one file, as a zip."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as made:
        if path.is_file():
            made.write(path, f"{_CODE}/{path.name}")
        else:
            for file in sorted(path.rglob("*")):
                if file.is_file() and "__pycache__" not in file.parts:
                    made.write(file, f"{_CODE}/{file.relative_to(path)}")
    return held.getvalue()


def unpacked(data: bytes, folder: Path, single: str) -> Path:
    """Where the code is after it was unpacked; `single` is the name of the one file, empty for a folder."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        opened.extractall(folder)
    return folder / _CODE / single


def digest(data: bytes) -> str:
    """What names this code and no other."""
    return sha256(data).hexdigest()[:16]
