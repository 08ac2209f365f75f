"""Asks plugins on a cluster and in processes of this machine, and tells what came of it as JSON.

Run by a Python that has Ray: `driver.py <address> <folder of plugins>`.
"""

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playground.call import Stop
from playground.errors import PlaygroundError
from playground.plugins.registry import Plugins
from playground.settings import Settings

CALLS = 40


def main() -> None:
    """Everything in order: joining costs seconds."""
    address, folder = sys.argv[1:]
    values = {"PLAYGROUND_PLUGINS_DIR": folder, "PLAYGROUND_DATA_DIR": folder, "PLAYGROUND_PLUGINS_PROCESSES": "1"}
    near = Plugins(Settings.of(values | {"PLAYGROUND_PLUGINS_TIMEOUT": "5"}))
    far = Plugins(Settings.of(values | {"PLAYGROUND_PLUGINS_TIMEOUT": "5", "PLAYGROUND_RAY_ADDRESS": address}))
    found = {
        "near": {name: told(near, name) for name in CASES},
        "far": {name: told(far, name) for name in CASES},
        "journal": journal(far),
        "stopped": stopped(far),
        "killed": killed(far),
        "changed": changed(far, Path(folder)),
    }
    near.close()
    far.close()
    sys.stdout.write(json.dumps(found))


CASES = {
    "answer": ("letter_counts_1_0_0", {"text": "abba"}),
    "raises": ("letter_counts_1_0_0", {"text": "fail"}),
    "exits": ("unruly_1_0_0", {"do": "exit"}),
    "hangs": ("unruly_1_0_0", {"do": "hang"}),
    "nan": ("unruly_1_0_0", {"do": "nan"}),
    "goes on": ("unruly_1_0_0", {"do": "pid"}),
    "cannot be loaded": ("unloadable_1_0_0", {}),
    "unknown": ("nobody_1_0_0", {}),
}


def told(plugins: Plugins, case: str) -> dict:
    """What a call gave or raised."""
    plugin, inputs = CASES[case]
    return outcome(lambda: plugins.call(plugin, inputs))


def outcome(call: Callable[[], dict]) -> dict:
    """What it gave, without what is of one machine, or what it raised."""
    try:
        given = call()
        return {"given": {name: value for name, value in given.items() if name not in ("pid", "replica")}}
    except PlaygroundError as error:
        return {"raised": type(error).__name__, "code": error.code, "status": error.status, "message": error.message}


def journal(far: Plugins) -> dict:
    """Whether the last failure on the cluster is known here."""
    failure = far.health("letter_counts_1_0_0").failure
    return {"failed": failure is not None, "traceback": failure is not None and "ValueError" in failure.traceback}


def stopped(far: Plugins) -> dict:
    """A call that is stopped while the plugin hangs."""
    stop = Stop()
    threading.Timer(0.5, stop.set).start()
    return outcome(lambda: far.call("unruly_1_0_0", {"do": "hang"}, stop=stop))


def killed(far: Plugins) -> dict:
    """Many calls, and the replica that answers is killed in the middle of them."""
    replica = far.call("unruly_1_0_0", {"do": "pid"})["replica"]
    answered = threading.Semaphore(0)

    def call(number: int) -> int:
        given = far.call("unruly_1_0_0", {"do": "echo", "number": number})["number"]
        answered.release()
        return given

    with ThreadPoolExecutor(4) as workers:
        numbers = [workers.submit(call, number) for number in range(CALLS)]
        for _ in range(CALLS // 4):
            answered.acquire()
        os.kill(replica, signal.SIGKILL)
        got = [each.result() for each in numbers]
    again = far.call("unruly_1_0_0", {"do": "pid"})["replica"]
    return {"lost": [number for number in range(CALLS) if number not in got], "another": again != replica}


def changed(far: Plugins, folder: Path) -> dict:
    """A plugin whose code is changed is asked as it is now."""
    file = folder / "letters" / "realtime.py"
    file.write_text(file.read_text().replace('"abc"', '"xyz"'))
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        given = far.call("letter_counts_1_0_0", {"text": "xx"})
        if given["embedding"][0]:
            return given
        time.sleep(0.1)
    return {}


if __name__ == "__main__":
    main()
