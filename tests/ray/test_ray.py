"""Plugins on a real Ray Serve cluster: the answers and errors of processes of this machine, and nothing lost."""

import json
import os
import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.contract.test_plugins_api import installed
from tests.packing import GOOD, named
from tests.sdk.conftest import environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
HERE = Path(__file__).parent
UNRULY = """
import os
import sys
import time


def run_inference(inputs, parameters):
    match inputs["do"]:
        case "exit":
            sys.exit(3)
        case "hang":
            time.sleep(600)
        case "nan":
            return {"embedding": [float("nan")]}
        case "pid":
            return {"pid": os.getpid(), "replica": os.getppid()}
    return {"number": inputs["number"]}
"""


@pytest.fixture(scope="module")
def python(pytestconfig: pytest.Config) -> Path:
    """A Python that has Ray, and what plugins need of ours; the everyday environment does without its 300 MB."""
    if not pytestconfig.getoption("ray"):
        pytest.skip("a Ray cluster takes minutes; ask for it with `--ray`")
    return environment(pytestconfig, "ray[serve]==2.60.0", "platformdirs", "filelock")


@pytest.fixture(scope="module")
def surroundings() -> dict[str, str]:
    told = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return told | {
        "PYTHONPATH": str(HERE.parents[1]),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # what keeps Ray on loopback
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
    }


@contextmanager
def head(python: Path, surroundings: dict[str, str]) -> Iterator[str]:
    """The address of a cluster of one machine, empty when it did not start; it ends with the block."""
    with (
        tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder,  # short: sockets lie in it
        subprocess.Popen(
            [str(python), str(HERE / "head.py"), folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=surroundings,
            text=True,
        ) as process,
    ):
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()
            process.wait()


@pytest.fixture(scope="module")
def address(python: Path, surroundings: dict[str, str]) -> Iterator[str]:
    """Of a cluster. Ray gives its node 30 s to start, which a busy machine may not manage at once."""
    for _ in range(3):
        with head(python, surroundings) as told:
            if told:
                yield told
                return
    pytest.skip("Ray did not start on this machine in three tries")


@pytest.fixture(scope="module")
def saw(
    python: Path, address: str, surroundings: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What the driver saw; joining and deploying take seconds, so it does everything in one go."""
    folder = tmp_path_factory.mktemp("ray") / "plugins"
    unloadable = named("unloadable", realtime="raise ValueError('not today')")
    installed(folder, letters=GOOD, unruly=named("unruly", realtime=UNRULY), unloadable=unloadable)
    command = [str(python), str(HERE / "driver.py"), address, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings, timeout=600)
    assert done.returncode == 0, done.stderr[-4000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_answers_and_errors_are_those_of_this_machine(saw):
    assert saw["far"] == saw["near"]
    assert saw["near"]["answer"] == {"given": {"embedding": [2.0, 2.0, 0.0]}}
    codes = {name: outcome.get("code") for name, outcome in saw["near"].items()}
    assert codes == {
        "answer": None,
        "raises": "plugin_raised",
        "exits": "plugin_exit",
        "hangs": "plugin_timeout",
        "nan": "plugin_answer",
        "goes on": None,
        "cannot be loaded": "plugin_load",
        "unknown": "plugin_not_found",
    }


def test_the_traceback_comes_home(saw):
    assert saw["journal"] == {"failed": True, "traceback": True}


def test_a_call_is_stopped(saw):
    assert saw["stopped"]["raised"] == "CancelledError"


def test_a_killed_replica_takes_no_call_with_it(saw):
    assert saw["killed"] == {"lost": [], "another": True}


def test_a_changed_plugin_is_served_as_it_is_now(saw):
    assert saw["changed"] == {"embedding": [2.0, 0.0, 0.0]}
