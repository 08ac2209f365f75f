"""Where plugins are: folders and files in the plugins folder, and packages that were installed with an entry point.

In the folder stand `any/manifest.py`, `any/1.0.0/manifest.py` for several versions side by side, and single files
`any.py` in the short form. What begins with a dot or an underscore is passed over. A package names itself in the group
`playground.plugins`: `my_plugin = "acme.embedder"`, a package with a manifest or a module in the short form.
Nothing is imported to find them.
"""

import hashlib
import importlib.util
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path

from playground.plugins.scan import content, entries, files

GROUP = "playground.plugins"
Fingerprint = tuple[tuple[str, int, int], ...]
"""Name, time and size of each Python file: what changes when a plugin does."""


@dataclass(frozen=True, slots=True)
class Source:
    """One plugin's code: a folder, or one file in the short form; `module` is its dotted name where it is installed.

    One that was uploaded has a `permit`, a file without which it is not there, and may be of one `namespace` only.
    """

    path: Path
    module: str = ""
    namespace: str = ""
    permit: Path | None = None

    @property
    def single(self) -> bool:
        """Whether it is one file in the short form."""
        return self.path.suffix == ".py"

    @property
    def manifest(self) -> Path:
        """The file its manifest stands in."""
        return self.path if self.single else self.path / "manifest.py"

    @property
    def entry(self) -> Path:
        """The file that answers; it may be missing, from a plugin that is for pipelines only."""
        return self.path if self.single else self.path / "realtime.py"

    @property
    def name(self) -> str:
        """What it is called where its manifest does not say."""
        return self.path.stem if self.single else self.path.name

    def fingerprint(self) -> Fingerprint:
        """Empty when it is gone."""
        try:
            if self.single:
                stats = [(str(self.path), self.path.stat())]
            else:
                stats = sorted((entry.path, entry.stat()) for entry in entries(self.path))
            stats += [(str(self.permit), self.permit.stat())] if self.permit else []
        except OSError:
            return ()
        return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)

    def digest(self) -> str:
        """SHA-256 over names and contents of its Python files: the same code has the same, wherever and whenever.

        A file that is gone by now counts as empty.
        """
        root, found = self.manifest.parent, hashlib.sha256()
        for file in files(self.path):
            found.update(f"{file.relative_to(root)}\0".encode("utf-8", "surrogateescape"))
            found.update(hashlib.sha256(content(file)).digest())
        return found.hexdigest()


def found(folder: Path) -> Iterator[Source]:
    """Every plugin there is, those of the folder first, by name. A folder that is not there holds none."""
    for entry in _entries(folder):
        if entry.is_dir():
            if (entry / "manifest.py").is_file():
                yield Source(entry)
            else:
                yield from (Source(each) for each in _entries(entry) if (each / "manifest.py").is_file())
        elif entry.suffix == ".py":
            yield Source(entry)
    yield from _installed(tuple(sys.path))


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith((".", "_")))
    except OSError:
        return []


@cache
def _installed(paths: tuple[str, ...]) -> tuple[Source, ...]:  # noqa: ARG001 - where it looks; a look takes 20 ms
    points = sorted(entry_points(group=GROUP), key=lambda each: each.name)
    return tuple(Source(path, point.module) for point in points if (path := _place(point.module)) is not None)


def _place(module: str) -> Path | None:
    """Where a module stands, found without importing it or what is around it."""
    top, *rest = module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    for place in spec.submodule_search_locations or ():
        path = Path(place).joinpath(*rest)
        if (path / "manifest.py").is_file():
            return path
        if rest and path.with_suffix(".py").is_file():
            return path.with_suffix(".py")
    return Path(spec.origin) if not rest and spec.origin and spec.origin.endswith(".py") else None
