"""What the README shows of plugins and of the published client, runs."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.serving import Served
from tests.sdk.conftest import surroundings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
PLUGIN, CLIENT = re.findall(
    r"^```py\n(.*?)^```", (Path(__file__).parents[2] / "README.md").read_text("utf-8"), re.M | re.S
)


def test_the_plugin_answers_to_its_name_and_its_address(served: Served):
    (served.runs.settings.plugins_dir / "letters.py").write_text(PLUGIN, "utf-8")
    with served.client() as client:
        for selector in ({"inference_name": "letters_1_0_0"}, {"feature_uri": "mixpeek://letters@1.0.0"}):
            answer = client.post("/v1/inference", json={**selector, "inputs": {"text": "Abba"}})
            assert answer.json()["data"]["embedding"][:3] == [0.2, 0.2, 0.0]


def test_the_client_asks_and_searches(served: Served):
    code = CLIENT.replace("http://localhost:8501", served.url).replace("pk_…", served.key)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=240, env=surroundings())
    assert done.returncode == 0, done.stderr[-4000:]
    assert "'title': 'First'" in done.stdout
