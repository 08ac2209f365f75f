"""Uploads: plugins that came over HTTP, on disk all or not at all, each seen by the namespace it was sent to.

`<folder>/<scope>/<plugin_id>/` has the plugin in `code`, what is known of it in `upload.json`, and a file `deployed`
while it may be asked; `<scope>/disabled` lists the plugins of all that this namespace does without. A plugin is put
together beside its place and moved there in one step, and leaves it in one step; so a process that is killed leaves no
half plugin, and other processes on the same folder see each change.
"""

import contextlib
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from playground.errors import AlreadyExistsError, NotFoundError, PlaygroundError
from playground.plugins.claim import Claim, scanned, vouched
from playground.plugins.names import plugin_id
from playground.plugins.packages import unpack
from playground.plugins.source import Source

EVERYWHERE = ""
"""The scope of a plugin that every namespace sees."""
_RECORD = "upload.json"
_PERMIT = "deployed"
_DISABLED = "disabled"
_STAGE = ".stage-"
_STALE = 3600.0  # seconds after which what a killed process was putting together is cleared away


@dataclass(frozen=True, slots=True)
class Upload:
    """A plugin that was taken. `sha256` is of its archive, `warnings` are the scan's, moments are Unix seconds;
    `code` is its folder.
    """

    scope: str
    name: str
    version: str
    description: str
    sha256: str
    warnings: tuple[str, ...]
    created_at: float
    code: Path

    @property
    def plugin_id(self) -> str:
        """`my_text_embedder_1_0_0`."""
        return plugin_id(self.name, self.version)

    @property
    def source(self) -> Source:
        """Its code, for the registry."""
        return Source(self.code, namespace=self.scope, permit=self.permit)

    @property
    def permit(self) -> Path:
        """The file that lets it be asked."""
        return self.code.with_name(_PERMIT)

    @property
    def deployed_at(self) -> float | None:
        """None while it is not deployed."""
        try:
            return self.permit.stat().st_mtime
        except OSError:
            return None


class Uploads:
    """The uploaded plugins in `folder`, made when the first one comes. Any thread and process may use it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def take(self, archive: Path, claim: Claim, scope: str) -> Upload:
        """Keep a package, not deployed yet. `scope` is a namespace or `EVERYWHERE`.

        Raises BadRequestError (`code` `package`, `plugin_scan` or `plugin_manifest`; `details.findings` has file, line,
        column and message of each place), PayloadTooLargeError and AlreadyExistsError.
        """
        place = self._place(scope, claim.plugin_id)
        if place.exists():
            raise taken(claim.plugin_id)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._tidy()
        stage = Path(tempfile.mkdtemp(prefix=_STAGE, dir=self.folder))
        try:
            code = stage / "code"
            code.mkdir(mode=0o700)
            unpack(archive, code)
            warnings, manifest = scanned(code), vouched(code, claim)
            said = claim.description or manifest.description
            made = Upload(
                scope, claim.name, claim.version, said, sha256(archive), warnings, time.time(), place / "code"
            )
            values = {name: value for name, value in asdict(made).items() if name != "code"}
            (stage / _RECORD).write_text(json.dumps(values), "utf-8")
            _move(stage, place, claim.plugin_id)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
        return made

    def all(self) -> list[Upload]:
        """Every upload of every scope, by scope and id."""
        found = (upload for record in self.folder.glob(f"[!.]*/*/{_RECORD}") if (upload := _read(record)))
        return sorted(found, key=lambda each: (each.scope, each.plugin_id))

    def of(self, scope: str) -> list[Upload]:
        """The uploads of one scope, by id."""
        return sorted(self._in(scope), key=lambda each: each.plugin_id)

    def get(self, plugin_id: str, scope: str) -> Upload:
        """One upload. Raises NotFoundError."""
        found = _read(self._place(scope, plugin_id) / _RECORD) if plugin_id.isidentifier() else None
        if found is None:
            raise NotFoundError(
                f"no plugin `{plugin_id}` was uploaded here", details={"resource": "plugin", "id": plugin_id}
            )
        return found

    def deploy(self, plugin_id: str, scope: str, deployed: bool = True) -> Upload:
        """Let it be asked, or no longer. Raises NotFoundError."""
        found = self.get(plugin_id, scope)
        try:
            found.permit.touch() if deployed else found.permit.unlink(missing_ok=True)
        except FileNotFoundError:  # taken away just now
            return self.get(plugin_id, scope)
        return found

    def sources(self) -> Iterator[Source]:
        """The code of those that are deployed."""
        for upload in self.all():
            if upload.deployed_at is not None:
                yield upload.source

    def disabled(self, namespace: str) -> frozenset[str]:
        """The plugins of all namespaces that this one does without, by id."""
        try:
            return frozenset((self._shelf(namespace) / _DISABLED).read_text("utf-8").split())
        except FileNotFoundError:
            return frozenset()

    def enable(self, plugin_id: str, namespace: str, enabled: bool = True) -> None:
        """Let a namespace have a plugin of all, or not."""
        path = self._shelf(namespace) / _DISABLED
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(path.with_name(f".{_DISABLED}.lock"), mode=0o600):
            left = self.disabled(namespace) - {plugin_id} if enabled else self.disabled(namespace) | {plugin_id}
            beside = path.with_name(f".{_DISABLED}.new")
            beside.write_text("\n".join(sorted(left)), "utf-8")
            beside.replace(path)

    def delete(self, plugin_id: str, scope: str) -> Upload:
        """Take it away with its code. Raises NotFoundError."""
        found = self.get(plugin_id, scope)
        gone = Path(tempfile.mkdtemp(prefix=_STAGE, dir=self.folder))
        try:
            found.code.parent.rename(gone / "gone")
        except FileNotFoundError:  # somebody else was faster
            pass
        finally:
            shutil.rmtree(gone, ignore_errors=True)
        return found

    def _in(self, scope: str) -> Iterator[Upload]:
        records = self._shelf(scope).glob(f"*/{_RECORD}")
        return (upload for record in records if (upload := _read(record)))

    def _shelf(self, scope: str) -> Path:
        """A namespace's folder; `a` and `A` are two namespaces and, in some file systems, one name."""
        return self.folder / (f"{scope}-{hashlib.sha256(scope.encode()).hexdigest()[:8]}" if scope else "everywhere")

    def _place(self, scope: str, plugin_id: str) -> Path:
        return self._shelf(scope) / plugin_id

    def _tidy(self) -> None:
        for stage in self.folder.glob(f"{_STAGE}*"):
            with contextlib.suppress(FileNotFoundError):  # of one that is under way and just done
                if stage.stat().st_mtime < time.time() - _STALE:
                    shutil.rmtree(stage, ignore_errors=True)


def sha256(file: Path) -> str:
    """The hash of a file, as hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _move(stage: Path, place: Path, plugin_id: str) -> None:
    try:
        stage.rename(place)
    except OSError as error:  # a folder with something in it is not replaced: somebody else was faster
        if place.exists():
            raise taken(plugin_id) from None
        raise error


def _read(path: Path) -> Upload | None:
    """None where there is none, also because it was taken away just now."""
    try:
        values = json.loads(path.read_text("utf-8"))
        return Upload(**values | {"warnings": tuple(values["warnings"]), "code": path.parent / "code"})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def taken(plugin_id: str) -> PlaygroundError:
    """The error for an id that is in use."""
    return AlreadyExistsError(
        f"there is a plugin `{plugin_id}` already; raise its version, or delete the one that is there",
        code="plugin_exists",
        details={"resource": "plugin", "id": plugin_id},
    )
