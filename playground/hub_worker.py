"""Downloads files of the Hugging Face hub in a process of its own: JSON comes in on stdin, JSON lines go out.

A process, because a download in a thread cannot be stopped, and so that the server's own process dials nobody but
providers. Files come from one commit of a repository, land in their place only when they are whole, and a download that
was stopped goes on where it was.
"""

import errno
import json
import shutil
import sys
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PATIENCE = 5.0
"""Seconds that the hub may take to say what it has."""
_BEAT = 0.2  # seconds between two lines of news
_WRITTEN = 2**20  # bytes that are written at a time; huggingface_hub's own 10 MB make a slow download look dead
_DISK = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EEXIST, errno.ENOTDIR}


@dataclass(frozen=True, slots=True)
class Wanted:
    """One file that is to be fetched: where it is on the hub, its size in bytes, and the folder it goes into."""

    repository: str
    commit: str
    name: str
    size: int
    folder: Path

    def fetch(self) -> None:
        """Download it; what huggingface_hub raises."""
        from huggingface_hub import hf_hub_download

        hf_hub_download(self.repository, self.name, revision=self.commit, local_dir=self.folder)


def listed(repository: str, patterns: list[str], folder: Path) -> list[Wanted]:
    """The files of a repository that have one of these names and are not in the folder yet."""
    from huggingface_hub import HfApi

    info = HfApi().model_info(repository, files_metadata=True, timeout=PATIENCE)
    return [
        Wanted(repository, info.sha or "main", file.rfilename, file.size or 0, folder)
        for file in info.siblings or ()
        if any(fnmatch(file.rfilename, pattern) for pattern in patterns) and not (folder / file.rfilename).exists()
    ]


def fetch(wanted: list[Wanted]) -> None:
    """Download all, telling `{"done": bytes, "total": bytes}` again and again."""
    folders = {file.folder for file in wanted}
    total, before = sum(file.size for file in wanted), sum(map(_whole, folders))
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(_fetch, wanted)
        while not _done(job):
            held = sum(map(_held, folders)) - before
            tell(done=max(0, min(held, total)), total=total)
        job.result()
    for folder in folders:
        shutil.rmtree(folder / ".cache", ignore_errors=True)  # what huggingface_hub notes on its downloads


def _fetch(wanted: list[Wanted]) -> None:
    for file in wanted:
        file.fetch()


def _done(job: "Future[Any]") -> bool:
    return bool(wait([job], _BEAT).done)


def _whole(folder: Path) -> int:
    """Bytes of the files that are in their place."""
    files = (path for path in folder.rglob("*") if ".cache" not in path.parts[len(folder.parts) :] and path.is_file())
    return sum(path.stat().st_size for path in files)


def _held(folder: Path) -> int:
    """Bytes that are here, those of unfinished files too."""
    return _whole(folder) + sum(path.stat().st_size for path in folder.glob(".cache/**/*.incomplete"))


def fault(error: Exception) -> str:
    """Why it did not work, as half a sentence; told by types and codes, never by words."""
    from huggingface_hub.constants import ENDPOINT
    from huggingface_hub.errors import OfflineModeIsEnabled

    host = urlsplit(ENDPOINT).netloc
    status = getattr(getattr(error, "response", None), "status_code", None)
    if status is not None:
        return f"{host} answered with status {status}"
    if isinstance(error, OfflineModeIsEnabled):
        return "`HF_HUB_OFFLINE` forbids to ask the hub"
    if isinstance(error, OSError) and error.errno in _DISK:
        return f"the models folder cannot be written ({error.strerror})"
    return f"{host} cannot be reached"


def tell(**news: Any) -> None:
    """One line out."""
    sys.stdout.write(json.dumps(news) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Do what the one message on stdin wants: `[[repository, [pattern, …], folder], …]`; tell `fault` if it fails."""
    from huggingface_hub import constants

    constants.DOWNLOAD_CHUNK_SIZE = _WRITTEN
    try:
        found = [listed(repository, names, Path(folder)) for repository, names, folder in json.load(sys.stdin)]
        fetch([file for files in found for file in files])
    except Exception as error:  # noqa: BLE001 - its HTTP library, and so its errors, differ from version to version
        tell(fault=fault(error))


if __name__ == "__main__":
    main()
