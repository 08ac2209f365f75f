"""Weights that are too large to come along: where they belong on this machine, and how they come there from the hub.

A model has a folder of its own in the models folder. Files that are there are used as they are and nobody is asked;
what is missing is downloaded into it when the model is first used. So one layout serves both ways: a machine without
network is given the folder.
"""

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playground import worker
from playground.call import Chunk, Stop
from playground.errors import CancelledError, InferenceServiceUnavailableError

_MEETING = threading.Lock()
_LOOK = 0.2  # seconds between looks at `stop` and at the news while another run downloads
_HUB_ENVIRONMENT = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_XET": "1",  # its files do not grow from their beginning, so their size would say nothing
}
# What huggingface_hub itself reads: its own settings, the way through a proxy, and where the user's login is.
_HUB_READS = ("HF_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_", "HOME", "USERPROFILE", "XDG_")


@dataclass(frozen=True, slots=True)
class Part:
    """What a model needs of one repository of the hub, and the folder within its own that it belongs in.

    Names may be patterns, as `vocabulary.*`; `also` is fetched where the repository has it.
    """

    repository: str
    needed: tuple[str, ...]
    also: tuple[str, ...] = ()
    folder: str = ""

    def place(self, name: str) -> str:
        """Where a file belongs, within the model's folder."""
        return f"{self.folder}/{name}" if self.folder else name

    @property
    def sentence(self) -> str:
        """The needed files and where people get them."""
        names = ", ".join(f"`{self.place(name)}`" for name in self.needed)
        return f"{names} from https://huggingface.co/{self.repository}"


@dataclass(frozen=True, slots=True)
class Weights:
    """All files of one model, from one or more repositories; `megabytes` is about what they take."""

    parts: tuple[Part, ...]
    megabytes: int

    def missing(self, folder: Path) -> str | None:
        """The first needed file that a model's folder does not have."""
        for part in self.parts:
            for name in part.needed:
                if next((folder / part.folder).glob(name), None) is None:
                    return part.place(name)
        return None

    def fetch(self, folder: Path, hub: str, stop: Stop) -> Iterator[Chunk]:
        """Bring what is missing, telling how far it is; ends at once when nothing is. `hub` is the hub's address.

        Any number may ask at a time: one downloads, the others wait for it. Raises InferenceServiceUnavailableError
        that names both ways to the files, and CancelledError once `stop` is set.
        """
        if self.missing(folder) is not None:
            with _MEETING:
                download = _download(self, folder, hub)
            yield from download.follow(stop)
            yield Chunk(progress=0.0, doing="")

    def unavailable(self, folder: Path, fault: str) -> InferenceServiceUnavailableError:
        """The error for files that cannot be had or used: what is wrong, and the two ways to put it right."""
        files = "; ".join(part.sentence for part in self.parts)
        return InferenceServiceUnavailableError(
            f"`{folder.name}` cannot be used: {fault}. Let this machine reach the hub, which has its {self.megabytes} "
            f"MB, and try again; or put these files into the folder `{folder.name}` in the models folder "
            f"(`PLAYGROUND_MODELS_DIR`): {files}",
            code="weights_missing",
            retryable=False,
        )


class _Download:
    """The way of one model's files to this machine. Whoever comes first leads; the others see what it told last."""

    def __init__(self, weights: Weights, folder: Path, hub: str) -> None:
        self._weights = weights
        self._folder = folder
        self._hub = hub
        self._leading = threading.Lock()
        self._last = self._first = Chunk(progress=0.0, doing=f"Asking the hub for {folder.name}")

    def follow(self, stop: Stop) -> Iterator[Chunk]:
        """News until nothing is missing; raises what `Weights.fetch` raises."""
        while self._weights.missing(self._folder) is not None:
            if self._leading.acquire(timeout=_LOOK):
                try:
                    yield from self._lead(stop)
                finally:
                    self._leading.release()
            elif stop.is_set():
                raise CancelledError("the run was stopped")
            else:
                yield self._last

    def _lead(self, stop: Stop) -> Iterator[Chunk]:
        if self._weights.missing(self._folder) is None:  # it arrived while this run waited to lead
            return
        self._last = self._first
        yield self._last
        fault = "the hub does not have it"
        for news in worker.lines("playground.hub_worker", self._wanted(), stop, _environment(self._hub)):
            if "fault" in news:
                fault = news["fault"]
            else:
                self._last = self._told(news["done"], news["total"])
                yield self._last
        lacking = self._weights.missing(self._folder)
        if lacking is not None:
            raise self._weights.unavailable(self._folder, f"`{lacking}` is not on this machine, and {fault}")

    def _told(self, done: int, total: int) -> Chunk:
        words = f"Downloading {self._folder.name}: {done / 1e6:,.0f} of {total / 1e6:,.0f} MB"
        return Chunk(progress=done / (total or 1), doing=words)

    def _wanted(self) -> bytes:
        parts = self._weights.parts
        return json.dumps(
            [(part.repository, part.needed + part.also, str(self._folder / part.folder)) for part in parts]
        ).encode()


@cache
def _download(weights: Weights, folder: Path, hub: str) -> _Download:
    return _Download(weights, folder, hub)


def _environment(hub: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.upper().startswith(_HUB_READS)}
    return {**kept, **_HUB_ENVIRONMENT, "HF_ENDPOINT": hub}
