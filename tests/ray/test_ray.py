"""Plugins on a real Ray Serve cluster: the answers and errors of processes of this machine, and nothing lost."""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.contract.test_plugins_api import installed
from tests.environments import with_extra
from tests.packing import GOOD, named

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]
HERE = Path(__file__).parent
STARTING, DRIVING = 120, 960
"""Seconds that a cluster may take to start, each time it is tried, and the driver to do everything, which ends itself
before that.
"""
UNRULY = """
import os
import sys
import time
import uuid
from pathlib import Path


def run_inference(inputs, parameters):
    match inputs["do"]:
        case "exit":
            sys.exit(3)
        case "hang":
            time.sleep(600)
        case "nan":
            return {"embedding": [float("nan")]}
        case "hold":
            here = Path(inputs["here"])
            (here / f"tried-{os.getppid()}-{uuid.uuid4().hex}").touch()
            while not (here / "go").exists():
                time.sleep(0.02)
    return {"number": inputs.get("number")}
"""
COUNTED = """
import os
import time
import uuid
from pathlib import Path


def run_inference(inputs, parameters):
    here = Path(HERE)
    while len(list(here.glob("did-*"))) >= 2 and not (here / "go").exists():
        time.sleep(0.02)
    numbers = [float(text.rpartition(" ")[2]) for text in inputs["texts"]]
    (here / f"did-{numbers[0]:g}-{uuid.uuid4().hex}").touch()
    return {"embeddings": [[number, float(os.getppid()), 1.0] for number in numbers]}
"""
"""Embeds numbers; after the second chunk it waits until it may go on."""


@pytest.fixture(scope="module")
def python(pytestconfig: pytest.Config) -> Path:
    """A Python that has Ray; the everyday environment does without its 400 MB."""
    if sys.version_info >= (3, 14):
        pytest.skip("Ray has no wheel for this Python yet")
    return with_extra(pytestconfig, "ray")


@pytest.fixture(scope="module")
def surroundings() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # what keeps Ray on loopback
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
    }


def ended(process: subprocess.Popen[str]) -> None:
    """End a process and all that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def head(python: Path, surroundings: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The address of a cluster of one machine, or why it did not start; it ends with the block."""
    with (
        tempfile.TemporaryDirectory(prefix="ray-", ignore_cleanup_errors=True) as folder,  # short: sockets lie in it
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [str(python), str(HERE / "head.py"), folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=surroundings | {"RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0"},
            text=True,
            start_new_session=True,
        ) as process,
    ):
        late = threading.Timer(STARTING, ended, [process])
        late.start()
        try:
            told = process.stdout.readline().strip()
            late.cancel()
            errors.seek(0)
            yield told, errors.read().strip()[-300:]
        finally:
            process.stdin.close()
            with suppress(subprocess.TimeoutExpired):
                process.wait(30)
            ended(process)


@pytest.fixture(scope="module")
def address(python: Path, surroundings: dict[str, str]) -> Iterator[str]:
    """Of a cluster. Ray gives its node 30 s to start, which a busy machine may not manage at once."""
    for _ in range(3):
        with head(python, surroundings) as (told, errors):
            if told:
                yield told
                return
    pytest.skip(f"Ray did not start on this machine in three tries: {errors}")


@pytest.fixture(scope="module")
def saw(
    python: Path, address: str, surroundings: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """What the driver saw; joining and deploying take seconds, so it does everything in one go.

    It is started by `uv run`, as a server may be: Ray looks for that in all that came before a process.
    """
    folder = tmp_path_factory.mktemp("ray")
    installed(
        folder / "plugins",
        letters=GOOD,
        unruly=named("unruly", realtime=UNRULY),
        counted=named("counted", realtime=COUNTED.replace("HERE", repr(str(folder)))),
        unloadable=named("unloadable", realtime="raise ValueError('not today')"),
    )
    command = ["uv", "run", "--no-project", str(python), str(HERE / "driver.py"), address, str(folder)]
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=surroundings,
        cwd=folder,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            out, errors = process.communicate(timeout=DRIVING)
        finally:
            ended(process)
    assert process.returncode == 0, errors[-4000:]
    found: dict[str, Any] = json.loads(out)
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


def test_a_cluster_that_is_not_there_is_a_503_at_once(saw):
    assert (saw["unreached"]["status"], saw["unreached"]["code"]) == (503, "ray_unreached")
    assert "`127.0.0.1:9`" in saw["unreached"]["message"]
    assert "refused" in saw["unreached"]["message"]


def test_a_call_is_stopped(saw):
    assert saw["stopped"]["raised"] == "CancelledError"


def test_each_of_a_crowd_gets_its_own_answer(saw):
    assert saw["crowd"] == [[float(number), 0.0, 0.0] for number in range(64)]


def test_a_killed_replica_takes_no_call_with_it(saw):
    assert saw["killed"]["numbers"] == list(range(40))
    assert saw["killed"]["tries"] == 2, "it was killed in the middle of a call, which another replica was asked"


def test_a_batch_is_gone_on_with_after_its_client_was_killed(saw):
    batch = saw["batch"]
    assert batch["ended"] == -signal.SIGKILL
    assert (batch["before"], batch["after"]) == ("interrupted", "done")
    assert batch["numbers"] == [float(number) for number in range(batch["texts"])]
    assert batch["kept"], "the client had something"
    assert all(batch["times"][str(chunk)] == 1 for chunk in batch["kept"]), "nothing was embedded twice but in flight"
    assert not batch["here"], "the cluster embedded all of it"


def test_a_changed_plugin_is_served_as_it_is_now(saw):
    assert saw["changed"] == {"embedding": [2.0, 0.0, 0.0]}
