"""Asks plugins on a cluster and in processes of this machine, and tells what came of it as JSON.

Run by a Python that has Ray: `driver.py <address> <folder>`; the plugins are in the folder's `plugins`. With a third
word it is the client that only embeds the batch, for as long as it lives.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playground import Playground
from playground.batch import CHUNK
from playground.call import Stop
from playground.errors import PlaygroundError
from playground.plugins.registry import Plugins
from playground.settings import Settings

ADDRESS, FOLDER = sys.argv[1], Path(sys.argv[2])
CALLS, CROWD, HELD = 40, 64, 10
LONGEST = 900  # seconds
TEXTS = [f"text number {number}" for number in range(5 * CHUNK + 7)]
NEAR = {
    "PLAYGROUND_DATA_DIR": str(FOLDER),
    "PLAYGROUND_PLUGINS_TIMEOUT": "10",
    "PLAYGROUND_PLUGINS_PROCESSES": "1",
}
FAR = NEAR | {"PLAYGROUND_RAY_ADDRESS": ADDRESS}
PATIENT = FAR | {"PLAYGROUND_PLUGINS_TIMEOUT": "600"}
"""For the batch, whose plugin waits until its client was killed."""
CASES = {
    "answer": ("letter_counts_1_0_0", {"text": "abba"}),
    "raises": ("letter_counts_1_0_0", {"text": "fail"}),
    "exits": ("unruly_1_0_0", {"do": "exit"}),
    "hangs": ("unruly_1_0_0", {"do": "hang"}),
    "nan": ("unruly_1_0_0", {"do": "nan"}),
    "goes on": ("unruly_1_0_0", {"do": "echo", "number": 7}),
    "cannot be loaded": ("unloadable_1_0_0", {}),
    "unknown": ("nobody_1_0_0", {}),
}


def main() -> None:
    """Everything in one process, for joining costs seconds."""
    client = subprocess.Popen([sys.executable, __file__, *sys.argv[1:], "client"])
    near, far = Plugins(Settings.of(NEAR)), Plugins(Settings.of(FAR))
    with ThreadPoolExecutor(2) as beside:
        here, gone_on = beside.submit(told, near), beside.submit(batch, client)
        found = {
            "far": told(far),
            "journal": journal(far),
            "unreached": unreached(),
            "stopped": stopped(far),
            "crowd": crowd(far),
            "killed": killed(far),
            "near": here.result(),
            "changed": changed(far),  # what is asked near is asked before
            "batch": gone_on.result(),
        }
    near.close()
    far.close()
    sys.stdout.write(json.dumps(found))


def told(plugins: Plugins) -> dict[str, dict]:
    """What each case gave or raised."""
    return {name: outcome(lambda case=case: plugins.call(*case)) for name, case in CASES.items()}


def outcome(call: Callable[[], dict]) -> dict:
    """What it gave or raised."""
    try:
        return {"given": call()}
    except PlaygroundError as error:
        return {"raised": type(error).__name__, "code": error.code, "status": error.status, "message": error.message}


def journal(far: Plugins) -> dict:
    """Whether the last failure on the cluster is known here."""
    failure = far.health("letter_counts_1_0_0").failure
    return {"failed": failure is not None, "traceback": failure is not None and "ValueError" in failure.traceback}


def unreached() -> dict:
    """A cluster that is not there."""
    nowhere = Plugins(Settings.of(FAR | {"PLAYGROUND_RAY_ADDRESS": "127.0.0.1:9"}))
    return outcome(lambda: nowhere.call(*CASES["answer"]))


def stopped(far: Plugins) -> dict:
    """A call that is stopped while the plugin hangs."""
    stop = Stop()
    threading.Timer(0.5, stop.set).start()
    return outcome(lambda: far.call("unruly_1_0_0", {"do": "hang"}, stop=stop))


def crowd(far: Plugins) -> list:
    """Many at once, each with a question of its own."""

    def call(number: int) -> list:
        return far.call("letter_counts_1_0_0", {"text": "a" * number})["embedding"]

    with ThreadPoolExecutor(CROWD) as people:
        return list(people.map(call, range(CROWD)))


def killed(far: Plugins) -> dict:
    """Many calls, and the replica that has one of them is killed before it can answer."""
    here = FOLDER / "killed"
    here.mkdir()

    def call(number: int) -> int:
        do = "hold" if number == HELD else "echo"
        return far.call("unruly_1_0_0", {"do": do, "number": number, "here": str(here)})["number"]

    with ThreadPoolExecutor(4) as workers:
        numbers = [workers.submit(call, number) for number in range(CALLS)]
        [tried] = awaited(lambda: list(here.glob("tried-*")))
        os.kill(int(tried.name.split("-")[1]), signal.SIGKILL)
        (here / "go").touch()
        got = [each.result() for each in numbers]
    return {"numbers": got, "tries": len(list(here.glob("tried-*")))}


def batch(client: subprocess.Popen) -> dict:
    """A batch whose client is killed when it has two chunks; this process goes on with it."""
    with Playground(PATIENT) as playground:
        awaited(lambda: [each for each in playground.batches.recent() if each.done >= 2 * CHUNK])
        client.kill()
        ended = client.wait()
        [before] = playground.batches.recent()
        kept = [number * CHUNK for number in playground.batches.finished(before.id)]
        (FOLDER / "go").touch()
        vectors = embedded(playground)
        [after] = playground.batches.recent()
    return {
        "ended": ended,
        "before": before.state,
        "after": after.state,
        "texts": len(TEXTS),
        "numbers": vectors[:, 0].tolist(),
        "kept": kept,
        "times": Counter(each.name.split("-")[1] for each in FOLDER.glob("did-*")),
        "here": os.getpid() in vectors[:, 1],
    }


def embedded(playground: Playground) -> "np.ndarray":  # noqa: F821 - imported by whoever makes it
    """The vectors of the batch."""
    return playground.embed(TEXTS, provider="plugin", model="counted_1_0_0")


def changed(far: Plugins) -> dict:
    """A plugin whose code is changed is asked as it is now."""
    file = FOLDER / "plugins" / "letters" / "realtime.py"
    file.write_text(file.read_text().replace('"abc"', '"xyz"'))

    def given() -> dict:
        answer = far.call("letter_counts_1_0_0", {"text": "xx"})
        return answer if answer["embedding"][0] else {}

    return awaited(given)


def awaited(look: Callable[[], object]) -> object:
    """What is there to be seen, once there is something; whoever runs this ends it when that is never."""
    while not (seen := look()):
        time.sleep(0.05)
    return seen


if __name__ == "__main__":
    signal.alarm(LONGEST)  # whoever started it may be gone
    if sys.argv[3:]:
        embedded(Playground(PATIENT))
    else:
        main()
