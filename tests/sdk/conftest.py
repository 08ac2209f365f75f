"""Published clients in environments of their own, and one real server that they call."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.serving import Served, serve
from tests.contract.test_plugins_api import SLOW, installed
from tests.environments import with_packages
from tests.packing import GOOD, archive, named

CLIENTS = Path(__file__).parent / "clients"
Did = dict[str, dict[str, Any]]
"""What a client did with each case: `type` and `value`, or what it `raised`."""


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with plugins, open for uploads."""
    data = tmp_path_factory.mktemp("sdk")
    installed(data / "plugins", letters=GOOD, slow=named("slow_one", realtime=SLOW))
    with serve(data, PLAYGROUND_PLUGINS_UPLOADS="true", PLAYGROUND_RATE_LIMIT=100_000) as made:
        made.runs.plugins.warm("letter_counts_1_0_0")
        yield made


@pytest.fixture(scope="session")
def run(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], Did]:
    """Runs a client's script with a Python; each time with keys of its own."""
    sent = tmp_path_factory.mktemp("archive") / "plugin.zip"
    sent.write_bytes(archive(named("sent_one")))

    def make(python: Path, script: str) -> Did:
        create = served.runs.history.keys.create
        told = {
            "url": served.url,
            "plugin": "letter_counts_1_0_0",
            "archive": str(sent),
            "key": served.key,
            "nobody": "sk_nobody",
            "of_one": create(f"{script}-of-one", ["mine"], None)[0],
            "once": create(f"{script}-once", None, 1)[0],
            "few": create(f"{script}-few", None, 20)[0],
        }
        command = [str(python), str(CLIENTS / script), json.dumps(told)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=surroundings())
        assert done.returncode == 0, done.stderr[-4000:]
        found: Did = json.loads(done.stdout)
        return found

    return make


def surroundings() -> dict[str, str]:
    """The environment without what leads to our own packages or settings of the client."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "MIXPEEK", "VIRTUAL"))}


@pytest.fixture(scope="session")
def older(pytestconfig: pytest.Config) -> Path:
    """The Python of an environment with the older client and the LangChain package."""
    return with_packages(pytestconfig, "mixpeek==0.81.1", "langchain-mixpeek==0.4.3")
