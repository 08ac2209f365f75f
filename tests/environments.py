"""Virtual environments of their own for what the everyday one does without; made once, kept in pytest's cache."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[1]


def with_packages(config: pytest.Config, *packages: str) -> Path:
    """The Python of an environment with these packages and nothing of ours."""
    with _folder(config, "-".join(packages).replace("=", "")) as folder:
        python = folder / "venv" / "bin" / "python"
        if not (folder / "made").exists():
            shutil.rmtree(folder / "venv", ignore_errors=True)
            _uv("venv", "--python", sys.executable, str(folder / "venv"))
            _uv("pip", "install", "--python", str(python), *packages)
            (folder / "made").touch()
    return python


def with_extra(config: pytest.Config, extra: str) -> Path:
    """The Python of an environment with this project and one of its extras, as the lock has them."""
    with _folder(config, f"extra-{extra}") as folder:
        _uv(
            "sync",
            "--frozen",
            "--extra",
            extra,
            "--python",
            sys.executable,
            UV_PROJECT_ENVIRONMENT=str(folder / "venv"),
        )
    return folder / "venv" / "bin" / "python"


@contextmanager
def _folder(config: pytest.Config, name: str) -> Iterator[Path]:
    """Where an environment is kept, for nobody else meanwhile."""
    assert config.cache is not None
    folder = Path(str(config.cache.mkdir(name)))
    with FileLock(folder / "lock"):
        yield folder


def _uv(*words: str, **told: str) -> None:
    """Skips where the registry cannot be reached, except where that must not be."""
    if shutil.which("uv") is None:
        _missing("`uv` is not here, which makes the environments")
    done = subprocess.run(["uv", *words], cwd=ROOT, env=os.environ | told, capture_output=True, text=True)
    if done.returncode:
        _missing(f"the packages cannot be installed: {done.stderr.strip()[-500:]}")


def _missing(why: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(why)
    pytest.skip(why)
