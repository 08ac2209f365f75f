"""Media by content: exact, once, private, and never half."""

import hashlib
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from playground.errors import InternalServerError, NotFoundError
from playground.store.blobs import Blobs


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs(tmp_path / "data" / "media")


def files(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "data").rglob("*") if path.is_file()]


@pytest.mark.parametrize("mime", ["audio/wav", "image/svg+xml", "application/vnd.ms-excel", "text/plain"])
@pytest.mark.parametrize("data", [b"", b"\0\xff" * 1000])
def test_what_was_put_comes_back(blobs: Blobs, data: bytes, mime: str):
    reference = blobs.put(data, mime)
    assert reference == f"media:{hashlib.sha256(data).hexdigest()}"
    assert blobs.get(reference) == (data, mime)


def test_the_same_content_is_one_file(blobs: Blobs, tmp_path: Path):
    with ThreadPoolExecutor(16) as pool:
        references = set(pool.map(lambda _: blobs.put(b"sound", "audio/wav"), range(64)))
    assert len(references) == len(files(tmp_path)) == 1
    assert blobs.put(b"sound", "video/mp4") in references
    assert blobs.get(references.pop()) == (b"sound", "audio/wav")


@pytest.mark.skipif(os.name != "posix", reason="rights of files are POSIX's")
def test_files_are_the_persons_own(blobs: Blobs, tmp_path: Path):
    blobs.put(b"private", "audio/wav")
    (file,) = files(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in file.parents[:2]} == {0o700}


@pytest.mark.parametrize(
    "reference",
    ["media:" + "0" * 64, "media:unreadable", "", "media:../../etc/passwd", "media:" + "*" * 64, "media:" + "A" * 64],
)
def test_a_reference_to_nothing(blobs: Blobs, reference: str):
    with pytest.raises(NotFoundError, match="no file"):
        blobs.get(reference)


@pytest.mark.parametrize("mime", ["", "wav", "audio/../../x", "a/b/c", "audio/wav; codecs=1"])
def test_a_mime_type_is_checked_because_it_names_a_file(blobs: Blobs, mime: str, tmp_path: Path):
    with pytest.raises(ValueError, match="no MIME type"):
        blobs.put(b"x", mime)
    assert not (tmp_path / "data").exists()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InternalServerError, match="check its space and rights"):
        Blobs(tmp_path / "file" / "media").put(b"x", "audio/wav")


def test_a_half_written_file_is_not_found(blobs: Blobs, tmp_path: Path):
    """What a crash leaves is a temporary file; it is no answer to a reference."""
    reference = blobs.put(b"whole", "audio/wav")
    (file,) = files(tmp_path)
    file.rename(file.with_name(".tmp123"))
    with pytest.raises(NotFoundError):
        blobs.get(reference)
    assert blobs.put(b"whole", "audio/wav") == reference
    assert blobs.get(reference)[0] == b"whole"
