"""A plugin's archive is unpacked as it is meant, and nothing else of it is."""

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from playground.errors import BadRequestError, PayloadTooLargeError
from playground.plugins import packages
from playground.plugins.packages import unpack
from tests.packing import GOOD, archive, link

SMALL = {"manifest.py": "version = '1.0.0'", "realtime.py": "x = 1"}


def unpacked(data: bytes, tmp_path: Path) -> dict[str, bytes]:
    """What comes out of an archive, by path."""
    file, folder = tmp_path / "plugin.zip", tmp_path / "into"
    file.write_bytes(data)
    folder.mkdir()
    unpack(file, folder)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("around", ["", "my_plugin/"])
def test_the_plugin_lies_right_in_the_folder(tmp_path, around):
    files = {f"{around}{name}": text for name, text in GOOD.items()}
    found = unpacked(archive(files | {"__MACOSX/._x": "litter", f"{around}__pycache__/a.pyc": "litter"}), tmp_path)
    assert found == {name: text.encode() for name, text in GOOD.items()}


def test_files_are_not_executable_and_not_anybodys(tmp_path):
    data = archive({"manifest.py": "", "processors/a.py": "", "pipeline.py": ""}, mode=stat.S_IFREG | 0o4777)
    unpacked(data, tmp_path)
    assert (tmp_path / "into" / "manifest.py").stat().st_mode & 0o7111 == 0
    assert (tmp_path / "into" / "processors").stat().st_mode & 0o077 == 0


def encrypted() -> bytes:
    data = bytearray(archive(SMALL))
    data[data.index(b"PK\1\2") + 8] |= 1
    return bytes(data)


def lying(size: int) -> bytes:
    """An archive that states `size` for a file of 2 MB."""
    data = bytearray(archive(SMALL | {"models/w.bin": "ab" * 2**20}, packing=zipfile.ZIP_STORED))
    entry = data.index(b"models/w.bin", data.index(b"PK\1\2")) - 46
    data[entry + 24 : entry + 28] = struct.pack("<I", size)
    return bytes(data)


def crowd(count: int) -> bytes:
    return archive(SMALL | {f"models/{place}.txt": "" for place in range(count)})


def twice() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for name in ("manifest.py", "realtime.py", "MANIFEST.py"):
            made.writestr(name, "x = 1")
    return held.getvalue()


def longlisted() -> bytes:
    """A list of entries that says it is 4 GB long."""
    data = bytearray(archive(SMALL))
    end = data.rindex(b"PK\5\6")
    data[end + 12 : end + 16] = struct.pack("<I", 2**31)
    return bytes(data)


HOSTILE = {
    "no zip": (b"MZ" + bytes(100), "no zip archive"),
    "empty": (b"", "no zip archive"),
    "cut": (archive(SMALL)[:-8], "no zip archive"),
    "slip": (archive(SMALL | {"../outside.py": ""}), "`'../outside.py'` is no path"),
    "slip inside": (archive(SMALL | {"a/../../outside.py": ""}), "no path inside"),
    "absolute": (archive(SMALL | {"/etc/evil": ""}), "`'/etc/evil'` is no path"),
    "drive": (archive(SMALL | {"C:/evil.py": ""}), "no path inside"),
    "backslash": (archive(SMALL | {"..\\evil.py": ""}), "no path inside"),
    "control": (archive(SMALL | {"a\nb.py": ""}), "no path inside"),
    "dot": (archive(SMALL | {"./x.py": ""}), "no path inside"),
    "long": (archive(SMALL | {"a" * 250: ""}), "too long"),
    "deep": (archive(SMALL | {"a/" * 20 + "x": ""}), "too long"),
    "link": (link(archive(SMALL), "models", "/etc"), "`models` is a link"),
    "fifo": (archive(SMALL | {"models/p": ""}, mode=stat.S_IFIFO | 0o644), "is a link or a device"),
    "encrypted": (encrypted(), "is encrypted"),
    "bzip2": (archive(SMALL, packing=zipfile.ZIP_BZIP2), "packed in an unusual way"),
    "bomb": (archive(SMALL | {"models/zeros": "0" * 3 * 2**20}), "unpacks to more than 100 times"),
    "smaller than said": (lying(2**20), "is damaged"),
    "large": (lying(2**30), "more than 500 MB"),
    "crowd": (crowd(1001), "more than 1,000 files"),
    "long list": (longlisted(), "more than 1,000 files"),
    "twins": (twice(), "`MANIFEST.py` is in the archive twice"),
    "file and folder": (archive(SMALL | {"a": "", "a/b": ""}), "`a` is a file and a folder"),
    "no manifest": (archive({"realtime.py": ""}), "no `manifest.py`"),
    "two folders": (archive({"a/manifest.py": "", "a/realtime.py": "", "b/x": ""}), "no `manifest.py`"),
    "too deep a manifest": (archive({"a/b/manifest.py": "", "a/b/realtime.py": ""}), "no `manifest.py`"),
    "nothing to run": (archive({"manifest.py": ""}), "neither `realtime.py` nor `pipeline.py`"),
    "binary": (archive(SMALL | {"fast.cpython-311.so": ""}), "cannot be read"),
    "hidden code": (archive(SMALL | {".hidden/x.py": ""}), "where none is expected"),
    "code beside weights": (archive(SMALL | {"models/x.py": ""}), "where none is expected"),
}


@pytest.mark.parametrize(("data", "said"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_refused(tmp_path, data, said):
    with pytest.raises(BadRequestError, match="this package cannot be taken: ") as refused:
        unpacked(data, tmp_path)
    assert said in refused.value.message
    assert refused.value.code == "package"
    assert {path.name for path in tmp_path.iterdir()} == {"into", "plugin.zip"}


def test_an_archive_over_the_limit_is_not_opened(tmp_path):
    file = tmp_path / "plugin.zip"
    with file.open("wb") as sparse:
        sparse.truncate(packages.MAX_BYTES + 1)
    with pytest.raises(PayloadTooLargeError, match="100 MB"):
        unpack(file, tmp_path / "into")
