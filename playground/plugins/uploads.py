"""Uploads: plugins that came over HTTP, on disk all or not at all, each seen by the namespace it was sent to.

`<folder>/<scope>/<plugin_id>/` has the plugin in `code` and what is known of it in `upload.json`. A plugin is put
together beside its place and moved there in one step, and leaves it in one step; so a process that is killed leaves no
half plugin, and other processes on the same folder see each change.
"""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from playground.errors import AlreadyExistsError, BadRequestError, NotFoundError, PlaygroundError
from playground.plugins.manifest import Manifest, read
from playground.plugins.names import check_name, normalised, plugin_id
from playground.plugins.packages import unpack
from playground.plugins.scan import Finding, scan

EVERYWHERE = ""
"""The scope of a plugin that every namespace sees."""
_RECORD = "upload.json"
_STAGE = ".stage-"
_STALE = 3600.0  # seconds after which what a killed process was putting together is cleared away


@dataclass(frozen=True, slots=True)
class Claim:
    """What the sender says a package is: checked when it is taken. `version` is normalised."""

    name: str
    version: str
    description: str = ""

    @classmethod
    def of(cls, name: str, version: str, description: str | None = None) -> "Claim":
        """Raises BadRequestError for a name or version that is not allowed."""
        try:
            return cls(check_name(name), normalised(version), description or "")
        except ValueError as error:
            raise BadRequestError(str(error), code="plugin_name") from None

    @property
    def plugin_id(self) -> str:
        """`my_text_embedder_1_0_0`."""
        return plugin_id(self.name, self.version)


@dataclass(frozen=True, slots=True)
class Upload:
    """A plugin that was taken. `sha256` is of its archive, `warnings` are the scan's, moments are Unix seconds;
    `deployed_at` is None while it is not deployed. `code` is its folder.
    """

    scope: str
    name: str
    version: str
    description: str
    sha256: str
    warnings: tuple[str, ...]
    created_at: float
    updated_at: float
    deployed_at: float | None
    code: Path

    @property
    def plugin_id(self) -> str:
        """`my_text_embedder_1_0_0`."""
        return plugin_id(self.name, self.version)


class Uploads:
    """The uploaded plugins in `folder`, made when the first one comes. Any thread and process may use it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, archive: Path, claim: Claim, scope: str) -> Upload:
        """Keep a package, not deployed yet. `scope` is a namespace or `EVERYWHERE`.

        Raises BadRequestError (`code` `package`, `plugin_scan` or `plugin_manifest`; `details.findings` has file, line,
        column and message of each place), PayloadTooLargeError and AlreadyExistsError.
        """
        place = self._place(scope, claim.plugin_id)
        if place.exists():
            raise _taken(claim.plugin_id)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._tidy()
        stage = Path(tempfile.mkdtemp(prefix=_STAGE, dir=self._folder))
        try:
            code = stage / "code"
            code.mkdir(mode=0o700)
            unpack(archive, code)
            warnings, manifest = _scanned(code), _vouched(code, claim)
            now = time.time()
            description = claim.description or manifest.description
            made = Upload(
                scope, claim.name, claim.version, description, sha256(archive), warnings, now, now, None, place / "code"
            )
            _write(stage / _RECORD, made)
            _move(stage, place, claim.plugin_id)
        finally:
            shutil.rmtree(stage, ignore_errors=True)
        return made

    def all(self) -> list[Upload]:
        """Every upload of every scope, by scope and id."""
        found = (upload for record in self._folder.glob(f"[!.]*/*/{_RECORD}") if (upload := _read(record)))
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
        found, now = self.get(plugin_id, scope), time.time()
        changed = replace(found, deployed_at=now if deployed else None, updated_at=now)
        _write(found.code.parent / _RECORD, changed)
        return changed

    def delete(self, plugin_id: str, scope: str) -> Upload:
        """Take it away with its code. Raises NotFoundError."""
        found = self.get(plugin_id, scope)
        gone = Path(tempfile.mkdtemp(prefix=_STAGE, dir=self._folder))
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
        return self._folder / (f"{scope}-{hashlib.sha256(scope.encode()).hexdigest()[:8]}" if scope else "everywhere")

    def _place(self, scope: str, plugin_id: str) -> Path:
        return self._shelf(scope) / plugin_id

    def _tidy(self) -> None:
        for stage in self._folder.glob(f"{_STAGE}*"):
            with contextlib.suppress(FileNotFoundError):  # of one that is under way and just done
                if stage.stat().st_mtime < time.time() - _STALE:
                    shutil.rmtree(stage, ignore_errors=True)


def sha256(file: Path) -> str:
    """The hash of a file, as hexadecimal digits."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _scanned(code: Path) -> tuple[str, ...]:
    """The scan's warnings; its errors are raised."""
    found = scan(code)
    errors = [finding for finding in found if finding.severity == "error"]
    if errors:
        more = f"; and {len(errors) - 3} more" if len(errors) > 3 else ""
        raise BadRequestError(
            f"the security scan refuses this plugin: {'; '.join(map(str, errors[:3]))}{more}",
            code="plugin_scan",
            details={"findings": [_finding(each) for each in errors]},
        )
    return tuple(map(str, found))


def _finding(found: Finding) -> dict[str, str | int]:
    return {"file": found.file, "line": found.line, "column": found.column, "message": found.message}


def _vouched(code: Path, claim: Claim) -> Manifest:
    """The manifest, without faults and of the plugin that was announced."""
    manifest = read((code / "manifest.py").read_bytes())
    said = [each.message for each in manifest.faults]
    if not said and manifest.id != claim.plugin_id:
        said = [f"it is of `{manifest.id}`, and `{claim.plugin_id}` was announced; make them the same"]
    if said:
        raise BadRequestError(
            f"`manifest.py` does not do: {'; '.join(said)}",
            code="plugin_manifest",
            details={"findings": [{"file": "manifest.py", "line": 1, "column": 0, "message": text} for text in said]},
        )
    return manifest


def _move(stage: Path, place: Path, plugin_id: str) -> None:
    try:
        stage.rename(place)
    except OSError as error:  # a folder with something in it is not replaced: somebody else was faster
        if place.exists():
            raise _taken(plugin_id) from None
        raise error


def _write(path: Path, upload: Upload) -> None:
    values = {name: value for name, value in asdict(upload).items() if name != "code"}
    beside = path.with_name(f".{path.name}-{os.getpid()}-{time.monotonic_ns()}")
    beside.write_text(json.dumps(values), "utf-8")
    beside.replace(path)


def _read(path: Path) -> Upload | None:
    """None where there is none, also because it was taken away just now."""
    try:
        values = json.loads(path.read_text("utf-8"))
        return Upload(**values | {"warnings": tuple(values["warnings"]), "code": path.parent / "code"})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _taken(plugin_id: str) -> PlaygroundError:
    return AlreadyExistsError(
        f"there is a plugin `{plugin_id}` already; raise its version, or delete the one that is there",
        code="plugin_exists",
        details={"resource": "plugin", "id": plugin_id},
    )
