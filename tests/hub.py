"""A hub on loopback: what huggingface_hub asks for a repository and its files, played by the replay server.

The paths and headers are those that huggingface_hub 1.33 sends and reads.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Event

from tests.replay import Answer, ReplayServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def play(server: ReplayServer, repository: str, files: Mapping[str, bytes], until: Event | None = None) -> None:
    """Play a repository; the second half of each file waits `until` then."""
    siblings = [{"rfilename": name, "size": len(data)} for name, data in files.items()]
    server.on("GET", f"/api/models/{repository}", Answer.json({"id": repository, "sha": COMMIT, "siblings": siblings}))
    for name, data in files.items():
        path = f"/{repository}/resolve/{COMMIT}/{name}"
        headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{name.replace("/", "-")}-{len(data)}"'}
        server.on("HEAD", path, Answer(headers={**headers, "X-Linked-Size": str(len(data))}))
        server.on("GET", path, Answer(headers=headers, body=data, pieces=until and _halves(data, until)))


def _halves(data: bytes, until: Event) -> Iterator[bytes]:
    yield data[: len(data) // 2]
    until.wait(120)
    yield data[len(data) // 2 :]


def files(folder: Path) -> dict[str, bytes]:
    """The files of a folder, to be played."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def fetched(server: ReplayServer) -> list[str]:
    """The names of the files that were downloaded, in order."""
    return [
        request.path.rpartition("/")[2]
        for request in server.requests
        if request.method == "GET" and "/resolve/" in request.path
    ]
