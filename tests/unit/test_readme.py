"""What the README shows, runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def test_the_python_block_runs_without_a_key(tmp_path: Path):
    (code,) = re.findall(r"^```python\n(.*?)^```", README, re.M | re.S)
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PLAYGROUND_DATA_DIR": str(tmp_path),
        "HOME": str(tmp_path),
    }
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("384 {'prompt': ")
    assert "503 InferenceServiceUnavailableError None there is no key for OpenAI" in done.stdout
