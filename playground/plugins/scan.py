"""The security scan: what a plugin's code does, read and not run, against the documented rules.

It finds mistakes and carelessness; it is no wall against somebody who wants to get through, which is why a plugin runs
in a process of its own besides. Where the two published lists of rules disagree, this is what holds here:

* the longer list of forbidden imports and calls, except that `getattr` and `hasattr`, which one of them forbids and
  the other allows, are warnings: half of all Python uses them;
* `pickle`, `marshal` and `shelve` may be imported (a warning), their loading functions may not be called;
* `open` is forbidden as documented: weights are opened by the libraries that read them;
* dunder attributes are warnings, save those that lead from any value to every class of the process.
"""

import ast
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Severity = Literal["error", "warning"]

IMPORTS = frozenset({"subprocess", "ctypes", "socket", "multiprocessing", "threading", "_thread"})
IMPORTS |= {"pty", "fcntl", "resource", "commands", "popen2"}
"""Modules that may not be imported."""
RISKY = frozenset({"pickle", "marshal", "shelve", "dill", "joblib"})
"""Modules that may be imported, with a warning."""
CALLS = frozenset({"eval", "exec", "compile", "open", "__import__", "setattr", "delattr", "globals", "locals", "vars"})
"""Builtins that may not be called."""
DOUBTED = frozenset({"getattr", "hasattr"})
"""Builtins that may be called, with a warning."""
ATTRIBUTES = frozenset(
    {
        *(
            f"os.{name}"
            for name in ("system", "popen", "fork", "forkpty", "kill", "killpg", "setsid", "setpgid", "_exit")
        ),
        *(
            f"os.{kind}{form}"
            for kind in ("exec", "spawn")
            for form in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")
        ),
        "os.posix_spawn",
        "os.posix_spawnp",
        "importlib.import_module",
        "importlib.__import__",
        *(f"{module}.{name}" for module in ("pickle", "marshal", "dill") for name in ("load", "loads", "Unpickler")),
        "shelve.open",
        "builtins.eval",
        "builtins.exec",
        "builtins.compile",
        "builtins.open",
        "builtins.__import__",
    }
)
"""Functions of modules that may not be named, whatever the module is called in the code."""
INWARD = frozenset({"__subclasses__", "__bases__", "__mro__", "__globals__", "__builtins__", "__code__", "__closure__"})
"""Dunder attributes that lead to everything else."""
_USUAL = frozenset({"__init__", "__call__", "__name__", "__doc__", "__file__", "__class__", "__version__", "__dict__"})
_LEFT_OUT = frozenset({"models", "tests", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One place in the code. `file` is relative to the plugin, `line` counts from 1, `column` from 0.

    An `error` keeps the plugin from being loaded unless the operator trusts it; a `warning` does not.
    """

    file: str
    line: int
    column: int
    message: str
    severity: Severity = "error"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


def scan(path: Path) -> tuple[Finding, ...]:
    """What is found in a plugin's folder, or in its one file; in the order of files and lines."""
    root = path if path.is_dir() else path.parent
    return tuple(finding for file in files(path) for finding in scanned(content(file), str(file.relative_to(root))))


def files(path: Path) -> list[Path]:
    """The Python files of a plugin: the one file, or all in the folder but those in `models` and `tests`."""
    try:
        return [path] if path.is_file() else sorted(Path(entry.path) for entry in entries(path))
    except OSError:  # it was taken away just now
        return []


def entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """The same of a folder, in no order, as cheaply as it can be had. Raises OSError when it is gone."""
    folders, linked = [str(folder)], set[str]()
    while folders:
        with os.scandir(folders.pop()) as found:
            for entry in found:
                if entry.name.endswith(".py"):
                    yield entry
                elif entry.name not in _LEFT_OUT and entry.name[0] != "." and entry.is_dir():
                    place = os.path.realpath(entry.path) if entry.is_symlink() else ""
                    if place not in linked:  # a link may lead in circles
                        folders.append(entry.path)
                    linked |= {place} if place else set()


def scanned(source: bytes, file: str) -> list[Finding]:
    """What is found in one file. A file that is no Python is one finding."""
    try:
        tree = ast.parse(source, file)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line, column = getattr(error, "lineno", None) or 1, getattr(error, "offset", None) or 1
        return [Finding(file, line, max(column - 1, 0), f"this is no Python: {getattr(error, 'msg', error)}")]
    known = _names(tree)
    found = [
        Finding(file, node.lineno, node.col_offset, message, severity)
        for node in ast.walk(tree)
        if isinstance(node, ast.expr | ast.stmt)
        for message, severity in _judged(node, known)
    ]
    return sorted(found, key=lambda each: (each.line, each.column))


def content(file: Path) -> bytes:
    """What is in a file, nothing when it is gone."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _names(tree: ast.AST) -> dict[str, str]:
    """What a name stands for: `np` for `numpy`, `run` for `os.system`."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {alias.asname: alias.name for alias in node.names if alias.asname}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            known |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return known


def _judged(node: ast.expr | ast.stmt, known: dict[str, str]) -> Iterator[tuple[str, Severity]]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                yield from _imported(alias.name)
        case ast.ImportFrom(module=str(module), names=names, level=0):
            yield from _taken(module, [alias.name for alias in names])
        case ast.Call(func=ast.Name(id=name)):
            yield from _called(known.get(name, name))
        case ast.Attribute(attr=attr):
            yield from _attribute(node, attr, known)
        case ast.Name(id="__builtins__"):
            yield "uses `__builtins__`, which leads to everything that is forbidden", "error"


def _taken(module: str, names: list[str]) -> Iterator[tuple[str, Severity]]:
    yield from _imported(module)
    for name in names:
        if f"{module}.{name}" in ATTRIBUTES:
            yield _forbidden(f"{module}.{name}")
    if "*" in names and any(each.startswith(f"{module}.") for each in ATTRIBUTES):
        yield f"`from {module} import *` hides what is used; import `{module}`", "error"


def _called(name: str) -> Iterator[tuple[str, Severity]]:
    if name in CALLS:
        yield f"calls `{name}`, which a plugin may not", "error"
    elif name in DOUBTED:
        yield f"calls `{name}`; is the attribute's name known beforehand?", "warning"


def _imported(module: str) -> Iterator[tuple[str, Severity]]:
    top = module.partition(".")[0]
    if top in IMPORTS:
        yield f"imports `{module}`, which a plugin may not", "error"
    elif top in RISKY:
        yield f"imports `{module}`: what it loads can run code of its own; prefer safetensors, ONNX or JSON", "warning"


def _attribute(node: ast.Attribute, attr: str, known: dict[str, str]) -> Iterator[tuple[str, Severity]]:
    dotted = _dotted(node, known)
    if dotted in ATTRIBUTES:
        yield _forbidden(dotted)
    elif attr in INWARD:
        yield f"reads `{attr}`, which leads to everything that is forbidden", "error"
    elif attr.startswith("__") and attr.endswith("__") and attr not in _USUAL:
        yield f"reads the inner attribute `{attr}`", "warning"


def _forbidden(name: str) -> tuple[str, Severity]:
    return f"uses `{name}`, which a plugin may not", "error"


def _dotted(node: ast.expr, known: dict[str, str]) -> str:
    """`os.path.join` of an expression, names resolved; empty where it does not begin with a name."""
    match node:
        case ast.Name(id=name):
            return known.get(name, name)
        case ast.Attribute(value=value, attr=attr):
            before = _dotted(value, known)
            return f"{before}.{attr}" if before else ""
    return ""
