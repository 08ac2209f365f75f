"""The house is kept: formatted, linted, typed; imports run downhill; the README's table is the code's."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from playground.options import TABLE

ROOT = Path(__file__).parents[2]

# Who may import whom: a module imports from its own layer or from one below (later in this list).
LAYERS = (
    ("app", "pages"),
    ("ui", "api", "notebook", "command", "__main__", "__init__"),
    ("hosted_search",),
    ("runs", "run", "sweep", "pack", "batch", "lanes"),
    ("engine",),
    ("inspection",),
    ("ticket", "fanout", "loading", "preflight"),
    (
        "resolve",
        "features",
        "hosted",
        "inputs",
        "archive",
        "enclosed",
        "cache",
        "providers",
        "store",
        "snippets",
        "pasted",
        "plugins",
        "vectors",
        "metrics",
        "scorecard",
        "drift",
        "dossier",
        "projector",
        "heatmap",
        "sheet",
        "report",
        "whiskers",
    ),
    (
        "umap_process",
        "umap_worker",
        "speech_worker",
        "whisper_worker",
        "hub_worker",
        "worker",
        "projection",
        "neighbours",
        "figures",
    ),
    (
        "matrix",
        "colouring",
        "hover",
        "marks",
        "shapes",
        "subtitles",
        "samples",
        "texts",
        "pairs",
        "answer",
        "wer",
        "comparison",
    ),
    (
        "media",
        "fetch",
        "guard",
        "addresses",
        "audio",
        "probe",
        "sandbox",
        "sandbox_worker",
        "decoding",
        "pictures",
        "pixels",
        "transport",
        "stream",
        "outage",
        "faults",
        "complaint",
        "exchange",
        "retry",
        "connections",
        "line",
        "sse",
        "pricing",
        "structured",
        "diff",
        "seal",
        "tokens",
        "template",
    ),
    (
        "contract",
        "display",
        "record",
        "pace",
        "units",
        "wire",
        "call",
        "errors",
        "settings",
        "options",
        "reach",
        "versions",
        "namespace",
    ),
)
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}


def tool(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)


def test_format():
    done = tool("ruff", "format", "--check", ".")
    assert done.returncode == 0, done.stdout


def test_lint():
    done = tool("ruff", "check", ".")
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_types():
    done = tool("mypy")
    assert done.returncode == 0, done.stdout


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT / "playground").parts
    return parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("playground."):
            names.add(node.module.split(".")[1])
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("playground.")}
    return names


SOURCES = sorted(path for path in (ROOT / "playground").rglob("*.py") if "models" not in path.parts)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_downhill(path: Path):
    mine = module_of(path)
    assert mine in LEVEL, f"`{mine}` has no layer; give it one in LAYERS"
    uphill = {name for name in imported(path) - {mine} if LEVEL[name] < LEVEL[mine]}
    assert not uphill, f"{path.name} (layer {LEVEL[mine]}) imports {uphill} from above"


def test_the_readme_table_is_the_settings_table():
    rows = re.findall(r"^\| `([A-Z][A-Z0-9_<>]+)` \| (.*?) \| (.*?) \|$", (ROOT / "README.md").read_text("utf-8"), re.M)
    assert rows == [(row.name, row.meaning, row.default) for row in TABLE]


def test_ci_calls_the_readmes_test_command():
    command = (ROOT / ".ci" / "run").read_text("utf-8").strip().splitlines()[-1]
    assert f"\n{command}\n" in (ROOT / "README.md").read_text("utf-8")


def test_import_is_light():
    """CPU of `import playground` and its main door in a fresh interpreter, no heavy library on board."""
    code = (
        "import sys; from playground import Playground;"
        "heavy = {'streamlit','pandas','numpy','plotly','av','fastembed','onnxruntime','umap','pocketsphinx',"
        "'genai_prices','fastapi','jsonschema'} & set(sys.modules); print(sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "."}
    )
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def test_no_path_of_a_machine():
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    texts = [ROOT / name for name in files if Path(name).suffix in {".py", ".md", ".toml", ".yaml", ".json", ".css"}]
    pattern = re.compile(r"(?<![\w.])/(?:work|root|home|farm)/\w")
    guilty = [str(path) for path in texts if path.exists() and pattern.search(path.read_text("utf-8"))]
    assert guilty == []
