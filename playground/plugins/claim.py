"""What the sender of a package says it is, and whether its code and its manifest bear that out."""

from dataclasses import dataclass
from pathlib import Path

from playground.errors import BadRequestError
from playground.plugins.manifest import Manifest, read
from playground.plugins.names import check_name, normalised, plugin_id
from playground.plugins.scan import Finding, scan


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


def scanned(code: Path) -> tuple[str, ...]:
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


def vouched(code: Path, claim: Claim) -> Manifest:
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
