"""Packages: a plugin as a zip from outside, unpacked with suspicion.

Names, kinds of entries and sizes are checked before anything is written; no more is written of a file than the size
that was checked, and one that is longer or has another checksum is refused. What may not be in a package: paths that
leave it, links and devices, names that are one name elsewhere, encryption, code that the security scan does not read.
"""

import os
import shutil
import stat
import struct
import unicodedata
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import IO

from playground.errors import BadRequestError, PayloadTooLargeError
from playground.plugins.scan import files

MAX_BYTES = 100 * 2**20
"""Bytes of an archive."""
MAX_UNPACKED = 500 * 2**20
"""Bytes of all that is in it."""
MAX_FILES = 1000
MAX_RATIO = 100
"""How many times larger than its packed form a file of more than `FREE` bytes may be; text gets 3 to 20."""
FREE = 2**20

_DIRECTORY = 2 * 2**20  # bytes of the list of entries: zipfile makes objects of it before anybody can look
_KINDS = {0, stat.S_IFREG, stat.S_IFDIR}
_PACKED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_BINARY = {".so", ".pyd", ".dll", ".dylib", ".pyc", ".pyo", ".pth", ".egg", ".whl"}
_LITTER = {"__MACOSX", "__pycache__", ".DS_Store"}
_RESERVED = set('\\:*?"<>|')


def unpack(archive: Path, folder: Path) -> None:
    """Unpack a plugin into an empty folder: `manifest.py` lies right in it, also where the zip has one folder around.

    Raises PayloadTooLargeError, and BadRequestError (`code` is `package`) that names the entry that is at fault; what
    had been written by then is left to the caller to clear away.
    """
    if archive.stat().st_size > MAX_BYTES:
        raise PayloadTooLargeError(f"a plugin's archive may have {MAX_BYTES // 2**20} MB; leave weights to the hub")
    with archive.open("rb") as file:
        _check_directory(file)
        try:
            with zipfile.ZipFile(file) as opened:
                _write(opened, folder)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, UnicodeDecodeError, zlib.error) as error:
            raise _refused(f"the archive is damaged: {error}") from None
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise _refused(f"`{Path(error.filename).name}` is a file and a folder in one") from None
    _check_code(folder)


def _check_directory(file: IO[bytes]) -> None:
    """That there is a list of entries, and that it is short: in 100 MB there is room for two million."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - 2**16 - 22))
    tail = file.read()
    start = tail.rfind(b"PK\5\6")
    if start < 0 or len(tail) - start < 22:
        raise _refused("this is no zip archive")
    count, length = struct.unpack_from("<HL", tail, start + 10)
    if tail[max(0, start - 20) :].startswith(b"PK\6\7"):
        raise _refused("this is a Zip64 archive, which a plugin does not need; pack it without")
    if count > 2 * MAX_FILES or length > _DIRECTORY:
        raise _too_many()


def _write(opened: zipfile.ZipFile, folder: Path) -> None:
    entries = [(info, path) for info in opened.infolist() if (path := _checked(info)) is not None]
    _check_sizes([info for info, _ in entries])
    _check_twins([path for _, path in entries])
    root = _root([path for _, path in entries])
    for info, path in entries:
        target = folder / path.relative_to(root)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with opened.open(info) as packed, target.open("xb") as file:
            shutil.copyfileobj(packed, file)
            file.flush()
            os.fsync(file.fileno())


def _checked(info: zipfile.ZipInfo) -> PurePosixPath | None:
    """Where an entry goes, None for folders and litter."""
    name, path = info.filename, PurePosixPath(info.filename)
    parts = name.removesuffix("/").split("/")
    if not name.isprintable() or _RESERVED & set(name) or not {"", ".", ".."}.isdisjoint(parts):
        raise _refused(f"`{name!a}` is no path inside a package")
    if max(map(len, parts)) > 200 or len(parts) > 16:
        raise _refused(f"the path `{name[:60]}…` is too long")
    if stat.S_IFMT(info.external_attr >> 16) not in _KINDS:
        raise _refused(f"`{name}` is a link or a device; put the file itself into the archive")
    if info.flag_bits & 1 or info.compress_type not in _PACKED:
        raise _refused(f"`{name}` is encrypted or packed in an unusual way; use plain zip")
    return None if info.is_dir() or _LITTER & set(parts) else path


def _check_sizes(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MAX_FILES:
        raise _too_many()
    if sum(info.file_size for info in infos) > MAX_UNPACKED:
        raise _refused(f"unpacked it has more than {MAX_UNPACKED // 2**20} MB; leave weights to the hub")
    for info in infos:
        if info.file_size > FREE and info.file_size > MAX_RATIO * info.compress_size:
            raise _refused(f"`{info.filename}` unpacks to more than {MAX_RATIO} times its size, as bombs do")


def _check_twins(paths: list[PurePosixPath]) -> None:
    """Names that are one name where case or accents do not count."""
    seen: set[str] = set()
    for path in paths:
        key = unicodedata.normalize("NFC", str(path)).casefold()
        if key in seen:
            raise _refused(f"`{path}` is in the archive twice")
        seen.add(key)


def _root(paths: list[PurePosixPath]) -> PurePosixPath:
    """The folder of the plugin within the archive."""
    tops = {path.parts[0] for path in paths}
    roots = [PurePosixPath(), *(PurePosixPath(top) for top in tops if len(tops) == 1)]
    for root in roots:
        if root / "manifest.py" in paths:
            if {root / "realtime.py", root / "pipeline.py"}.isdisjoint(paths):
                raise _refused("there is neither `realtime.py` nor `pipeline.py` beside `manifest.py`")
            return root
    raise _refused("there is no `manifest.py`, neither at the top nor in the one folder at the top")


def _check_code(folder: Path) -> None:
    """That all code is where the scan looks, and is such that it can be read."""
    scanned = set(files(folder))
    for path in folder.rglob("*"):
        if path.suffix.lower() in _BINARY:
            raise _refused(f"`{path.relative_to(folder)}` is code that cannot be read; send Python files")
        if path.suffix.lower() in {".py", ".pyw"} and path not in scanned:
            raise _refused(f"`{path.relative_to(folder)}` is code where none is expected; `models` is for weights")


def _too_many() -> BadRequestError:
    return _refused(f"there are more than {MAX_FILES:,} files in it")


def _refused(why: str) -> BadRequestError:
    return BadRequestError(f"this package cannot be taken: {why}", code="package")
